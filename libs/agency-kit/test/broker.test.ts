import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fromMessage, REPLY_TYPES, topicsOf } from '@cups/agency-contract';
import type { ReplyRefused } from '@cups/agency-contract';
import { incomingOf, playedCase, readCorpus } from '@cups/agency-contract/corpus';
import { Partitioners } from 'kafkajs';
import { ulid } from 'ulid';

import { run, SCENARIOS } from '../src/check/run.ts';
import type { Result, RunOptions } from '../src/check/run.ts';
import { System } from '../src/check/system.ts';
import { PAPER_KINDS } from '../src/paper-kinds.ts';
import type { Place } from '../src/platform.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import type { Sandbox } from '../src/sandbox/sandbox.ts';
import { Simulation } from '../src/simulation.ts';
import { hasPython, javaExample, pythonExample } from './examples.ts';
import { kafkaOf, startFaulty } from './faulty.ts';
import type { Fault } from './faulty.ts';

/** One closed broker for everything: the kit's own. */

const FAULTS = [
  'doubles',
  'deaf',
  'scatters',
  'misses-the-key',
  'strict',
  'mute',
  'wordless',
] as const satisfies Fault[];
const CORPUS = join(import.meta.dirname, '../../agency-contract/corpus');
let folder: string;
let sandbox: Sandbox;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agency-kit-'));
  sandbox = await startSandbox({ folder: join(folder, 'sandbox'), agencies: ['java', 'python', 'asp', ...FAULTS] });
}, 120_000);
afterAll(async () => {
  await sandbox?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const placeOf = (agency: string): Place => {
  const { brokers, ca, user, passwordFile, prefix } = sandbox.file;
  const access = { caFile: ca, username: user, passwordFile };
  const own = sandbox.filesOf(agency);
  const system = { caFile: ca, username: own.user, passwordFile: own.password };
  return { brokers: [brokers], access, system, prefix, agency };
};
const check = (agency: string, scenarios: string[], more: Partial<RunOptions> = {}): Promise<Result[]> =>
  run({
    place: placeOf(agency),
    paperKinds: PAPER_KINDS,
    scenarios,
    timeoutMs: 40_000,
    settleMs: 1_000,
    onProgress: () => {},
    ...more,
  });
async function until(condition: () => boolean, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !condition(); await pause(20)) {
    if (Date.now() > end) throw new Error('the condition did not come true in time');
  }
}

/** What an example is told of its broker and of where its memory is. */
function exportsOf(agency: string): string {
  const { password, properties } = sandbox.filesOf(agency);
  const variables = {
    CUPS_AGENCY: agency,
    KAFKA_PROPERTIES: properties,
    KAFKA_BROKERS: sandbox.file.brokers,
    KAFKA_CA_FILE: sandbox.file.ca,
    KAFKA_PASSWORD_FILE: password,
    AGENCY_JOURNAL: join(folder, 'java.journal'),
    AGENCY_DB: join(folder, 'python.db'),
    AGENCY_WORK_MS: '100',
    AGENCY_WORK_SECONDS: '0.1',
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value}'; `)
    .join('');
}
const systemOf = (agency: string, command: string): System =>
  new System(exportsOf(agency) + command, join(folder, `${agency}.log`));
const outcomes = (results: Result[]) =>
  results.map(({ scenario, outcome, note }) =>
    outcome === 'passed' ? [scenario, outcome] : [scenario, outcome, note],
  );
/** What a system wrote last. */
const lastWords = (agency: string) => readFileSync(join(folder, `${agency}.log`), 'utf8').slice(-2_000);
/** Waits for a check, which must have passed; else what the system wrote tells why. */
async function expectPassed(agency: string, results: Promise<Result[]>): Promise<void> {
  const seen = outcomes(await results);
  if (JSON.stringify(seen) !== JSON.stringify(ALL_PASSED)) process.stderr.write(`${agency}: ${lastWords(agency)}\n`);
  expect(seen).toEqual(ALL_PASSED);
}
const ALL_PASSED = SCENARIOS.map(({ name }) => [name, 'passed']);

/** The replies of an agency that the platform took, each ce_id once. */
function simulationOf(agency: string, taken: Map<string, string>, told: ReplyRefused[] = []): Simulation {
  const simulation = new Simulation({
    place: placeOf(agency),
    paperKinds: PAPER_KINDS,
    supplyMs: 10,
    onSent: ({ data }) => void ('cause' in data && told.push(data)),
    onHeard: ({ verdict: { event } }) => void (event && taken.set(event.id, `${event.type} ${event.subject}`)),
    log: () => {},
  });
  simulation.start();
  return simulation;
}

describe('the example agencies', () => {
  const EXAMPLES = hasPython ? { java: javaExample, python: pythonExample } : { java: javaExample };
  const systems: Record<string, System> = {};
  const checks: Record<string, Promise<Result[]>> = {};
  beforeAll(async () => {
    for (const [agency, make] of Object.entries(EXAMPLES)) systems[agency] = systemOf(agency, await make());
    for (const [agency, system] of Object.entries(systems)) {
      system.start();
      checks[agency] = check(agency, [], { system });
      checks[agency]!.catch(() => {});
    }
  }, 180_000);
  afterAll(() => Promise.all(Object.values(systems).map((system) => system.kill())));

  test('in Java passes the check', async () => expectPassed('java', checks['java']!), 120_000);
  (hasPython ? test : test.skip)(
    'in Python passes the check',
    async () => expectPassed('python', checks['python']!),
    120_000,
  );

  test('have one effect each when the broker is restarted in the middle, and stop when they are asked to', async () => {
    const plays = Object.keys(systems).map((agency) => {
      const taken = new Map<string, string>();
      return { agency, taken, simulation: simulationOf(agency, taken) };
    });
    try {
      await until(() => plays.every(({ simulation }) => simulation.ready()));
      const file = () => plays.flatMap(({ simulation }) => [simulation.file(), simulation.file({ evidence: [] })]);
      const filings = file();
      await sandbox.restart();
      filings.push(...file());
      const said = () => plays.flatMap(({ taken }) => [...taken.values()]);
      const decisions = () => filings.map((one) => `${REPLY_TYPES.decided} deliveries/${one.deliveryId}`);
      await until(() => decisions().every((one) => said().includes(one)), 60_000);
      expect(
        said()
          .filter((one) => one.startsWith(REPLY_TYPES.decided))
          .sort(),
      ).toEqual(decisions().sort());
      expect(await Promise.all(Object.values(systems).map((system) => system.stop()))).not.toContain(false);
    } finally {
      await Promise.all(plays.map(({ simulation }) => simulation.stop()));
    }
  }, 120_000);
});

describe('the check fails an agency’s system', () => {
  const WRONG: [Fault, string, string, Partial<RunOptions>?][] = [
    ['doubles', 'repeated', 'DEDUPLICATE'],
    ['deaf', 'withdrawn', 'STOP'],
    ['scatters', 'order', 'PARTITIONER'],
    ['misses-the-key', 'decides', 'KEY_MISMATCH'],
    ['strict', 'unknown', 'IGNORE_UNKNOWN', { timeoutMs: 3_000 }],
    ['mute', 'decides', 'ACKNOWLEDGE', { timeoutMs: 3_000 }],
    ['wordless', 'decides', 'REASON_BLANK'],
  ];
  let results: Result[][];
  let stops: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    stops = await Promise.all(FAULTS.map((fault) => startFaulty(sandbox, fault)));
    results = await Promise.all(WRONG.map(([fault, scenario, , more]) => check(fault, [scenario], more)));
  }, 180_000);
  // Also of checks that did not come to their end: who is left would look for the broker for ever.
  afterAll(() => Promise.all(stops.map((stop) => stop())), 60_000);
  test('whose password is another user’s, before anything is played', async () => {
    const place = placeOf('asp');
    const other = sandbox.filesOf('java').password;
    place.system = { caFile: sandbox.file.ca, username: 'agency.asp', passwordFile: other };
    expect(await check('asp', ['connects'], { place })).toMatchObject([{ outcome: 'failed', rule: 'CONNECT' }]);
  });
  test('that ends by itself, without waiting any longer', async () => {
    const system = new System('exit 1');
    system.start();
    const [result] = await check('asp', ['decides'], { system });
    expect(result).toMatchObject({ outcome: 'failed', note: expect.stringContaining('ended by itself') });
  });
  test.each(WRONG.map(([fault, scenario, rule], at) => ({ fault, scenario, rule, at })))(
    'that $fault, by $rule in $scenario',
    ({ fault, scenario, rule, at }) => {
      expect(results[at]).toMatchObject([{ scenario, outcome: 'failed', rule }]);
      const [{ says, mend, message } = {} as Result] = results[at]!;
      expect([says, mend]).toEqual([expect.any(String), expect.any(String)]);
      if (fault === 'mute' || fault === 'strict') return;
      expect(message).toMatchObject({
        topic: topicsOf(fault).replies,
        id: expect.any(String),
        offset: expect.any(Number),
      });
    },
  );
});

test('the simulated platform answers the corpus of bad replies, as the bridge does, and an agency can read every answer', async () => {
  const told: ReplyRefused[] = [];
  const simulation = simulationOf('asp', new Map(), told);
  const kafka = kafkaOf(sandbox, 'asp');
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const consumer = kafka.consumer({ groupId: 'asp.corpus', maxWaitTimeInMs: 100 });
  const read: boolean[] = [];
  try {
    await until(() => simulation.ready());
    await Promise.all([producer.connect(), consumer.connect()]);
    await consumer.subscribe({ topics: ['agency.asp.requests'], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const known = fromMessage(message);
        if (!known.ok || known.event.type === 'md.cups.reply.refused.v1') read.push(known.ok);
      },
    });
    // Of a delivery of which nothing was sent the simulation has none.
    const cases = readCorpus(CORPUS).filter(({ stage }) => stage !== 'nothing-sent');
    for (const one of cases) {
      const id = ulid();
      const { before, message, stage } = playedCase(one, id, new Date());
      const filing = simulation.file({}, id);
      const send = (some: typeof before) =>
        producer.send({
          topic: 'agency.asp.replies',
          messages: some.map((filed) => incomingOf(filed) as { key: Buffer; value: Buffer }),
        });
      if (before.length > 0) await send(before);
      if (stage === 'ended') simulation.withdraw(filing);
      await send([message]);
    }
    const causes = (about: 'delivery' | 'agency') =>
      cases.filter(({ expect: one }) => one.about === about).map(({ expect: one }) => one.cause);
    const ofDeliveries = () => told.filter(({ application }) => application !== undefined).map(({ cause }) => cause);
    await until(() => ofDeliveries().length >= causes('delivery').length);
    expect(ofDeliveries().sort()).toEqual(causes('delivery').sort());
    const ofNone = told.filter(({ application }) => application === undefined);
    expect(ofNone.map(({ cause }) => cause).sort()).toEqual([...new Set(causes('agency'))].sort());
    await until(() => read.length >= told.length);
    expect(read).not.toContain(false);
  } finally {
    await Promise.all([producer.disconnect(), consumer.disconnect(), simulation.stop()]);
  }
}, 60_000);
