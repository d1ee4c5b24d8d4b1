import { BUCKETS } from '@cups/application';
import { openStore } from '@cups/store';
import type { Documents, Store } from '@cups/store';
import { captureLog, createExplainer, eventually, testInfrastructure } from '@cups/testing';
import type { Explainer } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSearchHasher } from '../src/domain/search-hasher.ts';
import { openApplicationStore, SCHEMA_VERSION } from '../src/store.ts';
import type { StoredApplication } from '../src/store.ts';
import { findNumber, listByCentre, searchByName } from '../src/store/application-rows.ts';
import { findForPerson, findOpenForPerson } from '../src/store/person-search.ts';
import {
  countDeviceCopies,
  findCandidates,
  openDeviceCopies,
  resolveCopyQueries,
} from '../src/store/offline-copies.ts';
import type { StoredDeviceCopy } from '../src/store/offline-copies.ts';
import { countQueue, listChanges, listQueue, resolveQueueList } from '../src/store/queue.ts';
import { compareBy, createRow, DAY, matches, NOW } from './query-rows.ts';
import type { Filter, Row } from './query-rows.ts';

/**
 * The reads of intake on 20,000 applications: each gives what the same filter and order give in memory, and each is
 * planned on its index and examines the documents that it returns. The plan is that of the command which the driver
 * sent.
 */

/** The second engine is written in Python: it answers the same queries, slower by far. */
const DOCUMENTS = process.env['SECOND_ENGINE'] ? 4_000 : 20_000;
const CENTRE = 'centres/CU-001';
const OPERATOR = 'operators/3';
const PAGE = { pageSize: 50, pageToken: '' };
const centres = [CENTRE];
const viewer = { operator: OPERATOR, now: NOW };
const hasher = createSearchHasher(() => 'key of the test');

const { mongoUri, prefix } = testInfrastructure();
const database = `${prefix}cups-intake`;
const rows: Row[] = Array.from({ length: DOCUMENTS }, (_, n) => createRow(n, hasher));
let store: Store;
let applications: Documents<StoredApplication>;
let copies: Documents<StoredDeviceCopy>;
let explainer: Explainer;

beforeAll(async () => {
  store = openStore({ uri: `${mongoUri.replace(/\/?$/, '/')}?monitorCommands=true`, database, log: captureLog().log });
  applications = openApplicationStore(store);
  copies = openDeviceCopies(store);
  await eventually(() => store.ready(), { timeoutMs: 30_000 });
  const collection = applications.internals.collection();
  for (let n = 0; n < DOCUMENTS; n += 500) {
    await collection.insertMany(structuredClone(rows.slice(n, n + 500)) as never, { ordered: false });
  }
  explainer = createExplainer(collection);
}, 240_000);
afterAll(async () => {
  await applications?.internals.collection().drop();
  await copies?.internals.collection().drop();
  await store?.close();
});

/** Returns the IDs that a filter and an order give in memory, at the centre. */
function expectedIds(filter: Filter, order: Record<string, 1 | -1>, limit = Infinity): string[] {
  const found = rows.filter((row) => row.centre === CENTRE && matches(row, filter));
  return found
    .sort(compareBy(order))
    .slice(0, limit)
    .map(({ _id }) => _id);
}

const STAGE = 'centre_1_queue.stage_1_queue.since_1__id_1';
const BUCKET_INDEXES: Record<(typeof BUCKETS)[number], string> = {
  today: 'centre_1_queue.actionDate_1__id_1',
  'agency-replied': 'centre_1_queue.agencyUpdateTime_1__id_1',
  'documents-requested': STAGE,
  'due-soon': 'centre_1_queue.deadline_1__id_1',
  ready: STAGE,
  'to-notify': 'centre_1_queue.notifySince_1__id_1',
  'uncollected-14-days': STAGE,
  'uncollected-30-days': STAGE,
  drafts: STAGE,
  'awaiting-outcome': STAGE,
  'with-agency': STAGE,
  'on-the-way': STAGE,
  mine: 'centre_1_assignee_1_queue.since_1__id_1',
  open: 'centre_1_queue.since_1__id_1',
};

/** A read with the filter and order that it stands for. */
interface Query {
  name: string;
  run: () => Promise<{ _id: string }[]>;
  filter: Filter;
  order: Record<string, 1 | -1>;
  /** Absent: the read returns all. */
  limit?: number;
  indexes: string[];
}

const person = rows.find((row) => row.centre === CENTRE && row.content.represented)!;
const { idnp } = person.content.represented!;
const both = ['content.applicant.idnp', 'content.represented.idnp'];
const personFilter = { $or: both.map((field) => ({ [field]: idnp })) };
const personDeps = () => ({ applications, hashes: hasher, isBackfilled: () => true });
const newestFirst = { _id: -1 } as const;
const since = new Date(NOW.getTime() - 2 * DAY);

const QUERIES: Query[] = [
  ...BUCKETS.map((bucket): Query => {
    const { filter, orderBy, order } = resolveQueueList(bucket, viewer);
    const direction = order === 'asc' ? 1 : -1;
    return {
      name: `queue: ${bucket}`,
      run: async () => (await listQueue(applications, { bucket, centres, ...viewer, ...PAGE })).documents,
      filter,
      order: { [orderBy]: direction, _id: direction },
      limit: 50,
      indexes: [BUCKET_INDEXES[bucket]],
    };
  }),
  {
    name: 'changes',
    run: async () => (await listChanges(applications, { since, centres, ...PAGE })).documents,
    filter: { updateTime: { $gte: new Date(since.getTime() - 10_000) } },
    order: { updateTime: 1, _id: 1 },
    limit: 50,
    indexes: ['centre_1_updateTime_1__id_1'],
  },
  {
    name: 'list',
    run: async () => (await listByCentre(applications, { centres, state: '', ...PAGE })).documents,
    filter: {},
    order: newestFirst,
    limit: 50,
    indexes: ['centre_1__id_-1'],
  },
  {
    name: 'list of a state',
    run: async () => (await listByCentre(applications, { centres, state: 'ready', ...PAGE })).documents,
    filter: { state: 'ready' },
    order: newestFirst,
    limit: 50,
    indexes: ['centre_1_state_1__id_-1'],
  },
  {
    name: 'search by IDNP',
    run: () => findForPerson(personDeps(), centres, idnp),
    filter: personFilter,
    order: newestFirst,
    limit: 200,
    indexes: ['centre_1_names_1__id_-1'],
  },
  {
    name: 'search by number',
    run: () => findNumber(applications, centres, person.trackingNumber),
    filter: { trackingNumber: person.trackingNumber },
    order: newestFirst,
    limit: 200,
    indexes: ['trackingNumber_1'],
  },
  {
    name: 'search by name',
    run: async () => (await searchByName(applications, centres, 'Ungur', hasher)).rows,
    filter: {
      $or: ['applicant', 'represented'].map((role) => ({ [`content.${role}.familyName`]: 'Ungureanu' })),
    },
    order: newestFirst,
    limit: 20,
    indexes: ['centre_1_names_1__id_-1'],
  },
  {
    name: 'open applications of a person',
    run: () => findOpenForPerson(personDeps(), centres, idnp),
    filter: { ...personFilter, 'queue.since': { $gt: new Date(0) } },
    order: newestFirst,
    limit: 50,
    indexes: ['centre_1_names_1__id_-1'],
  },
  {
    name: 'applications of some days, for the statistics',
    run: () =>
      applications.find(
        { submitTime: { $gte: since, $lt: NOW } },
        { scope: { centre: CENTRE }, sort: { submitTime: 1 } },
      ),
    filter: { submitTime: { $gte: since, $lt: NOW } },
    order: { submitTime: 1 },
    indexes: ['centre_1_submitTime_1'],
  },
];

const COPY_INDEXES = [
  'centre_1_queue.deadline_1__id_1',
  STAGE,
  STAGE,
  'centre_1_queue.actionDate_1__id_1',
  'centre_1_queue.deadline_1__id_1',
  'centre_1_queue.since_1__id_1',
];
QUERIES.push(
  ...resolveCopyQueries(NOW).map((query, at): Query => ({
    name: `offline copy: query ${at + 1}`,
    run: () => findCandidates(applications, centres, query),
    filter: query.filter,
    order: query.sort,
    limit: 200,
    indexes: [COPY_INDEXES[at]!],
  })),
);

/** A person's closed applications are few. */
const ROWS_ONLY = QUERIES.filter(({ name }) => name !== 'open applications of a person');

/** Reads that find nothing here. */
const EMPTY_QUERIES = [
  {
    name: 'documents of an earlier version',
    run: () => applications.find({ schemaVersion: { $lt: SCHEMA_VERSION } }, { scope: 'service', limit: 100 }),
    index: 'schemaVersion_1',
  },
  {
    name: 'changed days of the statistics',
    run: () => applications.find({ uncounted: { $gt: 0 } }, { scope: 'service' }),
    index: 'uncounted_1',
  },
  { name: 'blocked outboxes', run: () => applications.listBlockedOutboxes(100), index: 'outbox.time_1' },
];

/** Not every engine counts what it examines. */
const testEmbedded = process.env['SECOND_ENGINE'] ? test.skip : test;

describe('reads of 20,000 applications', () => {
  test.each(QUERIES)('$name: gives its rows', async ({ run, filter, order, limit }) => {
    const expected = expectedIds(filter, order, limit);
    expect(expected.length).toBeGreaterThan(0);
    expect((await run()).map(({ _id }) => _id)).toEqual(expected);
  });

  test.each(QUERIES)('$name: is planned on its index', async ({ run, indexes }) => {
    for (const planned of await explainer.listIndexes(run)) expect(planned).toEqual(indexes);
  });

  testEmbedded.each(ROWS_ONLY)('$name: examines the documents that it returns', async ({ run }) => {
    for (const { documentsExamined, returned } of await explainer.measure(run))
      expect(documentsExamined).toBe(returned);
  });

  testEmbedded.each(EMPTY_QUERIES)('$name: examines no document', async ({ run, index }) => {
    expect(await explainer.measure(run)).toEqual([{ indexes: [index], returned: 0, documentsExamined: 0 }]);
  });

  test('counts of the queue: give the number of rows, at most 1,000', async () => {
    const counts = Object.fromEntries(await countQueue(applications, centres, viewer));
    const expected = BUCKETS.map((bucket) => [
      bucket,
      expectedIds(resolveQueueList(bucket, viewer).filter, newestFirst, 1_000).length,
    ]);
    expect(counts).toEqual(Object.fromEntries(expected));
  });

  test('counts of the queue: are planned on the indexes of the lists', async () => {
    const count = () => countQueue(applications, centres, viewer);
    expect(await explainer.listIndexes(count)).toEqual(BUCKETS.map((bucket) => [BUCKET_INDEXES[bucket]]));
  });

  testEmbedded('counts of the queue: examine no document', async () => {
    const costs = await explainer.measure(() => countQueue(applications, centres, viewer));
    expect(costs.map(({ documentsExamined }) => documentsExamined)).toEqual(BUCKETS.map(() => 0));
  });
});

describe('records of offline copies', () => {
  test('are read by the device of an operator, and counted by centre', async () => {
    const plans = createExplainer(copies.internals.collection());
    const ofDevice = { device: '01JDZ3V7Q8R9S0T1V2W3X4Y5Z9', operator: OPERATOR, isHeld: true };
    const held = await plans.listIndexes(() => copies.find(ofDevice, { scope: 'service', limit: 1_000 }));
    expect(held).toEqual([['device_1_operator_1_isHeld_1']]);
    const counted = await plans.listIndexes(() => countDeviceCopies(copies, [CENTRE]));
    expect(counted).toEqual([['centre_1_isHeld_1_device_1']]);
  });
});
