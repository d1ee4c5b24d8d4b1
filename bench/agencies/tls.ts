import { setTimeout as pause } from 'node:timers/promises';
import { nowMs, readClocks, round, used } from '../processes.ts';
import { perPair } from '../work.ts';
import { medianOf, openStage } from './stage.ts';
import type { StageOptions } from './stage.ts';

/** What it takes of the submissions that something is closed: two kinds of platforms by turns, on empty folders. */

/** How a platform is started: that which costs something, and what it is held against. */
type Kind = Pick<StageOptions, 'open' | 'plainCalls'>;

const LEVEL = 32;

async function pairsPerSecond(kind: Kind, seconds: number) {
  const stage = await openStage(Object.assign({ say: () => {} }, kind));
  try {
    for (let rounds = 0; rounds < 3; rounds += 1)
      await stage.load({ kind: 'closed', level: LEVEL, seconds: seconds / 2 });
    await pause(2_000);
    const before = readClocks(stage.platform.pids());
    const { accepted, startMs, endMs } = await stage.load({ kind: 'closed', level: LEVEL, seconds });
    const { others: _, ...cpu } = used(before, readClocks(stage.platform.pids()));
    const pairs = round((accepted.length * 1_000) / (endMs - startMs), 1);
    const cpuMsPerPair = round(Object.values(cpu).reduce((sum, ms) => sum + ms, 0) / accepted.length, 2);
    const cpuBy = perPair(cpu, accepted.length);
    return { pairs, cpuMsPerPair, cpuBy };
  } finally {
    await stage.close();
  }
}

interface Options {
  seconds: number;
  rounds: number;
  say: (line: string) => void;
}

/** What TLS, users and rights take, those between services among them. */
export async function measureTls(options: Options) {
  const {
    ratio,
    first: closed,
    second: open,
    ...rest
  } = await byTurns(options, ['closed', {}], ['open', { open: true }]);
  return Object.assign(rest, { ratio, closed, open });
}

/** What mutual TLS between services takes alone. */
export async function measureCalls(options: Options) {
  const plainly = { plainCalls: true };
  const { ratio, first: mutual, second: plain, ...rest } = await byTurns(options, ['mutual', {}], ['plain', plainly]);
  const cpuRatio = round(medianOf(mutual.map(cpuOf)) / medianOf(plain.map(cpuOf)));
  options.say(`CPU-ms a pair, mutual ÷ plain: ${cpuRatio}`);
  return Object.assign(rest, { ratio, cpuRatio, mutual, plain });
}

async function byTurns({ seconds, rounds, say }: Options, one: [string, Kind], other: [string, Kind]) {
  const began = nowMs();
  const first: Awaited<ReturnType<typeof pairsPerSecond>>[] = [];
  const second: typeof first = [];
  for (let n = 0; n < rounds; n += 1) {
    // Who goes first changes: a machine that gets warm, or another's work, then harms both alike.
    for (const turn of n % 2 === 0 ? [one, other] : [other, one]) {
      const [name, kind] = turn;
      const measured = await pairsPerSecond(kind, seconds);
      say(`${name}: ${measured.pairs} pairs/s, ${measured.cpuMsPerPair} CPU-ms a pair`);
      (turn === one ? first : second).push(measured);
    }
  }
  const of = (all: typeof first) => medianOf(all.map(({ pairs }) => pairs));
  const ratio = round(of(first) / of(second));
  say(`${one[0]} ÷ ${other[0]}: ${ratio}`);
  return { inFlight: LEVEL, seconds, rounds, ratio, first, second, tookSeconds: round((nowMs() - began) / 1_000, 0) };
}

const cpuOf = ({ cpuMsPerPair }: { cpuMsPerPair: number }): number => cpuMsPerPair;
