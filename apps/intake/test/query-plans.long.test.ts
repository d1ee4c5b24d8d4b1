import { BUCKETS } from '@cups/application';
import { openStore } from '@cups/store';
import type { Documents, Store } from '@cups/store';
import { captureLog, eventually, testInfrastructure } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSearchHasher } from '../src/domain/search-hasher.ts';
import { openApplicationStore } from '../src/store.ts';
import type { StoredApplication } from '../src/store.ts';
import { findExact, findOpenForPerson, listByCentre, searchByName } from '../src/store/application-rows.ts';
import { countQueue, listChanges, listQueue, resolveQueueList } from '../src/store/queue.ts';
import { compareBy, createRow, DAY, matches, NOW } from './query-rows.ts';
import type { Filter, Row } from './query-rows.ts';

/**
 * The reads of intake on 20,000 applications: each gives what the same filter and order give in memory, and each is
 * planned on its index. The plan is that of the command which the driver sent.
 */

const DOCUMENTS = 20_000;
const CENTRE = 'centres/CU-001';
const OPERATOR = 'operators/3';
const PAGE = { pageSize: 50, pageToken: '' };
const centres = [CENTRE];
const viewer = { operator: OPERATOR, now: NOW };
const hasher = createSearchHasher(() => 'key of the test');

const { mongoUri, prefix } = testInfrastructure();
const database = `${prefix}cups-intake`;
const rows: Row[] = Array.from({ length: DOCUMENTS }, (_, n) => createRow(n, hasher));
/** The driver of the store, as far as the plans need it. */
interface Driver {
  db(name: string): {
    command(command: object): Promise<Record<string, unknown>>;
    dropDatabase(): Promise<unknown>;
  };
  on(event: 'commandStarted', listener: (event: { command: object }) => void): unknown;
}

/** Commands of the store, in order. */
const commands: Record<string, unknown>[] = [];
let store: Store;
let applications: Documents<StoredApplication>;
let driver: Driver;

beforeAll(async () => {
  store = openStore({ uri: `${mongoUri.replace(/\/?$/, '/')}?monitorCommands=true`, database, log: captureLog().log });
  applications = openApplicationStore(store);
  await eventually(() => store.ready(), { timeoutMs: 30_000 });
  const collection = applications.internals.collection();
  for (let n = 0; n < DOCUMENTS; n += 500) {
    await collection.insertMany(structuredClone(rows.slice(n, n + 500)) as never, { ordered: false });
  }
  driver = (collection as unknown as { client: Driver }).client;
  driver.on('commandStarted', ({ command }) => commands.push(command as Record<string, unknown>));
}, 240_000);
afterAll(async () => {
  await driver?.db(database).dropDatabase();
  await store?.close();
});

/** Returns the IDs that a filter and an order give in memory, at the centre. */
function expectedIds(filter: Filter, order: Record<string, 1 | -1>, limit: number): string[] {
  const found = rows.filter((row) => row.centre === CENTRE && matches(row, filter));
  return found
    .sort(compareBy(order))
    .slice(0, limit)
    .map(({ _id }) => _id);
}

/** Returns the indexes that the plans of the last command name, each once. */
async function plannedIndexes(): Promise<string[]> {
  // The store's probe asks for an empty ID.
  const last = commands.findLast(
    ({ find, aggregate, filter }) =>
      (find ?? aggregate) === 'applications' && (filter as Filter | undefined)?.['_id'] !== '',
  )!;
  const { find, filter, sort, limit, projection, pipeline } = last;
  const explained = find
    ? [{ find, filter, projection, limit, ...(sort ? { sort } : {}) }]
    : readMatches(pipeline as Stage[]).map((query) => ({ count: 'applications', query }));
  const names = new Set<string>();
  for (const explain of explained) {
    const plan = await driver.db(database).command({ explain, verbosity: 'queryPlanner' });
    collectIndexNames((plan['queryPlanner'] as { winningPlan: unknown }).winningPlan, names);
  }
  return [...names].sort();
}

interface Stage {
  $match?: Filter;
  $unionWith?: { pipeline: Stage[] };
}

/** Returns the filters of counts that are united in one aggregate. */
const readMatches = (pipeline: Stage[]): Filter[] =>
  pipeline.flatMap(({ $match, $unionWith }) => ($match ? [$match] : readMatches($unionWith?.pipeline ?? [])));

function collectIndexNames(plan: unknown, names: Set<string>): void {
  if (typeof plan !== 'object' || plan === null) return;
  for (const [key, value] of Object.entries(plan)) {
    if (key === 'indexName') names.add(String(value));
    else collectIndexNames(value, names);
  }
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
  mine: 'centre_1_assignee_1_queue.since_1__id_1',
  open: 'centre_1_queue.since_1__id_1',
};

/** A read with the filter and order that it stands for. */
interface Query {
  name: string;
  run: () => Promise<{ _id: string }[]>;
  filter: Filter;
  order: Record<string, 1 | -1>;
  limit: number;
  indexes: string[];
}

const person = rows.find((row) => row.centre === CENTRE && row.content.represented)!;
const { idnp } = person.content.represented!;
const both = ['content.applicant.idnp', 'content.represented.idnp'];
const personFilter = { $or: both.map((field) => ({ [field]: idnp })) };
const personIndexes = both.map((field) => `centre_1_${field}_1__id_-1`);
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
    run: () => findExact(applications, centres, { idnp }),
    filter: personFilter,
    order: newestFirst,
    limit: 200,
    indexes: personIndexes,
  },
  {
    name: 'search by number',
    run: () => findExact(applications, centres, { trackingNumber: person.trackingNumber }),
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
    run: () => findOpenForPerson(applications, centres, idnp),
    filter: { ...personFilter, 'queue.since': { $gt: new Date(0) } },
    order: newestFirst,
    limit: 50,
    indexes: personIndexes,
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
    limit: 200,
    indexes: ['centre_1_submitTime_1'],
  },
];

describe('reads of 20,000 applications', () => {
  test.each(QUERIES)('$name: gives its rows', async ({ run, filter, order, limit }) => {
    const expected = expectedIds(filter, order, limit);
    expect(expected.length).toBeGreaterThan(0);
    expect((await run()).map(({ _id }) => _id)).toEqual(expected);
  });

  test.each(QUERIES)('$name: is planned on its index', async ({ run, indexes }) => {
    await run();
    expect(await plannedIndexes()).toEqual(indexes);
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
    await countQueue(applications, centres, viewer);
    expect(await plannedIndexes()).toEqual([...new Set(Object.values(BUCKET_INDEXES))].sort());
  });
});
