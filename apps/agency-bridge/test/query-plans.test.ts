import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { createExplainer, eventually, silentLog, testInfrastructure } from '@cups/testing';
import type { Explainer } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  countDeliveries,
  deliveriesOf,
  findLastReplyTime,
  findOfApplication,
  findWorkload,
  listDeliveries,
} from '../src/store.ts';
import type { Deliveries } from '../src/store.ts';

/** The reads of deliveries examine the documents that they return, however many others there are. */

const DELIVERIES = 600;
const AGENCIES = ['asp', 'cnas', 'mec'];
const STATES = [
  { state: 'queued' },
  { state: 'queued', sent: true },
  ...Array.from({ length: 5 }, () => ({ state: 'acknowledged', sent: true })),
  { state: 'answered', sent: true },
];
const NOW = Date.UTC(2026, 5, 15);
const timeOf = (n: number) => new Date(NOW - n * 60_000);

const { mongoUri, prefix } = testInfrastructure();
let store: Store;
let deliveries: Deliveries;
let explainer: Explainer;

/** Half of them are in the page of their agency. */
function stageOf({ state, sent }: (typeof STATES)[number], n: number): object {
  if (Math.floor(n / (AGENCIES.length * STATES.length)) % 2 === 0 || !sent) return {};
  if (state === 'answered') return { stage: 'decided', term: '2026-07-01', answerTime: timeOf(n) };
  return { stage: 'in-progress', term: '2026-07-01' };
}

/** One in ten is a training. Agencies take turns, and each has all states. */
function createDelivery(n: number): object {
  const id = `A${String(n).padStart(6, '0')}`;
  const status = STATES[Math.floor(n / AGENCIES.length) % STATES.length]!;
  return {
    _id: `${id}-${AGENCIES[n % AGENCIES.length]}`,
    application: `applications/${id}`,
    agency: AGENCIES[n % AGENCIES.length],
    centre: 'centres/CU-001',
    ...status,
    ...(n % 10 === 0 ? { training: true } : {}),
    queueTime: timeOf(n),
    ...(status.state === 'queued' ? {} : { lastReplyTime: timeOf(n) }),
    ...stageOf(status, n),
    revision: 1,
    schemaVersion: 1,
    outbox: [],
    requests: [],
  };
}

beforeAll(async () => {
  const uri = `${mongoUri.replace(/\/?$/, '/')}?monitorCommands=true`;
  store = openStore({ uri, database: `${prefix}cups-query-plans`, log: silentLog });
  deliveries = deliveriesOf(store);
  await eventually(() => store.ready());
  const collection = deliveries.internals.collection();
  await collection.insertMany(Array.from({ length: DELIVERIES }, (_, n) => createDelivery(n)) as never);
  explainer = createExplainer(collection);
});
afterAll(() => store.close());

const page = { scope: 'service', realOnly: false, pageSize: 10, pageToken: '' } as const;

test.each([
  ['deliveries of an application', 'A000007', () => findOfApplication(deliveries, 'applications/A000007')],
  ['list of an agency', 'agency_1__id_-1', () => listDeliveries(deliveries, { ...page, agency: 'cnas' })],
  ['list of a state', 'state_1_sent_1__id_-1', () => listDeliveries(deliveries, { ...page, state: 'answered' })],
  [
    'list of an agency and a state',
    'agency_1_state_1_sent_1__id_-1',
    () => listDeliveries(deliveries, { ...page, agency: 'cnas', state: 'queued' }),
  ],
  ['last reply of an agency', 'agency_1_training_1_lastReplyTime_-1', () => findLastReplyTime(deliveries, 'cnas')],
] as const)('%s: examines its rows', async (_name, index, read) => {
  const [plan, ...others] = await explainer.measure(read);
  expect(others).toEqual([]);
  expect(plan!.returned).toBeGreaterThan(0);
  expect(plan!.documentsExamined).toBe(plan!.returned);
  if (index.includes('_')) expect(plan!.indexes).toEqual([index]);
});

test('workload of an agency: reads what it counts', async () => {
  const plans = await explainer.measure(() => findWorkload(deliveries, 'cnas', new Date(NOW - 86_400_000)));
  expect(new Set(plans.flatMap(({ indexes }) => indexes))).toEqual(
    new Set(['agency_1_stage_1_term_1__id_1', 'agency_1_stage_1_answerTime_-1']),
  );
  for (const plan of plans) expect([plan.returned > 0, plan.documentsExamined]).toEqual([true, plan.returned]);
});

test('counts of an agency: read one document for each oldest', async () => {
  const plans = await explainer.measure(() => countDeliveries(deliveries, 'cnas'));
  expect(new Set(plans.flatMap(({ indexes }) => indexes))).toEqual(
    new Set(['agency_1_training_1_state_1_sent_1_queueTime_1']),
  );
  // Six states, of which the last two have none.
  expect(plans.map(({ documentsExamined }) => documentsExamined)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
});

test('counts of an agency: leave out trainings and other agencies', async () => {
  const counted = await countDeliveries(deliveries, 'cnas');
  const expected = Array.from({ length: DELIVERIES }, (_, n) => n)
    .filter((n) => n % AGENCIES.length === 1 && n % 10 > 0)
    .map((n) => ({ n, status: STATES[Math.floor(n / AGENCIES.length) % STATES.length]! }));
  const inState = (state: string, sent?: boolean) =>
    expected.filter(({ status }) => status.state === state && (sent === undefined || status.sent === sent));
  expect(counted).toEqual(
    [
      { state: 'queued', found: expected.filter(({ status }) => !('sent' in status)) },
      { state: 'sent', found: inState('queued', true) },
      { state: 'acknowledged', found: inState('acknowledged') },
      { state: 'answered', found: inState('answered') },
    ].map(({ state, found }) => ({ state, count: found.length, oldest: timeOf(found.at(-1)!.n) })),
  );
  expect(await findLastReplyTime(deliveries, 'cnas')).toEqual(
    timeOf(expected.find(({ status }) => status.state !== 'queued')!.n),
  );
});
