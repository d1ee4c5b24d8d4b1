import { randomUUID } from 'node:crypto';
import { eventually, captureLog, testInfrastructure } from '@cups/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import mongoose from 'mongoose';
import { openStore, type Documents, type SealingKeys, type Store, type StoredDocument } from '../src/index.ts';
import type { CollectionOptions, Projection } from '../src/documents/options.ts';
import { createMemoryKeys } from './sealing-keys.ts';

interface Row {
  kind: string;
  reason?: string;
  at: Date;
}
interface File extends StoredDocument {
  state: string;
  content: Record<string, unknown>;
  decision?: { approved: boolean; reason?: string; seal?: { bytes: Uint8Array } } | undefined;
  history: Row[];
  note?: string | undefined;
}

const { BSON } = mongoose.mongo;
const { mongoUri, prefix } = testInfrastructure();
const { log, text } = captureLog();
const scope = 'service' as const;
const now = new Date('2026-03-01T10:00:00.000Z');
const fields = ['content', 'decision.reason', 'decision.seal', 'history[].reason', 'note'];
const definition: CollectionOptions<File> = {
  collection: 'files',
  schema: {
    state: { type: String, required: true },
    content: Object,
    decision: { approved: Boolean, reason: String, seal: { bytes: Buffer } },
    history: [{ _id: false, kind: { type: String, required: true }, reason: String, at: Date }],
    note: String,
  },
  indexes: [],
  schemaVersion: 1,
  existsReason: 'ALREADY_EXISTS',
};

let store: Store;
let keys: ReturnType<typeof createMemoryKeys>;
let sealed: Documents<File>;

/** The collection in another process. */
async function openAgain(more: Partial<CollectionOptions<File>> = {}, others: SealingKeys = keys) {
  const documents = store.documents<File>({ ...definition, sealed: { fields, keys: others }, ...more });
  await eventually(() => store.ready());
  return documents;
}

beforeAll(async () => {
  store = openStore({ uri: mongoUri, database: `${prefix}cups-sealed`, log });
  store.documents<File>({ ...definition, collection: 'plainFiles' });
  await eventually(() => store.ready());
});
beforeEach(async () => {
  keys = createMemoryKeys();
  sealed = await openAgain({ keepRecent: 100 });
});
afterAll(() => store.close());

const draft = (more: Partial<File> = {}) => ({
  _id: randomUUID(),
  state: 'draft',
  content: { name: 'Ana Rotaru', born: now, files: [Buffer.from('abc')] },
  history: [],
  ...more,
});
const create = async (more: Partial<File> = {}, documents = sealed) =>
  (await documents.create(draft(more), { scope, cause: {}, events: [], now })).document;
const change = (id: string, next: (file: File) => File, documents = sealed) =>
  documents.update(id, { scope, cause: {}, now }, (file) => ({ document: next(file), events: [] }));
const raw = async (_id: string) =>
  (await store.collection<StoredDocument>('files').findOne({ _id })) as unknown as File;
const overwrite = (_id: string, $set: object) => store.collection<StoredDocument>('files').updateOne({ _id }, { $set });
const row = (reason: string): Row => ({ kind: 'note', reason, at: now });

describe('a collection with sealed fields', () => {
  test('stores bytes and returns plain values', async () => {
    const made = await create({
      decision: { approved: true, reason: 'Ana Rotaru', seal: { bytes: Buffer.from('Ana Rotaru') } },
      history: [row('Ana Rotaru')],
      note: 'Ana Rotaru',
    });
    expect(JSON.stringify(await raw(made._id))).not.toMatch(/Ana|QW5h/);
    for (const documents of [sealed, await openAgain()]) {
      expect(await documents.get(made._id, { scope })).toEqual(made);
      expect(await documents.getCached(made._id, { scope })).toEqual(made);
      expect(await documents.findOne({ _id: made._id }, { scope })).toEqual(made);
      expect(await documents.find({ _id: made._id }, { scope })).toEqual([made]);
    }
    expect(await raw(made._id)).toMatchObject({
      state: 'draft',
      decision: { approved: true },
      history: [{ kind: 'note' }],
    });
  });

  test('seals only the fields that a write changes', async () => {
    const { _id } = await create({ history: [row('one')], note: 'first' });
    const before = await raw(_id);
    await change(_id, (file) => ({ ...file, history: [...file.history, row('two')] }));
    await change(_id, (file) => ({ ...file, content: { ...file.content }, state: 'sent' }), await openAgain());
    const after = await raw(_id);
    expect(after).toMatchObject({ content: before.content, note: before.note, state: 'sent', revision: 3 });
    expect(after.history[0]).toEqual(before.history[0]);
    expect((await sealed.get(_id, { scope }))?.history).toEqual([row('one'), row('two')]);
    await change(_id, (file) => ({ ...file, content: { name: 'Ion' } }));
    expect((await raw(_id)).content).not.toEqual(before.content);
    expect((await raw(_id)).note).toEqual(before.note);
  });

  test('keeps concurrent writes of a group apart', async () => {
    const ids = (await Promise.all(Array.from({ length: 20 }, () => create()))).map(({ _id }) => _id);
    const cause = () => ({ request: { id: randomUUID(), key: 'Save', fingerprint: 'f' } });
    const documents = [sealed, await openAgain({ keepRecent: 100 })];
    const writes = [...ids, ...ids].map((id, at) =>
      documents[at % 2]!.update(id, { scope, cause: cause(), now }, (file) => ({
        document: { ...file, history: [...file.history, row(`${at}`)] },
        events: [],
      })),
    );
    await Promise.all(writes);
    const found = await (await openAgain()).find({ _id: { $in: ids } }, { scope });
    for (const { _id, history } of found) {
      const at = ids.indexOf(_id);
      expect(history.map(({ reason }) => Number(reason)).sort((a, b) => a - b)).toEqual([at, at + 20]);
    }
  });

  test('reads a part of a sealed field as of a plain one', async () => {
    const plain = store.documents<File>({ ...definition, collection: 'plainFiles' });
    const given = draft({
      content: { person: { name: 'Ana', born: now }, list: [{ a: 1, b: 2 }, { b: 3 }, 4], none: null },
      decision: { approved: false, reason: 'r', seal: { bytes: Buffer.from('b') } },
      history: [row('x'), { kind: 'y', at: now }],
      note: 'n',
    });
    for (const documents of [plain, sealed]) await documents.create(given, { scope, cause: {}, events: [], now });
    const projections: Projection[] = [
      { 'content.person.name': 1, state: 1 },
      { 'content.person.name': 1, 'content.list.a': 1, 'decision.approved': 1 },
      { content: 1, 'decision.reason': 1 },
      { 'content.none.x': 1, 'content.absent': 1, 'history.kind': 1 },
      { 'history.reason': 1, decision: 1, note: 1 },
      { 'decision.seal.bytes': 1, 'history.at': 1 },
      { note: 0, outbox: 0 },
    ];
    for (const projection of projections) {
      const expected = await plain.findOne({ _id: given._id }, { scope, projection });
      expect(await sealed.findOne({ _id: given._id }, { scope, projection })).toEqual(expected);
      const page = {
        scope,
        filter: { _id: given._id },
        order: 'asc',
        pageSize: 5,
        pageToken: '',
        tokenArguments: 1,
      } as const;
      expect((await sealed.list({ ...page, projection })).documents).toEqual([expected]);
    }
  });

  test('stores the same documents as without sealing, for random changes', async () => {
    const plain = store.documents<File>({ ...definition, collection: 'plainFiles' });
    const words = fc.string({ maxLength: 6 });
    const leaf = fc.oneof(words, fc.integer(), fc.boolean(), fc.constant(null), fc.constant(now));
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 2 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('tree')),
      ),
    }));
    const rows = fc.record(
      { kind: fc.string({ minLength: 1, maxLength: 3 }), reason: words, at: fc.constant(now) },
      { requiredKeys: ['kind', 'at'] },
    );
    const step = fc.oneof(
      tree.map((a) => (file: File): File => ({ ...file, content: { ...file.content, a } })),
      rows.map((one) => (file: File): File => ({ ...file, history: [...file.history, one] })),
      rows.map((one) => (file: File): File => ({
        ...file,
        history: file.history.map((old, at) => (at === 0 ? one : old)),
      })),
      fc.constant((file: File): File => ({ ...file, history: file.history.slice(1) })),
      fc.option(words, { nil: undefined }).map((note) => (file: File): File => ({ ...file, note })),
      fc.option(words, { nil: undefined }).map((reason) => (file: File): File => ({
        ...file,
        decision: reason === undefined ? undefined : { ...file.decision, approved: true, reason },
      })),
      fc.constant((file: File): File => ({ ...file, state: `${file.state}.` })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 6 }), async (steps) => {
        const given = draft();
        for (const documents of [plain, sealed]) await documents.create(given, { scope, cause: {}, events: [], now });
        const other = await openAgain();
        for (const [next, elsewhere] of steps) {
          await change(given._id, next, plain);
          await change(given._id, next, elsewhere ? other : sealed);
        }
        const expected = await plain.get(given._id, { scope });
        expect(await other.get(given._id, { scope })).toEqual(expected);
        expect(await sealed.getCached(given._id, { scope })).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});

describe('documents of an earlier release', () => {
  test('reads plain values, and seals them with the next write', async () => {
    const given = draft({ note: 'clear', history: [row('clear')] });
    await store.documents<File>(definition).create(given, { scope, cause: {}, events: [], now });
    expect(await sealed.get(given._id, { scope })).toMatchObject(given);
    expect(keys.created()).toBe(0);
    await change(given._id, (file) => ({ ...file }));
    expect(JSON.stringify(await raw(given._id))).not.toContain('clear');
    expect(await (await openAgain()).get(given._id, { scope })).toMatchObject(given);
  });

  test('writes plain values beside replicas that cannot read sealed ones', async () => {
    const careful = await openAgain({ sealed: { fields, keys, write: 'plain' } });
    const { _id } = await create({ note: 'sealed' });
    await change(_id, (file) => ({ ...file, content: { name: 'plain' } }), careful);
    expect(await raw(_id)).toMatchObject({ content: { name: 'plain' }, note: 'sealed' });
    expect(await sealed.get(_id, { scope })).toMatchObject({ content: { name: 'plain' }, note: 'sealed' });
    const made = await create({}, careful);
    expect(await raw(made._id)).toMatchObject({ content: { name: 'Ana Rotaru' } });
  });
});

describe('values of a list', () => {
  const reasonsOf = (file: File) => file.history.map(({ reason }) => reason);

  test('open at their own position only', async () => {
    const { _id } = await create({ history: [row('one'), row('two'), row('three')] });
    const { history } = await raw(_id);
    const [first, second, third] = history;
    await overwrite(_id, { history: [first, { ...second, reason: third!.reason }, third] });
    await expect((await openAgain()).get(_id, { scope })).rejects.toThrow(
      `history[].reason of files/${_id} is damaged`,
    );
    await overwrite(_id, { history: [second, first, third] });
    await expect((await openAgain()).get(_id, { scope })).rejects.toThrow('is damaged');
  });

  test('are readable, and get their position with the next write, if an earlier release sealed them', async () => {
    const { _id } = await create({ history: [row('one'), row('two')] });
    const key = await keys.create(_id);
    const sealFormerly = (value: string) =>
      Buffer.concat([Buffer.of(1), key.id, key.seal(`files|${_id}|history[].reason`, BSON.serialize({ value }))]);
    const { history } = await raw(_id);
    const former = history.map((one, at) => ({ ...one, reason: sealFormerly(['one', 'two'][at]!) }));
    await overwrite(_id, { history: former });
    const later = await openAgain();
    expect(reasonsOf((await later.get(_id, { scope }))!)).toEqual(['one', 'two']);
    await change(_id, (file) => ({ ...file, state: 'sent' }), later);
    const stored = await raw(_id);
    await overwrite(_id, { history: stored.history.toReversed() });
    await expect((await openAgain()).get(_id, { scope })).rejects.toThrow('is damaged');
    await overwrite(_id, { history: stored.history });
    await change(_id, (file) => ({ ...file, state: 'read' }), await openAgain());
    expect((await raw(_id)).history).toEqual(stored.history);
  });

  test('are readable for an earlier release, which ignores their position', async () => {
    const { _id } = await create({ history: [row('one')] });
    const bytes = (await raw(_id)).history[0]!.reason as unknown as Buffer;
    const key = await keys.create(_id);
    const opened = BSON.deserialize(key.open(`files|${_id}|history[].reason`, bytes.subarray(9)));
    expect(opened['value']).toBe('one');
  });
});

describe('a destroyed key', () => {
  test('leaves documents readable without their sealed fields', async () => {
    const [erased, other] = [await create({ history: [row('x')], note: 'n' }), await create()];
    keys.destroy(erased._id);
    const found = await sealed.find({ _id: { $in: [erased._id, other._id] } }, { scope, sort: { state: 1 } });
    expect(found.find(({ _id }) => _id === other._id)).toEqual(other);
    const expected = { erased: true, state: 'draft', history: [{ kind: 'note', at: now }] };
    expect(found.find(({ _id }) => _id === erased._id)).toMatchObject(expected);
    for (const read of [
      await sealed.get(erased._id, { scope }),
      await sealed.getCached(erased._id, { scope }),
      await sealed.findOne({ _id: erased._id }, { scope, projection: { content: 1, note: 1, state: 1, history: 1 } }),
    ]) {
      expect(read).toMatchObject(expected);
      expect(read).not.toHaveProperty('content');
      expect(read).not.toHaveProperty('note');
    }
  });

  test('gives fields that a service needs a value', async () => {
    const { _id } = await create({ note: 'n' });
    const { content } = await raw(_id);
    keys.destroy(_id);
    for (const write of ['sealed', 'plain'] as const) {
      const other = await openAgain({ sealed: { fields, keys, erased: { content: {} }, write } });
      expect(await other.get(_id, { scope })).toMatchObject({ erased: true, content: {} });
      await change(_id, (file) => ({ ...file, state: `${file.state}.` }), other);
      expect(await raw(_id)).toMatchObject({ content });
    }
  });

  test('allows changes of plain fields and refuses new sealed values', async () => {
    const { _id } = await create({ history: [row('x')] });
    const { content } = await raw(_id);
    keys.destroy(_id);
    await change(_id, (file) => ({ ...file, state: 'closed' }));
    const refused = change(_id, (file) => ({ ...file, note: 'new' }));
    await expect(refused).rejects.toMatchObject({ reason: 'PERSONAL_DATA_ERASED' });
    const stored = await raw(_id);
    expect(stored).toMatchObject({ content, state: 'closed' });
    expect(stored).not.toHaveProperty('erased');
    expect(stored).not.toHaveProperty('note');
  });

  test('stays destroyed when its document is created once more', async () => {
    const made = draft();
    const options = { scope, cause: {}, events: [], now };
    await sealed.create(made, options);
    keys.destroy(made._id);
    await expect(sealed.create(made, options)).rejects.toMatchObject({ reason: 'ALREADY_EXISTS' });
    expect(await sealed.get(made._id, { scope })).toMatchObject({ erased: true });
    const refused = change(made._id, (file) => ({ ...file, note: 'new' }));
    await expect(refused).rejects.toMatchObject({ reason: 'PERSONAL_DATA_ERASED' });
  });
});

describe('a lost key', () => {
  test('blocks its document only, and does not look like an erasure', async () => {
    const [lost, other] = [await create({ note: 'n' }), await create()];
    keys.lose(lost._id);
    const read = () => sealed.find({ _id: { $in: [lost._id, other._id] } }, { scope, sort: { state: 1 } });
    const assertUnreadable = async () => {
      const found = await read();
      expect(found.find(({ _id }) => _id === other._id)).toEqual(other);
      const unreadable = found.find(({ _id }) => _id === lost._id);
      expect(unreadable).not.toHaveProperty('erased');
      expect(unreadable).not.toHaveProperty('note');
      await expect(sealed.get(lost._id, { scope })).rejects.toThrow('lost');
      await expect(change(lost._id, (file) => ({ ...file, state: 'closed' }))).rejects.toThrow('lost');
    };
    await assertUnreadable();
    // A new key of the same document changes nothing.
    await keys.create(lost._id);
    await assertUnreadable();
  });
});

describe('hostile bytes', () => {
  const damages: [name: string, damage: (bytes: Buffer, other: Buffer) => unknown][] = [
    ['a changed byte', (bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 20 ? byte ^ 1 : byte)))],
    ['a cut value', (bytes) => bytes.subarray(0, 30)],
    ['no bytes', () => Buffer.alloc(0)],
    ['an unknown format', (bytes) => Buffer.concat([Buffer.of(9), bytes.subarray(1)])],
    ['the value of another field', (_bytes, other) => other],
  ];

  test.each(damages)('are an error that names the field: %s', async (_name, damage) => {
    const { _id } = await create({ note: 'secret' });
    const healthy = await create({ note: 'fine' });
    const stored = (await raw(_id)) as unknown as { note: Buffer; content: Buffer };
    await overwrite(_id, { note: damage(stored.note, stored.content) });
    const message = `store: the sealed field note of files/${_id} is damaged`;
    const fresh = await openAgain();
    await expect(fresh.get(_id, { scope })).rejects.toThrow(message);
    await expect(change(_id, (file) => ({ ...file, state: 'x' }), fresh)).rejects.toThrow(message);
    // It blocks no other document of a list.
    const found = await fresh.find({ _id: { $in: [_id, healthy._id] } }, { scope });
    expect(found.map(({ note }) => note).sort()).toEqual(['fine', undefined]);
    expect(text()).toContain(`"event":"sealed-field-damaged","resource":"files/${_id}","field":"note"`);
    expect(text()).not.toContain('secret');
  });

  test('do not move to another document', async () => {
    const [one, other] = [await create({ note: 'one' }), await create({ note: 'other' })];
    const key = (await keys.find(one._id))!;
    const shared = await openAgain(
      {},
      {
        create: async () => key,
        find: async () => key,
        findMany: async (ids) => ({ keys: new Map(ids.map((id) => [id, key])), unreadable: new Set() }),
        isDestroyed: async () => false,
      },
    );
    await overwrite(other._id, { note: (await raw(one._id)).note, content: {} });
    await expect(shared.get(other._id, { scope })).rejects.toThrow('is damaged');
  });
});

describe('the configuration of sealed fields', () => {
  const open = (paths: string[], more: Partial<CollectionOptions<File>> = {}) =>
    store.documents<File>({ ...definition, collection: randomUUID(), sealed: { fields: paths, keys }, ...more });

  test.each([
    [['content', 'content.name'], 'is within content'],
    [['decision.reason', 'decision'], 'contains another one'],
    [['history[]'], 'is an element'],
    [['absent'], 'has no field absent'],
    [['decision.seal.bytes'], 'is bytes'],
  ])('rejects %j', (paths, message) => {
    expect(() => open(paths)).toThrow(message);
  });

  test('rejects an index, a query, an order and an exclusion of a sealed field', async () => {
    expect(() => open(fields, { indexes: [{ fields: { note: 1 }, query: 'by note' }] })).toThrow('sealed field note');
    const named = 'A query names the sealed field content.';
    await expect(sealed.find({ 'content.name': 'Ana' }, { scope })).rejects.toThrow(named);
    await expect(sealed.findOne({ $or: [{ state: 'a' }, { content: {} }] }, { scope })).rejects.toThrow(named);
    await expect(sealed.find({}, { scope, sort: { 'content.name': 1 } })).rejects.toThrow(named);
    await expect(sealed.countEach([{ content: {} }], { scope, limit: 1 })).rejects.toThrow(named);
    await expect(sealed.find({}, { scope, projection: { 'content.name': 0 } })).rejects.toThrow('excludes a part');
    expect(await sealed.find({ content: { $exists: false } }, { scope })).toEqual([]);
    expect(await sealed.find({ schemaVersion: { $lt: 1 }, 'content.name': 'Ana' }, { scope })).toEqual([]);
  });

  test('checks plain values against the schema', async () => {
    await expect(create({ note: 5 as unknown as string })).rejects.toThrow('note: not a String');
    const { _id } = await create({ history: [row('x')] });
    const wrong = change(_id, (file) => ({ ...file, history: [{ ...row('y'), reason: 5 as unknown as string }] }));
    await expect(wrong).rejects.toThrow('history[].reason: not a String');
  });
});
