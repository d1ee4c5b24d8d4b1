import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Cause } from '../src/documents/cause.ts';
import type { StoredDocument } from '../src/documents/document.ts';
import { advanceCounters, toOutboxEntries, type NewEvent } from '../src/documents/outbox-entries.ts';
import {
  createBlankDocument,
  firstDocument,
  isSameCreate,
  nextDocument,
  type CollectionPolicy,
} from '../src/documents/next-document.ts';
import { buildUpdateOperators } from '../src/documents/update-operators.ts';
import { applyOperators } from './apply-operators.ts';

interface Case extends StoredDocument {
  state?: string;
  content: unknown;
  rows: unknown[];
}

const begin = new Date('2026-03-01T10:00:00.000Z');
const now = new Date('2026-03-02T10:00:00.000Z');
const policy: CollectionPolicy<Case> = { schemaVersion: 2, source: '/cups/cases' };
const event = (type: string, sequenced: NewEvent['sequenced'] = true): NewEvent => ({
  topic: 'cups.cases',
  key: 'a',
  type,
  subject: 'cases/a',
  data: Buffer.from(type),
  sequenced,
});
const request = (id: string) => ({ id, key: 'Save|ana', fingerprint: 'f' });
const one = (more: Partial<Case> = {}): Case => ({
  ...createBlankDocument<Case>({ _id: 'a', content: {}, rows: [] }, 2, { now: begin }),
  revision: 1,
  ...more,
});

describe('toOutboxEntries', () => {
  test('numbers entries from the counters and gives only sequenced events a sequence', () => {
    const events = [event('One'), event('Two', false), event('Three')];
    const entries = toOutboxEntries(events, { eventSeq: 4, outboxSeq: 10 }, { cause: {}, source: 's', now });
    expect(entries.map(({ n, type, sequence }) => [n, type, sequence])).toEqual([
      [11, 'One', 5],
      [12, 'Two', null],
      [13, 'Three', 6],
    ]);
  });

  test('numbers entries for the journal apart from other events, from 1', () => {
    const events = [event('One'), event('Entry', 'journal'), event('Two', false), event('Entry', 'journal')];
    const counters = { eventSeq: 4, outboxSeq: 10 };
    const sequences = (from: object) =>
      toOutboxEntries(events, { ...counters, ...from }, { cause: {}, source: 's', now }).map(
        ({ sequence }) => sequence,
      );
    expect(sequences({})).toEqual([5, 1, null, 2]);
    expect(sequences({ journalSeq: 7 })).toEqual([5, 8, null, 9]);
    expect(advanceCounters(counters, events)).toEqual({ eventSeq: 5, outboxSeq: 14, journalSeq: 2 });
    expect(advanceCounters(counters, [event('One')])).toEqual({ eventSeq: 5, outboxSeq: 11 });
  });

  test.each<[string, Cause, object]>([
    [
      'the ID of the call',
      { requestId: 'c', request: request('r'), eventId: 'e' },
      { correlationId: 'c', causationId: 'e' },
    ],
    ['the ID of the request if the call has none', { request: request('r') }, { correlationId: 'r', causationId: '' }],
    ['nothing without either', {}, { correlationId: '', causationId: '' }],
    ['the trace of the call', { traceparent: 'tp' }, { traceparent: 'tp' }],
  ])('carries %s', (_name, cause, expected) => {
    const [entry] = toOutboxEntries([event('One')], { eventSeq: 0, outboxSeq: 0 }, { cause, source: 's', now });
    expect(entry).toMatchObject(expected);
  });

  test('defaults to the source of the store and protobuf', () => {
    const explicit = { ...event('Two'), source: '/other', contentType: 'application/json', extra: { dataschema: 'x' } };
    const entries = toOutboxEntries(
      [event('One'), explicit],
      { eventSeq: 0, outboxSeq: 0 },
      { cause: {}, source: '/own', now },
    );
    expect(entries).toMatchObject([
      { source: '/own', contentType: 'application/protobuf', time: now },
      { source: '/other', contentType: 'application/json', extra: { dataschema: 'x' } },
    ]);
    expect(entries[0]).not.toHaveProperty('sequenced');
  });
});

describe('nextDocument', () => {
  const next = (document: Case, cause: Cause, events: NewEvent[] = [], more: Partial<CollectionPolicy<Case>> = {}) =>
    nextDocument(
      document,
      { document: { ...document, state: 'next' }, events },
      { cause, now },
      { ...policy, ...more },
    );

  test('increments the revision and sets the time and the current schema version', () => {
    const old = one({ schemaVersion: 1, revision: 6 });
    expect(next(old, {})).toMatchObject({ revision: 7, updateTime: now, createTime: begin, schemaVersion: 2 });
  });

  test('appends its events to the outbox and counts them', () => {
    const waiting = toOutboxEntries(
      [event('Old')],
      { eventSeq: 0, outboxSeq: 0 },
      { cause: {}, source: 's', now: begin },
    );
    const document = one({ eventSeq: 1, outboxSeq: 1, outbox: waiting });
    const after = next(document, {}, [event('One'), event('Two', false)]);
    expect(after).toMatchObject({ eventSeq: 2, outboxSeq: 3 });
    expect(after.outbox.map(({ n, type }) => [n, type])).toEqual([
      [1, 'Old'],
      [2, 'One'],
      [3, 'Two'],
    ]);
  });

  test('counts entries for the journal apart, and leaves them out where none are committed', () => {
    const events = [event('One'), { ...event('Entry'), sequenced: 'journal' as const }];
    expect(next(one(), {}, events)).toMatchObject({ eventSeq: 1, journalSeq: 1, outboxSeq: 2 });
    const without = next(one(), {}, events, { commitsEntries: false });
    expect(without.outbox.map(({ n, type }) => [n, type])).toEqual([[1, 'One']]);
    expect(without).toMatchObject({ eventSeq: 1, outboxSeq: 1 });
    expect(without).not.toHaveProperty('journalSeq');
  });

  test('records the request and drops the oldest records above the limit', () => {
    let document = one();
    for (const id of ['r-1', 'r-2', 'r-3'])
      document = next(document, { request: request(id) }, [], { keepRequests: () => 2 });
    expect(document.requests).toEqual([
      { ...request('r-2'), time: now },
      { ...request('r-3'), time: now },
    ]);
  });

  test('counts the consumed event under its subject, with any characters', () => {
    const counted = next(one(), { sequence: { subject: 'deliveries/x.y$%', value: 3 } });
    expect(counted.lastSeqs).toEqual({ 'deliveries/x%2ey%24%25': 3 });
    const another = next(counted, { sequence: { subject: 'cases/b', value: 1 } });
    expect(another.lastSeqs).toEqual({ 'deliveries/x%2ey%24%25': 3, 'cases/b': 1 });
  });

  test('ignores changes of a decision to store-owned fields', () => {
    const document = one({ createRequest: 'k|r', lastSeqs: { a: 1 }, outboxBlocked: { cause: 'X', time: begin } });
    const meddled: Case = { ...one(), _id: 'b', revision: 90, eventSeq: 90, createTime: now, state: 'next' };
    const after = nextDocument(document, { document: meddled, events: [] }, { cause: {}, now }, policy);
    expect(after).toEqual({ ...document, state: 'next', revision: 2, updateTime: now });
  });
});

describe('firstDocument', () => {
  test('has revision 1, its events and its request', () => {
    const cause = { request: request('r'), eventId: 'e' };
    const made = firstDocument<Case>({ _id: 'a', content: 1, rows: [] }, [event('One')], { cause, now }, policy);
    expect(made).toMatchObject({
      revision: 1,
      eventSeq: 1,
      outboxSeq: 1,
      requests: [],
      createRequest: 'Save|ana|r',
      createFingerprint: 'f',
      createTime: now,
      updateTime: now,
    });
  });

  test('rejects a sequenced cause', () => {
    const cause = { sequence: { subject: 'cases/a', value: 1 } };
    expect(() => firstDocument<Case>({ _id: 'a', content: 1, rows: [] }, [], { cause, now }, policy)).toThrow(
      'cannot count an event',
    );
  });

  const createBy = (cause: Cause) =>
    firstDocument<Case>({ _id: 'a', content: 1, rows: [] }, [], { cause, now }, policy);
  test.each<[string, Cause, Cause, boolean]>([
    ['the same request', { request: request('r') }, { request: request('r') }, true],
    ['another request', { request: request('r') }, { request: request('s') }, false],
    [
      'another request with the same event',
      { request: request('r'), eventId: 'e' },
      { request: request('s'), eventId: 'e' },
      false,
    ],
    ['no request, so no repeat is detectable', { eventId: 'e' }, { eventId: 'e' }, false],
  ])('isSameCreate compares with %s', (_name, first, again, isSame) => {
    expect(isSameCreate(createBy(first), createBy(again))).toBe(isSame);
  });
});

describe('buildUpdateOperators', () => {
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.date({ noInvalidDate: true }));
  const key = fc.constantFrom('a', 'b', 'a.b', '$x', '0');
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  const timer = fc.option(
    fc.record({ kind: fc.constantFrom('expiry', 'answer'), due: fc.date({ noInvalidDate: true }) }),
    { nil: undefined },
  );
  const write = fc.record({
    content: tree,
    row: fc.option(tree, { nil: undefined }),
    timer,
    state: fc.option(fc.constantFrom('open', 'closed'), { nil: undefined }),
    events: fc.array(
      fc.constantFrom<NewEvent['sequenced'][]>(true, false, 'journal').map((sequenced) => event('Told', sequenced)),
      { maxLength: 3 },
    ),
    request: fc.option(fc.uuid().map(request), { nil: undefined }),
    subject: fc.option(fc.constantFrom('cases/a', 'cases/x.y', ''), { nil: undefined }),
  });

  function changeBy(
    document: Case,
    {
      content,
      row,
      timer: due,
      state,
    }: { content: unknown; row?: unknown; timer?: Case['timer'] | undefined; state?: string | undefined },
  ): Case {
    const { state: _state, timer: _timer, ...rest } = document;
    const changed: Case = { ...rest, content, rows: row === undefined ? rest.rows : [...rest.rows, row] };
    if (state !== undefined) changed.state = state;
    if (due !== undefined) changed.timer = due;
    return changed;
  }

  test('turn each stored document into exactly the next one', () => {
    fc.assert(
      fc.property(fc.array(write, { minLength: 1, maxLength: 8 }), (writes) => {
        let stored = one({ schemaVersion: 1 });
        for (const { events, request: record, subject, ...given } of writes) {
          const cause: Cause = {};
          if (record) cause.request = record;
          if (subject !== undefined) cause.sequence = { subject, value: (stored.lastSeqs?.[subject] ?? 0) + 1 };
          const change = { document: changeBy(stored, given), events };
          const after = nextDocument(stored, change, { cause, now }, { ...policy, keepRequests: () => 3 });
          const operators = buildUpdateOperators(stored, after);
          expect(applyOperators(stored, operators)).toEqual(after);
          const count = (kind: NewEvent['sequenced']) => events.filter(({ sequenced }) => sequenced === kind).length;
          expect(after.eventSeq).toBe(stored.eventSeq + count(true));
          expect(after.journalSeq ?? 0).toBe((stored.journalSeq ?? 0) + count('journal'));
          // The relay removes entries concurrently, and no write may restore them.
          expect(operators.$set ?? {}).not.toHaveProperty('outbox');
          stored = after;
        }
      }),
    );
  });

  test('push new rows and entries instead of the whole array', () => {
    const before = one({ rows: [1, 2] });
    const change = { document: { ...before, rows: [...before.rows, 3] }, events: [event('Told')] };
    const { $push } = buildUpdateOperators(
      before,
      nextDocument(before, change, { cause: { request: request('r') }, now }, policy),
    );
    expect($push).toMatchObject({
      rows: { $each: [3] },
      outbox: { $each: [{ n: 1 }] },
      requests: { $each: [{ id: 'r' }] },
    });
  });

  test('replace a renewed timer as a whole, without its old claim', () => {
    const before = one({ timer: { kind: 'expiry', due: begin, claimedUntil: now } });
    expect(buildUpdateOperators(before, { ...before, timer: { kind: 'expiry', due: now } })).toEqual({
      $set: { timer: { kind: 'expiry', due: now } },
    });
    expect(buildUpdateOperators(before, { ...before, timer: null })).toEqual({ $set: { timer: null } });
    const { timer: _gone, ...without } = before;
    expect(buildUpdateOperators(before, without)).toEqual({ $unset: { timer: '' } });
  });

  test('leave an unchanged timer alone', () => {
    const before = one({ timer: { kind: 'expiry', due: begin } });
    const after: Case = { ...before, state: 'next' };
    expect(buildUpdateOperators(before, after)).toEqual({ $set: { state: 'next' } });
  });
});
