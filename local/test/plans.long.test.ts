import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type mongoose from 'mongoose';
import { startTestStore, type TestStore } from './folder.ts';

/** Reads by indexes give what reads of all documents give, in the same order. */

type Row = { _id: number } & Record<string, unknown>;
type Rows = mongoose.mongo.Collection<Row>;
type IndexSpec = { fields: Record<string, 1 | -1>; sparse?: boolean; partial?: object };

let store: TestStore;
let client: mongoose.mongo.MongoClient;

beforeAll(async () => {
  store = await startTestStore();
  client = store.client;
}, 120_000);
afterAll(() => store?.stop());

const FIELDS = ['a', 'b', 'c.d', 'list', 'things.kind'];

const INDEXES: IndexSpec[] = [
  { fields: { a: 1 } },
  { fields: { a: 1, b: -1 } },
  { fields: { b: 1, a: 1, 'c.d': -1 } },
  { fields: { a: 1, 'c.d': 1 }, sparse: true },
  { fields: { 'c.d': -1 }, sparse: true },
  { fields: { list: 1, b: 1 } },
  { fields: { a: 1, 'things.kind': 1, b: 1 } },
  { fields: { b: -1 }, partial: { a: 1 } },
];

const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -2, max: 3 }) },
  { weight: 3, arbitrary: fc.constantFrom('', 'a', 'ab', 'ș', 'a\u0000b') },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false, 0.5, new Date(0), new Date(1000)) },
);
const row = fc.record(
  {
    a: scalar,
    b: scalar,
    c: fc.record({ d: scalar }, { requiredKeys: [] }),
    list: fc.oneof(fc.array(scalar, { maxLength: 3 }), scalar),
    things: fc.array(fc.record({ kind: scalar }, { requiredKeys: [] }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const condition = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }).map(($in) => ({ $in })) },
  { weight: 1, arbitrary: scalar.map(($gt) => ({ $gt })) },
  { weight: 1, arbitrary: scalar.map(($lte) => ({ $lte })) },
  { weight: 2, arbitrary: fc.tuple(scalar, scalar).map(([$gte, $lt]) => ({ $gte, $lt })) },
  { weight: 1, arbitrary: fc.boolean().map(($exists) => ({ $exists })) },
  { weight: 1, arbitrary: scalar.map(($ne) => ({ $ne })) },
);
const conditions = fc.dictionary(fc.constantFrom(...FIELDS), condition, { maxKeys: 3 });
const filter = fc.oneof(
  { weight: 4, arbitrary: conditions },
  {
    weight: 1,
    arbitrary: fc
      .tuple(conditions, fc.array(conditions, { minLength: 1, maxLength: 2 }))
      .map(([own, $or]) => ({ ...own, $or })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(conditions, fc.constantFrom('list', 'things.kind'), fc.array(condition, { minLength: 2, maxLength: 3 }))
      .map(([own, field, all]) => ({ ...own, $and: all.map((one) => ({ [field]: one })) })),
  },
);
const order = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('a', 'b', 'c.d'), { maxLength: 2 }),
    fc.constantFrom(1, -1),
    fc.constantFrom(1, -1),
  )
  .map(([fields, first, second]): Record<string, 1 | -1> => {
    const directions = [first, second];
    return { ...Object.fromEntries(fields.map((field, n) => [field, directions[n]!])), _id: first } as never;
  });

const indexed = (rows: Rows): Promise<unknown> =>
  rows.createIndexes(
    INDEXES.map(({ fields, sparse, partial }, n) => ({
      key: fields,
      name: `index ${n}`,
      ...(sparse && { sparse }),
      ...(partial && { partialFilterExpression: partial }),
    })),
  );

describe('Aggregates', () => {
  const count = (filter: object, _id: number, limit: number) => [
    { $match: filter },
    { $limit: limit },
    { $group: { _id, n: { $sum: 1 } } },
  ];

  test('add the results of other pipelines by $unionWith', async () => {
    const rows = client.db('plans').collection<Row>('unions');
    const others = client.db('plans').collection<Row>('others');
    await rows.createIndex({ a: 1, b: 1 });
    await rows.insertMany([1, 2, 3, 4, 5].map((_id) => ({ _id, a: _id % 2, b: _id })));
    await others.insertMany([1, 2].map((_id) => ({ _id, a: 1 })));
    const unions = [
      { $unionWith: { coll: 'unions', pipeline: count({ a: 1, b: { $gt: 1 } }, 1, 9) } },
      { $unionWith: { coll: 'unions', pipeline: count({ a: 7 }, 2, 9) } },
      { $unionWith: { coll: 'others', pipeline: count({}, 3, 9) } },
      { $unionWith: { coll: 'absent', pipeline: count({}, 4, 9) } },
    ];
    const counted = await rows.aggregate([...count({ a: 1 }, 0, 2), ...unions]).toArray();
    expect(counted).toEqual([
      { _id: 0, n: 2 },
      { _id: 1, n: 2 },
      { _id: 3, n: 2 },
    ]);
    const explained = await client
      .db('plans')
      .command({ explain: { count: 'unions', query: { a: 1, b: { $gt: 1 } } } });
    expect(explained).toMatchObject({
      queryPlanner: { winningPlan: { stage: 'COUNT_SCAN', indexName: 'a_1_b_1' } },
      executionStats: { totalDocsExamined: 0 },
    });
    const sum = { $group: { _id: null, n: { $sum: '$n' } } };
    expect(await rows.aggregate([...count({ a: 7 }, 0, 2), ...unions, sum]).toArray()).toEqual([{ _id: null, n: 4 }]);
  });
});

describe('Plans', () => {
  test('read a sparse index of few documents instead of all documents in order', async () => {
    const rows = client.db('plans').collection<Row>('few');
    await rows.createIndex({ 'outbox.time': 1 }, { sparse: true });
    await rows.insertMany(
      Array.from({ length: 400 }, (_, _id) => ({ _id, outbox: _id % 100 > 0 ? [] : [{ time: new Date(_id) }] })),
    );
    const pending = { 'outbox.time': { $gte: new Date(0) }, blocked: { $exists: false }, _id: { $gt: 100 } };
    const sweep = rows.find(pending, { sort: { _id: 1 }, limit: 50 });
    expect(await sweep.clone().explain()).toMatchObject({
      queryPlanner: { winningPlan: { inputStage: { inputStage: { indexName: 'outbox.time_1' } } } },
      executionStats: { totalDocsExamined: 4 },
    });
    expect((await sweep.toArray()).map(({ _id }) => _id)).toEqual([200, 300]);
  });

  test('count missing values by an index alone', async () => {
    const rows = client.db('plans').collection<Row>('missing');
    await rows.createIndex({ a: 1, b: 1 });
    const values = [{}, { b: null }, { b: false }, { b: true }, { b: 0 }];
    await rows.insertMany(Array.from({ length: 50 }, (_, _id) => ({ _id, a: _id % 2, ...values[_id % 5] })));
    const explain = () =>
      client.db('plans').command({ explain: { count: 'missing', query: { a: 1, b: { $in: [false, null] } } } });
    expect(await explain()).toMatchObject({ executionStats: { nReturned: 15, totalDocsExamined: 0 } });
    await rows.insertOne({ _id: 50, a: 1, b: [] });
    expect(await explain()).toMatchObject({ executionStats: { nReturned: 15, totalDocsExamined: 15 } });
  });

  test('read only documents with all wanted elements of an array', async () => {
    const rows = client.db('plans').collection<Row>('elements');
    await rows.createIndex({ a: 1, list: 1, _id: -1 });
    await rows.insertMany(
      Array.from({ length: 300 }, (_, _id) => ({ _id, a: 1, list: ['common', _id % 2, `rare ${_id % 100}`] })),
    );
    const all = [{ list: 'common' }, { list: { $in: ['none', 'rare 7'] } }, { list: 1 }];
    const found = rows.find({ a: 1, $and: all }, { sort: { _id: -1 }, limit: 50 });
    expect(await found.clone().explain()).toMatchObject({ executionStats: { nReturned: 3, totalDocsExamined: 3 } });
    expect((await found.toArray()).map(({ _id }) => _id)).toEqual([207, 107, 7]);
  });

  test.each([
    ['an absent element', 'absent', 0, 1],
    ['a rare element', 'rare 7', 3, 7],
  ])('skip the entries of a common element without %s', async (_, element, nReturned, most) => {
    const rows = client.db('plans').collection<Row>('elements');
    const found = rows.find({ a: 1, $and: [{ list: 'common' }, { list: element }] }, { sort: { _id: -1 } });
    const { executionStats } = (await found.explain()) as { executionStats: Record<string, number> };
    expect(executionStats).toMatchObject({ nReturned, totalDocsExamined: nReturned });
    expect(executionStats['totalKeysExamined']).toBeLessThanOrEqual(most);
  });

  test('give what a read of all documents gives, also after changes', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 40 }),
        fc.array(fc.tuple(filter, order, fc.nat({ max: 4 }), fc.nat({ max: 3 })), { minLength: 5, maxLength: 20 }),
        fc.array(fc.tuple(fc.nat({ max: 39 }), row), { maxLength: 10 }),
        async (rows, queries, changes) => {
          run += 1;
          const plain = client.db('plans').collection<Row>(`plain-${run}`);
          const fast = client.db('plans').collection<Row>(`fast-${run}`);
          const documents = rows.map((one, _id) => ({ _id, ...one }));
          const half = documents.length >> 1;
          await plain.insertMany(structuredClone(documents));
          // Half of the entries are built, half are added.
          if (half > 0) await fast.insertMany(structuredClone(documents.slice(0, half)));
          await indexed(fast);
          await fast.insertMany(structuredClone(documents.slice(half)));
          for (const collection of [plain, fast]) {
            for (const [_id, replacement] of changes)
              await collection.replaceOne({ _id }, structuredClone(replacement));
            await collection.deleteOne({ _id: 1 });
          }
          for (const [where, sort, limit, skip] of queries) {
            const read = async (collection: Rows) => {
              const found = await collection
                .find(where as object)
                .sort(sort)
                .limit(limit)
                .skip(skip)
                .toArray();
              const count = await collection.countDocuments(where as object);
              const unsorted = await collection.find(where as object, { projection: { _id: 1 } }).toArray();
              return { ids: found.map(({ _id }) => _id), count, all: unsorted.map(({ _id }) => _id).sort() };
            };
            expect({ where, sort, limit, skip, ...(await read(fast)) }).toEqual({
              ...{ where, sort, limit, skip },
              ...(await read(plain)),
            });
          }
          await Promise.all([plain.drop(), fast.drop()]);
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 40) },
    );
  }, 300_000);
});
