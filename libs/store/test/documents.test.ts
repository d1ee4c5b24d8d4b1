import { randomUUID } from 'node:crypto';
import { Problem } from '@cups/problem';
import { eventually, captureLog, testInfrastructure } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import mongoose from 'mongoose';
import { etagOf, openStore, type Cause, type Documents, type Store, type StoredDocument } from '../src/index.ts';
import type { UpdateOptions } from '../src/documents/update.ts';

interface Case extends StoredDocument {
  centre?: string;
  state: string;
  count: number;
  code?: string;
  answers: unknown;
  history: { kind: string; type?: string; at: Date; seal?: Buffer }[];
  party?: { givenName: string; tags: string[] };
}

const { mongoUri, prefix } = testInfrastructure();
const { log, text } = captureLog();
let store: Store;
let other: Store;
let cases: Documents<Case>;
let sameCases: Documents<Case>;
const now = new Date('2026-03-01T10:00:00.000Z');
const database = `${prefix}cups-cases`;
const scope = 'service' as const;

const definition = {
  collection: 'cases',
  schema: {
    centre: String,
    state: { type: String, required: true, enum: ['draft', 'submitted', 'closed'] },
    count: { type: Number, required: true },
    code: String,
    answers: {},
    history: [{ kind: { type: String, required: true }, type: { type: String }, at: Date, seal: Buffer }],
    party: { givenName: String, tags: [String] },
  },
  indexes: [{ fields: { code: 1 as const }, unique: true, sparse: true, query: 'one case by its code' }],
  schemaVersion: 1,
  existsReason: 'ALREADY_EXISTS' as const,
  keepRequests: (one: Case) => (one.state === 'draft' ? 5 : 1_000),
};

beforeAll(async () => {
  store = openStore({ uri: mongoUri, database, log });
  other = openStore({ uri: mongoUri, database, log });
  cases = store.documents<Case>(definition);
  sameCases = other.documents<Case>(definition);
  await eventually(() => store.ready() && other.ready());
});
afterAll(async () => {
  await store.close();
  await other.close();
});

const request = (id: string = randomUUID(), fingerprint = 'f'): Cause => ({
  requestId: id,
  request: { id, key: 'Save|gateway', fingerprint },
});
const event = (type: string) => ({
  topic: 'cups.cases',
  key: 'k',
  type,
  subject: 'cases/k',
  data: Buffer.from(type),
  sequenced: true,
});
const draft = (more: Partial<Case> = {}) => ({
  _id: randomUUID(),
  state: 'draft',
  count: 0,
  answers: {},
  history: [],
  ...more,
});
const create = async (more: Partial<Case> = {}) =>
  (await cases.create(draft(more), { scope, cause: request(), events: [], now })).document;
const add = (one: Case) => ({ document: { ...one, count: one.count + 1 }, events: [event('Added')] });

describe('create', () => {
  test('inserts once, with revision 1 and numbered events', async () => {
    const { document, replayed } = await cases.create(draft(), {
      scope,
      cause: { ...request('r-1'), eventId: 'e-1', traceparent: 'tp' },
      events: [event('Opened'), { ...event('Noted'), sequenced: false }, event('Ready')],
      now,
    });
    expect(replayed).toBe(false);
    const found = await cases.get(document._id, { scope });
    expect(found).toEqual(document);
    expect(found).toMatchObject({ revision: 1, eventSeq: 2, outboxSeq: 3, createTime: now });
    expect(found?.outbox.map(({ n, sequence, type }) => [n, sequence, type])).toEqual([
      [1, 1, 'Opened'],
      [2, null, 'Noted'],
      [3, 2, 'Ready'],
    ]);
    expect(found?.outbox[0]).toMatchObject({
      source: '/cups/cases',
      correlationId: 'r-1',
      causationId: 'e-1',
      traceparent: 'tp',
      time: now,
    });
  });

  test('returns the current document to a repeated request', async () => {
    const cause = request();
    const given = draft();
    await cases.create(given, { scope, cause, events: [], now });
    await cases.update(given._id, { scope, cause: request(), now }, add);
    const again = await cases.create(given, { scope, cause, events: [], now });
    expect(again).toMatchObject({ replayed: true, document: { count: 1, revision: 2 } });
  });

  test('creates one document for ten concurrent repeats', async () => {
    const cause = request();
    const given = draft();
    const all = await Promise.all(
      [cases, sameCases].flatMap((documents) =>
        Array.from({ length: 5 }, () => documents.create(given, { scope, cause, events: [], now })),
      ),
    );
    expect(all.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  test('rejects a used request ID with other content', async () => {
    const cause = request('used');
    await cases.create(draft(), { scope, cause, events: [], now });
    const other = cases.create(draft(), { scope, cause: request('used', 'g'), events: [], now });
    await expect(other).rejects.toMatchObject({ reason: 'REQUEST_ID_REUSED' });
  });

  test('rejects a taken ID or unique field without logging or returning values', async () => {
    const secret = 'SECRET-CODE-9';
    const first = await create({ code: secret });
    for (const given of [draft({ _id: first._id }), draft({ code: secret })]) {
      const failure = await cases
        .create(given, { scope, cause: request(), events: [], now })
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ reason: 'ALREADY_EXISTS' });
      expect(JSON.stringify(failure) + String((failure as Error).stack)).not.toContain(secret);
    }
    expect(text()).not.toContain(secret);
  });

  test('createMissing skips documents with a taken ID or unique field', async () => {
    const [first, second] = [draft({ code: randomUUID() }), draft()];
    const context = { scope, cause: {}, now };
    expect(await cases.createMissing([first, second], context)).toBe(2);
    const again = [draft({ code: first.code! }), first, draft(), Object.assign({}, second, { count: 99 })];
    expect(await cases.createMissing(again, context)).toBe(1);
    expect(await cases.get(second._id, { scope })).toMatchObject({ revision: 1, count: second.count });
    expect(await cases.createMissing([], context)).toBe(0);
    await expect(cases.createMissing([draft({ state: 'lost' })], context)).rejects.toThrow(
      'does not match its schema: state',
    );
  });

  test('find returns every document that matches, unless it names a limit', async () => {
    const drafts = Array.from({ length: 451 }, () => draft());
    await cases.createMissing(drafts, { scope, cause: {}, now });
    const filter = { _id: { $in: drafts.map(({ _id }) => _id) } };
    expect(await cases.find(filter, { scope })).toHaveLength(451);
    expect(await cases.find(filter, { scope, limit: 201 })).toHaveLength(201);
  });

  test('createMissing commits the events of the documents that it inserts, and reports them', async () => {
    const [first, taken] = [draft(), draft()];
    const eventsOf = ({ _id: id }: { _id: string }) => [
      { ...event('Opened'), subject: id, sequenced: 'journal' as const },
    ];
    await cases.createMissing([taken], { scope, cause: {}, now });
    const reported: string[] = [];
    const report = (id: string) => void reported.push(id);
    cases.internals.outboxListeners.add(report);
    expect(await cases.createMissing([taken, first], { scope, cause: {}, now, eventsOf })).toBe(1);
    cases.internals.outboxListeners.delete(report);
    expect(reported).toEqual([first._id]);
    expect(await cases.get(first._id, { scope })).toMatchObject({
      journalSeq: 1,
      eventSeq: 0,
      outbox: [{ n: 1, sequence: 1, subject: first._id }],
    });
    expect(await cases.get(taken._id, { scope })).not.toHaveProperty('journalSeq');
  });

  test('rejects unknown, invalid and missing fields by path, without the value', async () => {
    const invalidDrafts: [object, string][] = [
      [{ other: 1 }, 'other: unknown field'],
      [{ count: '7secret' }, 'count: not a Number'],
      [{ state: 'secret' }, 'state: enum'],
      [{ count: undefined }, 'count: required'],
      [{ history: [{ at: new Date() }] }, 'history.0.kind: required'],
      [{ history: [{ kind: 'k', at: '2026-01-01' }] }, 'history.0.at: not a Date'],
      [{ party: { givenName: 'x', familyName: 'y' } }, 'party.familyName: unknown field'],
    ];
    for (const [more, message] of invalidDrafts) {
      const given = { ...draft(), ...more };
      const failure = cases.create(given, { scope, cause: request(), events: [], now });
      await expect(failure).rejects.toThrow(`The document does not match its schema: ${message}`);
    }
  });
});

describe('update', () => {
  test('keeps all changes of 50 writers, with contiguous revisions and events', async () => {
    const { _id } = await create({ state: 'submitted' });
    const writes = Array.from({ length: 50 }, (_, index) =>
      (index % 2 ? cases : sameCases).update(_id, { scope, cause: request(), now }, add),
    );
    // After a failure, the other writes must not run into the next test.
    await Promise.allSettled(writes);
    const results = await Promise.all(writes);
    expect(results.map(({ document }) => document.revision).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 2),
    );
    const found = await cases.get(_id, { scope });
    expect(found).toMatchObject({ count: 50, revision: 51, eventSeq: 50 });
    expect(found?.outbox.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(new Set(found?.requests.map(({ id }) => id)).size).toBe(50);
  });

  test.each<[string, number[], () => Pick<UpdateOptions<Case>, 'cause' | 'isRepeatable'>]>([
    ['shares a command of updates with a request', [3], () => ({ cause: request() })],
    ['shares a command of repeatable updates', [3], () => ({ cause: {}, isRepeatable: true })],
    ['sends an update whose repeat is unknown alone', [], () => ({ cause: {} })],
  ])('%s', async (_name, expected, optionsOf) => {
    const documents = await Promise.all([create(), create(), create()]);
    const bulkWrite = jest.spyOn(mongoose.mongo.Collection.prototype, 'bulkWrite');
    const results = await Promise.all(
      documents.map((current) => cases.update(current._id, { scope, now, current, ...optionsOf() }, add)),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'applied']);
    expect(bulkWrite.mock.calls.map(([writes]) => writes.length)).toEqual(expected);
    bulkWrite.mockRestore();
  });

  test('returns the document as stored', async () => {
    const { _id } = await create();
    const { document } = await cases.update(_id, { scope, cause: request(), now }, (one) => ({
      document: {
        ...one,
        party: { givenName: 'Ana', tags: [] },
        answers: { empty: {}, list: [1, { deep: null }] },
        history: [...one.history, { kind: 'noted', type: 'desk', at: now, seal: Buffer.from([1, 2]) }],
        timer: { kind: 'expiry', due: now },
      },
      events: [event('Noted')],
    }));
    const found = await cases.get(_id, { scope });
    expect(found).toEqual(document);
    expect(found?.history[0]?.at).toBeInstanceOf(Date);
    expect(Buffer.isBuffer(found?.history[0]?.seal)).toBe(true);
    expect(Buffer.isBuffer(found?.outbox[0]?.data)).toBe(true);
    expect(found?.answers).toEqual({ empty: {}, list: [1, { deep: null }] });
  });

  test('replays a known request before it checks the etag', async () => {
    const { _id } = await create();
    const cause = request();
    await cases.update(_id, { scope, cause, etag: '"1"', now }, add);
    const again = await cases.update(_id, { scope, cause, etag: '"1"', now }, () => {
      throw new Error('decide must not run');
    });
    expect(again).toMatchObject({ outcome: 'replayed', document: { count: 1, revision: 2 } });
  });

  test('rejects a used request ID with other content', async () => {
    const { _id } = await create();
    await cases.update(_id, { scope, cause: request('same'), now }, add);
    const other = cases.update(_id, { scope, cause: request('same', 'g'), now }, add);
    await expect(other).rejects.toMatchObject({ reason: 'REQUEST_ID_REUSED' });
  });

  test('applies a request once when ten callers send it concurrently', async () => {
    const { _id } = await create();
    const cause = request();
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? cases : sameCases).update(_id, { scope, cause, now }, add)),
    );
    expect(all.filter(({ outcome }) => outcome === 'applied')).toHaveLength(1);
    expect(await cases.get(_id, { scope })).toMatchObject({ count: 1 });
  });

  test('accepts one of several concurrent edits with the same etag', async () => {
    const { _id } = await create();
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? cases : sameCases).update(_id, { scope, cause: request(), etag: '"1"', now }, add),
      ),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of all) if (one.status === 'rejected') expect(one.reason).toMatchObject({ reason: 'ETAG_STALE' });
  });

  test('saves the read with a given document and tolerates a stale one', async () => {
    const current = await create();
    await cases.update(current._id, { scope, cause: request(), now, current }, add);
    const { document } = await cases.update(current._id, { scope, cause: request(), now, current }, add);
    expect(document).toMatchObject({ count: 2, revision: 3 });
    const stale = cases.update(current._id, { scope, cause: request(), now, current, etag: etagOf(current) }, add);
    await expect(stale).rejects.toMatchObject({ reason: 'ETAG_STALE' });
  });

  test('decides on a stored document if the cached one is not sufficient', async () => {
    const remembering = store.documents<Case>({ ...definition, keepRecent: 10 });
    const { document: first } = await remembering.create(draft(), { scope, cause: request(), events: [], now });
    await remembering.update(first._id, { scope, cause: request(), now }, add);
    const cause = request();
    await sameCases.update(first._id, { scope, cause, now }, (one) => ({
      document: { ...one, state: 'submitted' },
      events: [],
    }));
    const seenStates: string[] = [];
    const { document } = await remembering.update(first._id, { scope, cause: request(), now }, (one) => {
      seenStates.push(one.state);
      if (one.state === 'draft') throw new Error('only when submitted');
      return add(one);
    });
    expect(seenStates).toEqual(['draft', 'submitted']);
    expect(document).toMatchObject({ count: 2, revision: 4, state: 'submitted' });
    expect(await remembering.update(first._id, { scope, cause, now }, add)).toMatchObject({ outcome: 'replayed' });
    expect(await cases.get(first._id, { scope })).toEqual(document);
  });

  test('returns the cached document only while the store has its revision', async () => {
    const remembering = store.documents<Case>({ ...definition, keepRecent: 10 });
    const { document: first } = await remembering.create(draft(), { scope, cause: request(), events: [], now });
    expect(await remembering.getCached(first._id, { scope })).toBe(first);
    const { document: next } = await sameCases.update(first._id, { scope, cause: request(), now }, add);
    expect(await remembering.getCached(first._id, { scope })).toEqual(next);
    expect(await remembering.getCached(first._id, { scope: { centre: 'centres/other' } })).toBeUndefined();
    expect(await cases.getCached(first._id, { scope })).toEqual(next);
    expect(await remembering.getCached('none', { scope })).toBeUndefined();
  });

  test('inserts the first event of a document after one read by its decision, and applies it once', async () => {
    const first = draft();
    let reads = 0;
    const work = { read: () => Promise.resolve((reads += 1)), decide: add };
    const options = { scope, now, initial: first, cause: { sequence: { subject: 'cases/x', value: 1 } } };
    expect(await cases.update(first._id, options, work)).toMatchObject({ outcome: 'applied' });
    expect(reads).toBe(1);
    expect(await cases.update(first._id, options, work)).toMatchObject({ outcome: 'ignored', document: { count: 1 } });
    expect(reads).toBe(2);
  });

  test('writes nothing if nothing changes', async () => {
    const { _id } = await create();
    const same = await cases.update(_id, { scope, cause: request(), now }, (document) => ({ document, events: [] }));
    expect(same).toMatchObject({ outcome: 'ignored', document: { revision: 1 } });
    expect(await cases.get(_id, { scope })).toMatchObject({ revision: 1, requests: [] });
  });

  test('keeps the configured number of request records', async () => {
    const { _id } = await create();
    for (let round = 0; round < 8; round += 1)
      await cases.update(_id, { scope, cause: request(`kept-${round}`), now }, add);
    const found = await cases.get(_id, { scope });
    expect(found?.requests.map(({ id }) => id)).toEqual(['kept-3', 'kept-4', 'kept-5', 'kept-6', 'kept-7']);
  });

  test('throws NOT_FOUND and errors of decide, and rejects an invalid decision', async () => {
    await expect(cases.update('none', { scope, cause: {}, now }, add)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    const { _id } = await create();
    const thrown = cases.update(_id, { scope, cause: {}, now }, () => {
      throw new Error('not allowed');
    });
    await expect(thrown).rejects.toThrow('not allowed');
    const invalid = cases.update(_id, { scope, cause: {}, now }, (one) => ({
      document: { ...one, state: 'nowhere' },
      events: [],
    }));
    await expect(invalid).rejects.toThrow('state: enum');
    expect(await cases.get(_id, { scope })).toMatchObject({ revision: 1 });
  });
});

describe('update with a read', () => {
  test('decides by what was read for the same document', async () => {
    const other = await create({ count: 40 });
    const { _id } = await create({ answers: other._id });
    const { document, outcome } = await cases.update(
      _id,
      { scope, cause: request(), now },
      {
        read: async (one) => cases.get(one.answers as string, { scope }),
        decide: (one, other) => ({ document: { ...one, count: one.count + (other?.count ?? 0) }, events: [] }),
      },
    );
    expect(outcome).toBe('applied');
    expect(document.count).toBe(40);
    expect(await cases.get(_id, { scope })).toEqual(document);
  });

  test('reads again after a concurrent write and decides by the later read', async () => {
    const { _id } = await create();
    const seen: number[] = [];
    const { document } = await cases.update(
      _id,
      { scope, cause: request(), now },
      {
        read: async (one) => {
          seen.push(one.revision);
          if (seen.length === 1) await sameCases.update(_id, { scope, cause: request(), now }, add);
          return one.count * 10;
        },
        decide: (one, tenfold) => ({ document: { ...one, count: tenfold + 1 }, events: [] }),
      },
    );
    expect(seen).toEqual([1, 2]);
    expect(document).toMatchObject({ count: 11, revision: 3 });
  });

  test('skips the read if the preconditions determine the outcome', async () => {
    const { _id } = await create();
    const cause = request();
    await cases.update(_id, { scope, cause, now }, add);
    const reading = {
      read: () => Promise.reject(new Error('read must not run')),
      decide: add,
    };
    expect(await cases.update(_id, { scope, cause, now }, reading)).toMatchObject({ outcome: 'replayed' });
    const gap = { sequence: { subject: 'cases/other', value: 2 } };
    expect(await cases.update(_id, { scope, cause: gap, now }, reading)).toMatchObject({ outcome: 'gap' });
    const stale = cases.update(_id, { scope, cause: request(), etag: '"1"', now }, reading);
    await expect(stale).rejects.toMatchObject({ reason: 'ETAG_STALE' });
    await expect(cases.update('none', { scope, cause: request(), now }, reading)).rejects.toMatchObject({
      reason: 'NOT_FOUND',
    });
  });

  test('writes nothing if the read fails, and throws its error', async () => {
    const { _id } = await create();
    const failing = { read: () => Promise.reject(new Error('the upstream is unavailable')), decide: add };
    const failed = cases.update(_id, { scope, cause: request(), now }, failing);
    await expect(failed).rejects.toThrow('the upstream is unavailable');
    expect(await cases.get(_id, { scope })).toMatchObject({ revision: 1, requests: [] });
  });

  test('does not read the store after a transient error on a cached document', async () => {
    const current = await create();
    let reads = 0;
    const unavailableRead = {
      read: () => {
        reads += 1;
        return Promise.reject(new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message: 'away' }));
      },
      decide: add,
    };
    const failed = cases.update(current._id, { scope, cause: request(), now, current }, unavailableRead);
    await expect(failed).rejects.toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE' });
    expect(reads).toBe(1);
  });
});

describe('update with an initial document', () => {
  const initial = (more: Partial<Case> = {}) => draft({ centre: 'centres/A', ...more });

  test('creates the document with its first change in one write and replays a repeat', async () => {
    const first = initial();
    const cause = request();
    const { document, outcome } = await cases.update(first._id, { scope, cause, now, initial: first }, add);
    expect(outcome).toBe('applied');
    expect(await cases.get(first._id, { scope })).toEqual(document);
    expect(document).toMatchObject({ count: 1, revision: 1, eventSeq: 1, createTime: now, updateTime: now });
    const again = await cases.update(first._id, { scope, cause, now, initial: first }, add);
    expect(again).toMatchObject({ outcome: 'replayed', document: { count: 1, revision: 1 } });
  });

  test('counts events from 1 and creates nothing on a gap', async () => {
    const first = initial();
    const from = (value: number) => ({
      scope,
      now,
      initial: first,
      cause: { sequence: { subject: 'cases/x', value } },
    });
    expect(await cases.update(first._id, from(2), add)).toMatchObject({ outcome: 'gap' });
    expect(await cases.get(first._id, { scope })).toBeUndefined();
    expect(await cases.update(first._id, from(1), add)).toMatchObject({ outcome: 'applied' });
    expect(await cases.update(first._id, from(1), add)).toMatchObject({ outcome: 'ignored' });
    expect(await cases.update(first._id, from(2), add)).toMatchObject({ outcome: 'applied', document: { count: 2 } });
  });

  test('creates one document with the changes of twenty concurrent writers', async () => {
    const first = initial();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? cases : sameCases).update(first._id, { scope, cause: request(), now, initial: first }, add),
      ),
    );
    expect(await cases.get(first._id, { scope })).toMatchObject({ count: 20, revision: 20, eventSeq: 20 });
  });

  test('creates nothing if nothing changes', async () => {
    const first = initial();
    const same = (document: Case) => ({ document, events: [] });
    const made = cases.update(first._id, { scope, cause: request(), now, initial: first }, same);
    expect(await made).toMatchObject({ outcome: 'ignored' });
    expect(await cases.get(first._id, { scope })).toBeUndefined();
  });

  test('rejects the ID of an out-of-scope document like any taken ID', async () => {
    const foreign = await create({ centre: 'centres/B', code: randomUUID() });
    const options = { scope: { centre: 'centres/A' }, now };
    for (const first of [initial({ _id: foreign._id }), initial({ code: foreign.code! })]) {
      const refused = cases.update(first._id, { ...options, cause: request(), initial: first }, add);
      await expect(refused).rejects.toMatchObject({ reason: 'ALREADY_EXISTS' });
    }
    expect(await cases.get(foreign._id, { scope })).toEqual(foreign);
  });

  test('rejects an early event for an out-of-scope ID, which would wait for ever', async () => {
    const foreign = await create({ centre: 'centres/B' });
    const first = initial({ _id: foreign._id });
    for (const value of [1, 2]) {
      const cause = { sequence: { subject: 'cases/x', value } };
      const refused = cases.update(first._id, { scope: { centre: 'centres/A' }, cause, now, initial: first }, add);
      await expect(refused).rejects.toMatchObject({ reason: 'ALREADY_EXISTS' });
    }
    expect(await cases.get(foreign._id, { scope })).toEqual(foreign);
  });

  test('applies the first event once, across two members and a repeat', async () => {
    const first = initial();
    const options = { scope, now, initial: first, cause: { sequence: { subject: 'cases/x', value: 1 } } };
    const all = [cases, sameCases, cases].map((documents) => documents.update(first._id, options, add));
    expect((await Promise.all(all)).map(({ outcome }) => outcome).sort()).toEqual(['applied', 'ignored', 'ignored']);
    expect(await cases.get(first._id, { scope })).toMatchObject({ count: 1, revision: 1, eventSeq: 1 });
  });

  test('does not create outside the scope', async () => {
    const first = initial({ centre: 'centres/B' });
    const outside = cases.update(
      first._id,
      { scope: { centre: 'centres/A' }, cause: request(), now, initial: first },
      add,
    );
    await expect(outside).rejects.toThrow('outside the scope');
  });
});

describe('findByCreateRequest', () => {
  test('finds the current document by request and content, within the scope', async () => {
    const cause = request();
    const given = draft({ centre: 'centres/A' });
    await cases.create(given, { scope, cause, events: [], now });
    await cases.update(given._id, { scope, cause: request(), now }, add);
    const requestRecord = cause.request!;
    expect(await cases.findByCreateRequest(requestRecord, { scope: { centre: 'centres/A' } })).toMatchObject({
      _id: given._id,
      count: 1,
    });
    expect(await cases.findByCreateRequest(requestRecord, { scope: { centre: 'centres/B' } })).toBeUndefined();
    expect(await cases.findByCreateRequest({ ...requestRecord, fingerprint: 'other' }, { scope })).toBeUndefined();
    expect(await cases.findByCreateRequest({ ...requestRecord, id: randomUUID() }, { scope })).toBeUndefined();
  });

  test('refuses an ID that another request has taken, also outside the scope', async () => {
    const { _id } = await create({ centre: 'centres/B' });
    const { request: other } = request();
    const centre = { centre: 'centres/A' };
    await expect(cases.findByCreateRequest(other!, { scope: centre, id: _id })).rejects.toMatchObject({
      reason: 'ALREADY_EXISTS',
    });
    expect(await cases.findByCreateRequest(other!, { scope: centre, id: randomUUID() })).toBeUndefined();
  });

  test('never refuses the ID of the request itself, which may run at the same time', async () => {
    for (let n = 0; n < 50; n += 1) {
      const cause = request();
      const given = draft();
      let isCreated = false;
      const created = cases.create(given, { scope, cause, events: [], now }).finally(() => void (isCreated = true));
      do await cases.findByCreateRequest(cause.request!, { scope, id: given._id });
      while (!isCreated);
      await created;
    }
  });
});

describe('update with a sequence', () => {
  const from = (value: number): Cause => ({ eventId: `e${value}`, sequence: { subject: 'deliveries/a.b-c', value } });

  test('applies the next event, ignores a repeat and reports a gap', async () => {
    const { _id } = await create();
    expect(await cases.update(_id, { scope, cause: from(1), now }, add)).toMatchObject({ outcome: 'applied' });
    expect(await cases.update(_id, { scope, cause: from(1), now }, add)).toMatchObject({ outcome: 'ignored' });
    expect(await cases.update(_id, { scope, cause: from(3), now }, add)).toMatchObject({ outcome: 'gap' });
    expect(await cases.update(_id, { scope, cause: from(2), now }, add)).toMatchObject({ outcome: 'applied' });
    expect(await cases.update(_id, { scope, cause: from(3), now }, add)).toMatchObject({ outcome: 'applied' });
    expect(await cases.get(_id, { scope })).toMatchObject({ count: 3 });
  });

  test('counts an event without effect', async () => {
    const { _id } = await create();
    const unchanged = await cases.update(_id, { scope, cause: from(1), now }, (document) => ({ document, events: [] }));
    expect(unchanged.outcome).toBe('ignored');
    expect(await cases.update(_id, { scope, cause: from(2), now }, add)).toMatchObject({ outcome: 'applied' });
  });

  test('applies an event once when two members handle it', async () => {
    const { _id } = await create();
    await Promise.all(
      [cases, sameCases].map((documents) => documents.update(_id, { scope, cause: from(1), now }, add)),
    );
    expect(await cases.get(_id, { scope })).toMatchObject({ count: 1, eventSeq: 1 });
  });
});

describe('documents of an older schema version', () => {
  test('migrates on read and stores the migrated form with the next update', async () => {
    const newer = other.documents<Case>({
      ...definition,
      schemaVersion: 2,
      migrate: (old) => ({ ...old, schemaVersion: 2, party: { givenName: 'lifted', tags: [] } }) as unknown as Case,
    });
    const { _id } = await create();
    expect(await newer.get(_id, { scope })).toMatchObject({ party: { givenName: 'lifted' } });
    await newer.update(_id, { scope, cause: request(), now }, add);
    expect(await cases.get(_id, { scope })).toMatchObject({
      schemaVersion: 2,
      count: 1,
      party: { givenName: 'lifted' },
    });
  });
});

describe('list', () => {
  test('returns each document once in both orders and binds tokens to their arguments', async () => {
    const code = randomUUID();
    for (let index = 0; index < 7; index += 1) await create({ _id: `${code}-${index}`, answers: code });
    for (const order of ['asc', 'desc'] as const) {
      const ids: string[] = [];
      let pageToken = '';
      do {
        const page = await cases.list({
          scope,
          filter: { answers: code },
          order,
          pageSize: 3,
          pageToken,
          tokenArguments: code,
        });
        ids.push(...page.documents.map(({ _id }) => _id.slice(-1)));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      expect(ids.join('')).toBe(order === 'asc' ? '0123456' : '6543210');
    }
    const page = await cases.list({
      scope,
      filter: { answers: code },
      order: 'asc',
      pageSize: 3,
      pageToken: '',
      tokenArguments: code,
    });
    for (const [pageToken, tokenArguments] of [
      [page.nextPageToken, 'others'],
      ['garbage', code],
    ] as const) {
      const refused = cases.list({ scope, filter: {}, order: 'asc', pageSize: 3, pageToken, tokenArguments });
      await expect(refused).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
    }
  });
});

describe('buildUpdateOperators', () => {
  const leaf = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
  );
  const key = fc
    .oneof(fc.constantFrom('a', 'b', 'c', 'a.b', '$x', '0'), fc.string({ maxLength: 4 }))
    .filter((name) => name !== '' && name !== '__proto__' && !name.includes('\0'));
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    ),
  }));

  test('stores exactly the decided document for random changes', async () => {
    const { _id } = await create();
    await fc.assert(
      fc.asyncProperty(tree, tree, fc.boolean(), async (first, second, share) => {
        await cases.update(_id, { scope, cause: {}, now }, (one) => ({
          document: { ...one, answers: { at: first } },
          events: [],
        }));
        const { document } = await cases.update(_id, { scope, cause: {}, now }, (one) => {
          const before = (one.answers as { at: unknown }).at;
          const after = share && Array.isArray(before) ? [...(before as unknown[]), second] : second;
          return { document: { ...one, answers: { at: after } }, events: [] };
        });
        expect((await cases.get(_id, { scope }))?.answers).toEqual(document.answers);
      }),
      { numRuns: 60 },
    );
  });
});

describe('openStore without a server', () => {
  test('opens immediately, is not ready, and fails calls with STORE_UNAVAILABLE', async () => {
    const unavailable = openStore({ uri: 'mongodb://127.0.0.1:1', database: 'x', log });
    const documents = unavailable.documents<Case>(definition);
    expect(unavailable.ready()).toBe(false);
    await expect(documents.get('x', { scope })).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await unavailable.close();
  });
});

describe('createSchema', () => {
  test('rejects a field called type beside other keys', () => {
    const createAmbiguous = () =>
      store.documents({ ...definition, collection: 'trap', schema: { at: { type: String, key: String } } });
    expect(createAmbiguous).toThrow('"type" beside "key"');
  });
});

describe('countEach', () => {
  test('counts each filter within the scope, up to the limit', async () => {
    const centre = `centres/${randomUUID()}`;
    for (let made = 0; made < 6; made += 1) {
      const document = draft({ centre, state: made < 4 ? 'draft' : 'submitted', count: made });
      await cases.create(document, { scope, cause: request(), events: [], now });
    }
    const filters = [{ state: 'draft' }, { state: 'closed' }, { state: 'submitted', count: { $gt: 4 } }, {}];
    const own = { scope: { centre }, limit: 3 };
    expect(await cases.countEach(filters, own)).toEqual([3, 0, 1, 3]);
    expect(await cases.countEach(filters, { ...own, limit: 100 })).toEqual([4, 0, 1, 6]);
    expect(await cases.countEach(filters, { scope: { centre: 'centres/none' }, limit: 3 })).toEqual([0, 0, 0, 0]);
    expect(await cases.countEach([], own)).toEqual([]);
  });
});

describe('scope', () => {
  const ownScope = { centre: 'centres/A' };
  const foreignScope = { centre: 'centres/B' };
  const describeRejection = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown as Error & { reason: string; kind: string; metadata: object },
    );
    return error && JSON.stringify([error.kind, error.reason, error.message, error.metadata]);
  };
  const createForeign = async () =>
    (await create({ centre: foreignScope.centre, state: 'submitted', code: randomUUID() }))._id;

  test('answers every read of an out-of-scope document like an unknown one', async () => {
    for (const id of [await createForeign(), randomUUID()]) {
      expect(await cases.get(id, { scope: ownScope })).toBeUndefined();
      expect(await cases.findOne({ _id: id, centre: foreignScope.centre }, { scope: ownScope })).toBeUndefined();
      expect(await cases.find({ $or: [{ _id: id }] }, { scope: ownScope })).toEqual([]);
      const page = { filter: { _id: id }, order: 'asc' as const, pageSize: 5, pageToken: '', tokenArguments: 1 };
      expect((await cases.list({ scope: ownScope, ...page })).documents).toEqual([]);
      expect(await cases.aggregate([{ $match: { _id: id } }], { scope: ownScope })).toEqual([]);
    }
  });

  test('hides out-of-scope IDs in 300 random writes', async () => {
    const remembering = store.documents<Case>({ ...definition, keepRecent: 50 });
    const made: { id: string; cause: Cause; held: Case }[] = [];
    for (let count = 0; count < 5; count += 1) {
      const given = draft({ centre: foreignScope.centre });
      const cause = request();
      await remembering.create(given, { scope: foreignScope, cause: request(), events: [], now });
      const { document } = await remembering.update(given._id, { scope: foreignScope, cause, now }, add);
      made.push({ id: given._id, cause, held: document });
    }
    const attempts = fc.record({
      which: fc.nat({ max: 4 }),
      etag: fc.constantFrom(undefined, '"1"', '"2"', '"9"', 'garbage'),
      repeats: fc.boolean(),
      reuses: fc.boolean(),
      holds: fc.boolean(),
      memory: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(attempts, async ({ which, etag, repeats, reuses, holds, memory }) => {
        const { id, cause, held } = made[which]!;
        const known = reuses ? { ...cause, request: { ...cause.request!, fingerprint: 'other' } } : cause;
        const given = { scope: ownScope, cause: repeats ? known : request(), etag, now };
        const decide = (): never => {
          throw new Error('what is not there is not decided');
        };
        const documents = memory ? remembering : cases;
        const answer = await describeRejection(
          documents.update(id, { ...given, current: holds ? held : undefined }, decide),
        );
        expect(answer).toBe(await describeRejection(documents.update(randomUUID(), given, decide)));
        expect(answer).toContain('NOT_FOUND');
      }),
      { numRuns: 300 },
    );
    for (const { id } of made) expect(await cases.get(id, { scope: foreignScope })).toMatchObject({ revision: 2 });
  });

  test('treats an out-of-scope ID as taken on create and does not replay its create', async () => {
    const cause = request();
    const theirOwn = draft({ centre: foreignScope.centre });
    const myOwn = draft({ centre: ownScope.centre });
    await cases.create(theirOwn, { scope: foreignScope, cause, events: [], now });
    await cases.create(myOwn, { scope: ownScope, cause: request(), events: [], now });
    const at = (_id: string, again: Cause) =>
      cases.create(draft({ _id, centre: ownScope.centre }), { scope: ownScope, cause: again, events: [], now });
    const taken = await describeRejection(at(myOwn._id, request()));
    expect(taken).toContain('ALREADY_EXISTS');
    expect(await describeRejection(at(theirOwn._id, request()))).toBe(taken);
    expect(await describeRejection(at(theirOwn._id, cause))).toBe(taken);
    expect(await describeRejection(at(randomUUID(), cause))).toBe(taken);
  });

  test('rejects a create outside the scope and a scope without a value', async () => {
    const outside = cases.create(draft({ centre: foreignScope.centre }), {
      scope: ownScope,
      cause: {},
      events: [],
      now,
    });
    await expect(outside).rejects.toThrow('outside the scope');
    for (const centre of [[], ['centres/A', ''], '']) {
      await expect(cases.get(await createForeign(), { scope: { centre } })).rejects.toThrow('The scope has no centre.');
    }
    const empty = cases.get(await createForeign(), { scope: { centre: '' } });
    await expect(empty).rejects.toThrow('The scope has no centre');
  });
});
