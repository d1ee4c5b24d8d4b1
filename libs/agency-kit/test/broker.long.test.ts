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

const FAULTS = [
  'no-deduplication',
  'ignores-withdrawal',
  'wrong-partitioner',
  'wrong-key',
  'strict-schema',
  'silent',
  'blank-reason',
  'no-correlation',
  'stale-causation',
  'constant-submission',
  'idnp-reference',
  'idnp-id',
  'size-limit',
  'requests-documents',
  'answers-reminders',
  'ends-when-reminded',
] as const satisfies AgencyFault[];
/** Faults whose findings name no reply: it is missing, or its ID may be an IDNP. */
const WITHOUT_POSITION: AgencyFault[] = [
  'silent',
  'strict-schema',
  'size-limit',
  'idnp-reference',
  'idnp-id',
  'ends-when-reminded',
];
const CORPUS = join(import.meta.dirname, '../../agency-contract/corpus');
let fixture: SandboxFixture;

beforeAll(async () => void (fixture = await SandboxFixture.open(['java', 'asp', ...FAULTS])), 120_000);
afterAll(() => fixture?.close(), 60_000);

describe('the Java example', () => {
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

  test('has one effect per request across a broker restart, and stops on request', async () => {
    const accepted = new Map<string, string>();
    const simulation = fixture.startSimulation('java', accepted);
    try {
      await until(() => simulation.isReady());
      const file = () => [simulation.file(), simulation.file({ evidence: [] })];
      const filings = file();
      await fixture.sandbox.restart();
      filings.push(...file());
      const decisions = filings.map(({ deliveryId }) => `${REPLY_TYPES.decided} deliveries/${deliveryId}`);
      await until(() => decisions.every((decision) => [...accepted.values()].includes(decision)), 60_000);
      const decided = [...accepted.values()].filter((reply) => reply.startsWith(REPLY_TYPES.decided));
      expect(decided.sort()).toEqual(decisions.sort());
      expect(await system.stop()).toBe(true);
    } finally {
      await simulation.stop();
    }
  }, 120_000);
});

describe('check', () => {
  const CASES: [AgencyFault, string, string, Partial<RunOptions>?][] = [
    ['no-deduplication', 'repeated', 'DEDUPLICATE'],
    ['ignores-withdrawal', 'withdrawn', 'STOP'],
    ['wrong-partitioner', 'order', 'PARTITIONER'],
    ['wrong-key', 'decides', 'KEY_MISMATCH'],
    ['strict-schema', 'unknown', 'IGNORE_UNKNOWN', { timeoutMs: 10_000 }],
    ['silent', 'decides', 'ACKNOWLEDGE', { timeoutMs: 10_000 }],
    ['blank-reason', 'decides', 'REASON_BLANK'],
    ['no-correlation', 'decides', 'CAUSATION'],
    ['stale-causation', 'documents', 'CAUSATION'],
    ['constant-submission', 'documents', 'SUBMISSION'],
    ['idnp-reference', 'decides', 'PERSONAL_DATA'],
    ['idnp-id', 'decides', 'PERSONAL_DATA'],
    ['size-limit', 'large', 'SIZE', { timeoutMs: 10_000 }],
    ['answers-reminders', 'reminded', 'REMINDER'],
    ['ends-when-reminded', 'reminded', 'REMINDER', { timeoutMs: 10_000 }],
  ];
  let results: ScenarioResult[][];
  let stops: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    stops = await Promise.all(FAULTS.map((fault) => startFaultyAgency(fixture.sandbox, fault)));
    results = await Promise.all(CASES.map(([fault, scenario, , more]) => fixture.check(fault, [scenario], more)));
  }, 180_000);
  // Also after a failed setup, because a remaining agency would try to reconnect forever.
  afterAll(() => Promise.all(stops.map((stop) => stop())), 60_000);
  test("fails an agency whose password is another user's, before playing a scenario", async () => {
    const target = fixture.targetOf('asp');
    const other = fixture.sandbox.filesOf('java').password;
    target.systemAccess = { caFile: fixture.sandbox.file.ca, username: 'agency.asp', passwordFile: other };
    expect(await fixture.check('asp', ['connects'], { target })).toMatchObject([
      { outcome: 'failed', rule: 'CONNECT' },
    ]);
  });
  test('fails immediately when the system stops', async () => {
    const system = new AgencyProcess('exit 1');
    system.start();
    const [result] = await fixture.check('asp', ['decides'], { system });
    expect(result).toMatchObject({ outcome: 'failed', note: expect.stringContaining('stopped while waiting') });
  });
  test('gives a hint if the timeout is below the session timeout of the client', async () => {
    const system = new AgencyProcess('exec sleep 60');
    system.start();
    try {
      const [result] = await fixture.check('asp', ['restart'], { system, timeoutMs: 5_000 });
      expect(result).toMatchObject({ outcome: 'failed', note: expect.stringContaining('--timeout above it') });
    } finally {
      await system.kill();
    }
  }, 30_000);
  test('passes an agency that requests documents before it decides', async () => {
    const played = ['decides', 'repeated', 'order'];
    const outcomes = (await fixture.check('requests-documents', played)).map(({ outcome, note }) => [outcome, note]);
    expect(outcomes).toEqual(played.map(() => ['passed', undefined]));
  }, 60_000);
  test.each(['reminded', 'message'])(
    'passes an agency that continues after the message of the scenario %s',
    async (scenario) => {
      const [result] = await fixture.check('requests-documents', [scenario]);
      expect(result).toMatchObject({ scenario, outcome: 'passed' });
    },
    60_000,
  );
  test.each(CASES.map(([fault, scenario, rule], at) => ({ fault, scenario, rule, at })))(
    'fails an agency with fault $fault by $rule in $scenario',
    ({ fault, scenario, rule, at }) => {
      expect(results[at]).toMatchObject([{ scenario, outcome: 'failed', rule }]);
      const [{ says, remedy, mend, message } = {} as ScenarioResult] = results[at]!;
      expect([says, remedy]).toEqual([expect.any(String), mend]);
      if (WITHOUT_POSITION.includes(fault)) return;
      expect(message).toMatchObject({
        topic: topicsOf(fault).replies,
        id: expect.any(String),
        offset: expect.any(Number),
      });
    },
  );
});

test('the simulated platform evaluates the corpus like the bridge, with readable refusals', async () => {
  const refusals: ReplyRefused[] = [];
  const simulation = fixture.startSimulation('asp', new Map(), refusals);
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
        const request = fromMessage(message);
        if (!request.ok || request.event.type === 'md.cups.reply.refused.v1') read.push(request.ok);
      },
    });
    // The simulation has no delivery without a request.
    const cases = readCorpus(CORPUS).filter(({ stage }) => stage !== 'nothing-sent');
    for (const corpusCase of cases) {
      const id = ulid();
      const { before, message, stage } = instantiateCase(corpusCase, id, new Date());
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
      cases.filter(({ expect: expected }) => expected.about === about).map(({ expect: expected }) => expected.cause);
    const deliveryCauses = () =>
      refusals.filter(({ application }) => application !== undefined).map(({ cause }) => cause);
    await until(() => deliveryCauses().length >= causes('delivery').length);
    expect(deliveryCauses().sort()).toEqual(causes('delivery').sort());
    const agencyRefusals = refusals.filter(({ application }) => application === undefined);
    expect(agencyRefusals.map(({ cause }) => cause).sort()).toEqual([...new Set(causes('agency'))].sort());
    await until(() => read.length >= refusals.length);
    expect(read).not.toContain(false);
  } finally {
    await Promise.all([producer.disconnect(), consumer.disconnect(), simulation.stop()]);
  }
}, 60_000);
