import { readFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureUsers, buildPrincipals } from '@cups/events';
import { agenciesIn } from '@cups/tools/platform';
import { nowMs, percentiles, readClocks, round, diffClocks } from '../processes.ts';
import type { Percentiles } from '../processes.ts';
import type { FloodOrder } from './flood-child.ts';
import { lagOf } from './lag.ts';
import { median, startBenchPlatform } from './bench-platform.ts';
import type { BenchPlatform } from './bench-platform.ts';
import { watchApplicationTimes } from './application-times.ts';
import type { ApplicationTimes } from './application-times.ts';

/** Effect of a flooding agency on the others, with and without quotas. */

const FLOODER = 'asp';
const RATE = 8;
const LOAD_KINDS = ['quiet', 'flood', 'flood without a quota'] as const;
type LoadKind = (typeof LOAD_KINDS)[number];

interface FloodRound {
  ackMs: Percentiles;
  toTopicMs: Percentiles;
  toDecisionMs: Percentiles;
  undecided: number;
  floodPerSecond: number;
  othersPercent: number;
}

export async function measureFlood(options: { seconds: number; rounds: number; onProgress: (line: string) => void }) {
  const { seconds, rounds, onProgress } = options;
  const stage = await startBenchPlatform({ onProgress, behaviour: 'quick' });
  const seen = await watchApplicationTimes(stage.platform, agenciesIn(stage.data));
  try {
    await stage.load({ kind: 'closed', level: 8, seconds: Math.min(15, seconds * 2) });
    await pause(3_000);
    const measured: Record<LoadKind, FloodRound[]> = { quiet: [], flood: [], 'flood without a quota': [] };
    for (let n = 0; n < rounds; n += 1) {
      for (const kind of LOAD_KINDS) {
        const one = await measureRound(stage, seen, kind, seconds);
        measured[kind].push(one);
        onProgress(
          `${kind}: ack p99 ${one.ackMs.p99}, to topic p99 ${one.toTopicMs.p99}, to decision p99 ${one.toDecisionMs.p99} ms, ${one.undecided} undecided, ${one.floodPerSecond}/s of garbage`,
        );
      }
    }
    const medians = Object.fromEntries(
      LOAD_KINDS.map((kind) => {
        const all = measured[kind];
        const p99 = (pick: (one: FloodRound) => Percentiles) => median(all.map((one) => pick(one).p99));
        return [
          kind,
          {
            ackP99: p99((one) => one.ackMs),
            toTopicP99: p99((one) => one.toTopicMs),
            toDecisionP99: p99((one) => one.toDecisionMs),
            garbagePerSecond: median(all.map(({ floodPerSecond }) => floodPerSecond)),
          },
        ];
      }),
    );
    return { flooder: FLOODER, perSecond: RATE, seconds, rounds, medians, measured };
  } finally {
    await seen.stop();
    await stage.close();
  }
}

async function measureRound(
  stage: BenchPlatform,
  seen: ApplicationTimes,
  kind: LoadKind,
  seconds: number,
): Promise<FloodRound> {
  await waitUntilCaughtUp(stage);
  await setQuota(stage, kind !== 'flood without a quota');
  const child = kind === 'quiet' ? undefined : stage.children.fork('agencies/flood-child.ts');
  child?.send(createFloodOrder(stage));
  if (child) await pause(2_000);
  const began = nowMs();
  const before = readClocks(stage.platform.pids());
  const result = await stage.load({ kind: 'open', perSecond: RATE, seconds });
  const floodSeconds = (nowMs() - began) / 1_000 + 2;
  const { others = 0 } = diffClocks(before, readClocks(stage.platform.pids()));
  // The other agencies.
  const accepted = () => result.accepted.filter((id) => seen.requests.get(id)?.agency !== FLOODER);
  const end = nowMs() + 20_000;
  while (nowMs() < end && accepted().some((id) => !seen.decided.has(id))) await pause(50);
  let garbage = 0;
  if (child) {
    const told = new Promise<number>((resolve) =>
      child.once('message', (message) => resolve((message as { sent: number }).sent)),
    );
    child.send('stop');
    garbage = await Promise.race([told, pause(15_000, 0)]);
    child.kill();
  }
  const ids = accepted();
  const times = (map: (id: string) => number | undefined) =>
    percentiles(ids.flatMap((id) => ((at) => (at === undefined ? [] : [at - result.sentMs![id]!]))(map(id))));
  return {
    ackMs: result.submitMs,
    toTopicMs: times((id) => seen.requests.get(id)?.ms),
    toDecisionMs: times((id) => seen.decided.get(id)),
    undecided: ids.filter((id) => !seen.decided.has(id)).length,
    floodPerSecond: round(garbage / floodSeconds, 0),
    othersPercent: round((others * 100) / (nowMs() - began), 0),
  };
}

/** Waits until the previous flood has been read, which would distort the next measurement. */
async function waitUntilCaughtUp({ platform }: BenchPlatform): Promise<void> {
  const { prefix } = platform;
  const lag = await lagOf(platform, `${prefix}agency-bridge-replies-${FLOODER}`, `${prefix}agency.${FLOODER}.replies`);
  try {
    for (const end = nowMs() + 120_000; nowMs() < end; await pause(200)) if ((await lag.now()) === 0) return;
  } finally {
    await lag.close();
  }
}

/** Returns the flooding agency's own connection. */
function createFloodOrder({ platform, data }: BenchPlatform): FloodOrder {
  const { prefix, kafkaBrokers, kafkaAccess } = platform;
  const username = `${prefix}agency.${FLOODER}`;
  return {
    brokers: kafkaBrokers.split(','),
    ca: kafkaAccess?.ca?.() ?? '',
    username,
    password: readFileSync(join(dirname(data), 'users', username), 'utf8').trim(),
    topic: `${prefix}agency.${FLOODER}.replies`,
  };
}

async function setQuota({ platform }: BenchPlatform, isSet: boolean): Promise<void> {
  const { prefix, kafkaBrokers, kafkaAccess } = platform;
  const user = `${prefix}agency.${FLOODER}`;
  const own = buildPrincipals(prefix, { agencies: [FLOODER], simulated: [] }).find((one) => one.user === user)!;
  const principals = [isSet ? own : { user, rights: own.rights }];
  await ensureUsers({
    brokers: kafkaBrokers.split(','),
    access: kafkaAccess ?? {},
    principals,
    passwordOf: () => undefined,
  });
}
