import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fromMessage, REPLY_TYPES, topicsOf } from '@cups/agency-contract';
import type { ReplyRefused } from '@cups/agency-contract';
import { toIncomingMessage, instantiateCase, readCorpus } from '@cups/agency-contract/corpus';
import { Partitioners } from 'kafkajs';
import { ulid } from 'ulid';
import type { ScenarioResult, RunOptions } from '../src/check/run.ts';
import { AgencyProcess } from '../src/check/agency-process.ts';
import { javaExample } from './example-agencies.ts';
import { kafkaOf, startFaultyAgency } from './faulty-agency.ts';
import type { AgencyFault } from './faulty-agency.ts';
import { SandboxFixture, until } from './sandbox-fixture.ts';

/** One closed broker for everything: the kit's own. */

const FAULTS = [
  'doubles',
  'deaf',
  'scatters',
  'misses-the-key',
  'strict',
  'mute',
  'wordless',
  'uncorrelated',
  'stale',
  'counts-to-one',
  'idnp-reference',
  'idnp-id',
  'small',
  'asks',
] as const satisfies AgencyFault[];
const CORPUS = join(import.meta.dirname, '../../agency-contract/corpus');
let fixture: SandboxFixture;

beforeAll(async () => void (fixture = await SandboxFixture.open(['java', 'asp', ...FAULTS])), 120_000);
afterAll(() => fixture?.close(), 60_000);

describe('the example agency in Java', () => {
  let system: AgencyProcess;
  let results: Promise<ScenarioResult[]>;
  beforeAll(async () => {
    system = fixture.createAgencyProcess('java', await javaExample());
    system.start();
    results = fixture.check('java', [], { system });
    results.catch(() => {});
  }, 180_000);
  afterAll(() => system?.kill());

  test('passes the check', async () => fixture.expectPassed('java', results), 120_000);

  test('has one effect each when the broker is restarted in the middle, and stops when it is asked to', async () => {
    const taken = new Map<string, string>();
    const simulation = fixture.startSimulation('java', taken);
    try {
      await until(() => simulation.isReady());
      const file = () => [simulation.file(), simulation.file({ evidence: [] })];
      const filings = file();
      await fixture.sandbox.restart();
      filings.push(...file());
      const decisions = filings.map((one) => `${REPLY_TYPES.decided} deliveries/${one.deliveryId}`);
      await until(() => decisions.every((one) => [...taken.values()].includes(one)), 60_000);
      const decided = [...taken.values()].filter((one) => one.startsWith(REPLY_TYPES.decided));
      expect(decided.sort()).toEqual(decisions.sort());
      expect(await system.stop()).toBe(true);
    } finally {
      await simulation.stop();
    }
  }, 120_000);
});

describe('the check fails an agency’s system', () => {
  const WRONG: [AgencyFault, string, string, Partial<RunOptions>?][] = [
    ['doubles', 'repeated', 'DEDUPLICATE'],
    ['deaf', 'withdrawn', 'STOP'],
    ['scatters', 'order', 'PARTITIONER'],
    ['misses-the-key', 'decides', 'KEY_MISMATCH'],
    ['strict', 'unknown', 'IGNORE_UNKNOWN', { timeoutMs: 10_000 }],
    ['mute', 'decides', 'ACKNOWLEDGE', { timeoutMs: 10_000 }],
    ['wordless', 'decides', 'REASON_BLANK'],
    ['uncorrelated', 'decides', 'CAUSATION'],
    ['stale', 'documents', 'CAUSATION'],
    ['counts-to-one', 'documents', 'SUBMISSION'],
    ['idnp-reference', 'decides', 'PERSONAL_DATA'],
    ['idnp-id', 'decides', 'PERSONAL_DATA'],
    ['small', 'large', 'SIZE', { timeoutMs: 10_000 }],
  ];
  let results: ScenarioResult[][];
  let stops: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    stops = await Promise.all(FAULTS.map((fault) => startFaultyAgency(fixture.sandbox, fault)));
    results = await Promise.all(WRONG.map(([fault, scenario, , more]) => fixture.check(fault, [scenario], more)));
  }, 180_000);
  // Also of checks that did not come to their end: who is left would look for the broker for ever.
  afterAll(() => Promise.all(stops.map((stop) => stop())), 60_000);
  test('whose password is another user’s, before anything is played', async () => {
    const wrong = fixture.targetOf('asp');
    const other = fixture.sandbox.filesOf('java').password;
    wrong.systemAccess = { caFile: fixture.sandbox.file.ca, username: 'agency.asp', passwordFile: other };
    expect(await fixture.check('asp', ['connects'], { target: wrong })).toMatchObject([
      { outcome: 'failed', rule: 'CONNECT' },
    ]);
  });
  test('that ends by itself, without waiting any longer', async () => {
    const system = new AgencyProcess('exit 1');
    system.start();
    const [result] = await fixture.check('asp', ['decides'], { system });
    expect(result).toMatchObject({ outcome: 'failed', note: expect.stringContaining('ended by itself') });
  });
  test('with a hint where the time-out is below the session of its client', async () => {
    const system = new AgencyProcess('exec sleep 60');
    system.start();
    try {
      const [result] = await fixture.check('asp', ['restart'], { system, timeoutMs: 5_000 });
      expect(result).toMatchObject({ outcome: 'failed', note: expect.stringContaining('--timeout above it') });
    } finally {
      await system.kill();
    }
  }, 30_000);
  test('but not for asking for documents before it decides', async () => {
    const played = ['decides', 'repeated', 'order'];
    const outcomes = (await fixture.check('asks', played)).map(({ outcome, note }) => [outcome, note]);
    expect(outcomes).toEqual(played.map(() => ['passed', undefined]));
  }, 60_000);
  test.each(WRONG.map(([fault, scenario, rule], at) => ({ fault, scenario, rule, at })))(
    'that $fault, by $rule in $scenario',
    ({ fault, scenario, rule, at }) => {
      expect(results[at]).toMatchObject([{ scenario, outcome: 'failed', rule }]);
      const [{ says, mend, message } = {} as ScenarioResult] = results[at]!;
      expect([says, mend]).toEqual([expect.any(String), expect.any(String)]);
      if (['mute', 'strict', 'small', 'idnp-reference', 'idnp-id'].includes(fault)) return;
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
  const simulation = fixture.startSimulation('asp', new Map(), told);
  const kafka = kafkaOf(fixture.sandbox, 'asp');
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const consumer = kafka.consumer({ groupId: 'asp.corpus', maxWaitTimeInMs: 100 });
  const read: boolean[] = [];
  try {
    await until(() => simulation.isReady());
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
      const { before, message, stage } = instantiateCase(one, id, new Date());
      const filing = simulation.file({}, id);
      const send = (some: typeof before) =>
        producer.send({
          topic: 'agency.asp.replies',
          messages: some.map((filed) => toIncomingMessage(filed) as { key: Buffer; value: Buffer }),
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
