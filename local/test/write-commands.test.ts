import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import mongoose from 'mongoose';
import { startTestStore, type TestStore } from './folder.ts';

/** Commands with several statements, as MongoDB documents them, and updates of parts of a document. */

type Row = { _id: number | string } & Record<string, unknown>;
type Rows = mongoose.mongo.Collection<Row>;

const { Binary, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID, BSONRegExp } =
  mongoose.mongo.BSON;

let store: TestStore;
let client: mongoose.mongo.MongoClient;
let rows: Rows;
let run = 0;

beforeAll(async () => {
  store = await startTestStore();
  client = store.client;
}, 120_000);
afterAll(() => store?.stop());
beforeEach(async () => {
  rows = client.db('writes').collection<Row>(`rows-${(run += 1)}`);
  await rows.createIndexes([
    { key: { key: 1 }, name: 'key', unique: true, sparse: true },
    { key: { 'parts.n': 1 }, name: 'parts' },
    { key: { state: 1, time: -1 }, name: 'state', partialFilterExpression: { open: true } },
  ]);
});

const send = (command: string, statements: Record<string, unknown>): Promise<Record<string, unknown>> =>
  rows.db.command({ [command]: rows.collectionName, ...statements });
const stored = () => rows.find().sort({ _id: 1 }).toArray();
const set = (_id: number, $set: object) => ({ q: { _id }, u: { $set } });
const refusal = (index: number) => expect.objectContaining({ index, code: 11_000 }) as unknown;

describe('A command with several statements', () => {
  test.each([
    { ordered: false, n: 2, errors: [1, 2], ids: [1, 2] },
    { ordered: true, n: 1, errors: [1], ids: [1] },
    { ordered: undefined, n: 1, errors: [1], ids: [1] },
  ])('inserts what can be inserted, ordered $ordered', async ({ ordered, n, errors, ids }) => {
    const documents = [{ _id: 1, key: 'a' }, { _id: 1 }, { _id: 9, key: 'a' }, { _id: 2, key: 'b' }];
    const answer = await send('insert', { documents, ...(ordered !== undefined && { ordered }) });
    expect(answer).toEqual({ ok: 1, n, writeErrors: errors.map(refusal) });
    expect((await stored()).map(({ _id }) => _id)).toEqual(ids);
  });

  test.each([
    { ordered: false, n: 3, nModified: 2, errors: [1], last: 'd' },
    { ordered: true, n: 1, nModified: 1, errors: [1], last: undefined },
  ])('updates with a result for each, ordered $ordered', async ({ ordered, n, nModified, errors, last }) => {
    await rows.insertMany([{ _id: 1, key: 'a' }, { _id: 2, key: 'b' }, { _id: 3 }]);
    const updates = [
      set(1, { key: 'c' }),
      set(2, { key: 'c' }),
      set(2, { key: 'b' }),
      set(3, { key: 'd' }),
      set(7, {}),
    ];
    // MongoDB refuses an empty $set of old; a statement that matches nothing counts nothing.
    updates[4] = set(7, { key: 'e' });
    const answer = await send('update', { updates, ordered });
    expect(answer).toEqual({ ok: 1, n, nModified, writeErrors: errors.map(refusal) });
    expect((await stored()).map(({ key }) => key)).toEqual(['c', 'b', last]);
  });

  test('sees in each statement what the ones before it changed', async () => {
    await rows.insertMany([
      { _id: 1, key: 'a', n: 0 },
      { _id: 2, key: 'b', n: 0 },
    ]);
    const inc = { u: { $inc: { n: 1 } } };
    const updates = [
      { q: { _id: 1, n: 0 }, ...inc },
      { q: { _id: 1, n: 1 }, ...inc },
      { q: { _id: 1, n: 0 }, ...inc },
      set(1, { key: 'free' }),
      set(2, { key: 'a' }),
      { q: { key: 'free' }, u: { $set: { found: true } } },
      { q: { _id: 3 }, u: { $set: { key: 'b' } }, upsert: true },
      { q: { n: { $gte: 0 } }, u: { $push: { parts: { n: 1 } } }, multi: true },
    ];
    expect(await send('update', { updates, ordered: false })).toEqual({
      ...{ ok: 1, n: 8, nModified: 7 },
      upserted: [{ index: 6, _id: 3 }],
    });
    expect(await stored()).toEqual([
      { _id: 1, key: 'free', n: 2, found: true, parts: [{ n: 1 }] },
      { _id: 2, key: 'a', n: 0, parts: [{ n: 1 }] },
      { _id: 3, key: 'b' },
    ]);
    expect(await rows.find({ 'parts.n': 1 }).toArray()).toHaveLength(2);
    const deletes = [
      { q: { _id: 1 }, limit: 1 },
      { q: { key: 'free' }, limit: 1 },
      { q: { n: 0 }, limit: 0 },
    ];
    expect(await send('delete', { deletes, ordered: true })).toEqual({ ok: 1, n: 2 });
    expect(await send('insert', { documents: [{ _id: 4, key: 'free' }, { _id: 1 }] })).toEqual({ ok: 1, n: 2 });
  });

  test('removes and marks the same document, as a cleanup of an outbox does', async () => {
    const ids = Array.from({ length: 64 }, (_, _id) => _id);
    await rows.insertMany(ids.map((_id) => ({ _id, state: 'queued', open: true, outbox: [{ n: 1 }, { n: 2 }] })));
    const $pull = { outbox: { n: { $lte: 1 } } };
    const updates = ids.flatMap((_id) => [
      { q: { _id, state: 'queued' }, u: { $pull, $set: { state: 'sent' } } },
      { q: { _id }, u: { $pull } },
    ]);
    expect(await send('update', { updates, ordered: false })).toEqual({ ok: 1, n: 128, nModified: 64 });
    const sent = await rows.find({ open: true, state: 'sent' }).toArray();
    expect(sent).toHaveLength(64);
    expect(sent[9]).toEqual({ _id: 9, state: 'sent', open: true, outbox: [{ n: 2 }] });
  });

  test('leaves indexes that agree with the documents', async () => {
    const found = await client.db('admin').command({ cupsVerify: 1 });
    expect(found).toMatchObject({ faults: [], missingEntries: 0, orphanEntries: 0 });
  });
});

describe('An update', () => {
  const untouched = {
    texts: ['', 'a', 'ș'.repeat(300), 'a\u0000b'],
    numbers: [new Int32(1), new Double(1), Long.fromString('9007199254740993'), Decimal128.fromString('1.10')],
    values: [null, true, new Date(0), new ObjectId('65e000000000000000000000'), new Timestamp({ t: 1, i: 2 })],
    bytes: [new Binary(Buffer.from([0, 1, 255])), new UUID('00112233-4455-6677-8899-aabbccddeeff')],
    others: [new MinKey(), new MaxKey(), new BSONRegExp('^a', 'i'), [], {}, { 'a.b': [[1], {}] }],
  };

  test('keeps every other field byte for byte', async () => {
    const document = { _id: 'all', ...untouched, part: { n: 1, list: [1, 2] } };
    await rows.insertOne(document);
    const before = await rows.findOne({ _id: 'all' }, { raw: true });
    await rows.updateOne({ _id: 'all' }, { $set: { 'part.n': 2 }, $push: { 'part.list': 3 } } as never);
    await rows.updateOne({ _id: 'all' }, { $set: { 'part.n': 1 }, $pop: { 'part.list': 1 } } as never);
    expect(await rows.findOne({ _id: 'all' }, { raw: true })).toEqual(before);
    expect(await rows.countDocuments({ 'numbers.1': 1, 'others.5': { 'a.b': [[1], {}] } })).toBe(1);
  });

  test('finds the entries of every index again, whatever it changes', async () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constantFrom('a', null));
    const change = fc.oneof(
      fc.record({ $set: fc.dictionary(fc.constantFrom('state', 'open', 'time', 'parts.0.n', 'x.y'), value) }),
      fc.record({ $unset: fc.dictionary(fc.constantFrom('state', 'parts', 'x'), fc.constant('')) }),
      fc.record({ $push: fc.record({ parts: fc.record({ n: value }) }) }),
      fc.record({ $rename: fc.constantFrom({ time: 'state' }, { x: 'open' }) }),
      fc.record({ state: value, open: fc.boolean(), parts: fc.array(fc.record({ n: value }), { maxLength: 2 }) }),
    );
    await rows.insertMany([0, 1, 2].map((_id) => ({ _id, open: true, state: _id, parts: [{ n: _id }], x: { y: 1 } })));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat({ max: 2 }), change), { maxLength: 12 }), async (changes) => {
        const updates = changes.map(([_id, u]) => ({ q: { _id }, u }));
        if (updates.length > 0) await send('update', { updates, ordered: false });
        const found = await client.db('admin').command({ cupsVerify: 1 });
        expect(found).toMatchObject({ faults: [], missingEntries: 0, orphanEntries: 0 });
      }),
      { numRuns: 40 },
    );
  });

  test('answers findAndModify as MongoDB does', async () => {
    await rows.insertOne({ _id: 1, key: 'a', n: 1, text: 'long' });
    const modify = (query: object, change: object) => send('findAndModify', { query, ...change });
    const update = { $inc: { n: 1 } };
    const existing = { n: 1, updatedExisting: true };
    expect(await modify({ _id: 1 }, { update, new: true, fields: { n: 1 } })).toEqual({
      ...{ ok: 1, lastErrorObject: existing, value: { _id: 1, n: 2 } },
    });
    expect(await modify({ key: 'a' }, { update })).toMatchObject({ value: { n: 2 } });
    expect(await modify({ _id: 8 }, { update })).toEqual({
      ...{ ok: 1, lastErrorObject: { n: 0, updatedExisting: false }, value: null },
    });
    expect(await modify({ _id: 8 }, { update, upsert: true, new: true })).toEqual({
      ...{ ok: 1, lastErrorObject: { n: 1, updatedExisting: false, upserted: 8 }, value: { _id: 8, n: 1 } },
    });
    expect(await modify({}, { remove: true, sort: { n: -1 } })).toMatchObject({ value: { _id: 1, n: 3 } });
    expect(await stored()).toEqual([{ _id: 8, n: 1 }]);
  });
});
