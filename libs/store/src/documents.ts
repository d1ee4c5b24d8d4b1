import { setTimeout as pause } from 'node:timers/promises';
import { Problem, type Reason } from '@cups/problem';
import type { Connection, mongo } from 'mongoose';
import { ulid } from 'ulid';
import { difference, type Operators } from './difference.ts';
import { isDuplicate, storeFailure } from './failures.ts';
import { pageToken, readPageToken } from './page.ts';
import { checkPath, checkValue, compile, makeSchema } from './schema.ts';

/** An event that waits in its document until Kafka has it. */
export interface OutboxEntry {
  /** Position in this document's outbox, contiguous from 1. */
  n: number;
  /** Event id, ULID. */
  id: string;
  /** Without the prefix. */
  topic: string;
  key: string;
  type: string;
  subject: string;
  /** ce_sequence; null when the event is not counted. */
  sequence: number | null;
  time: Date;
  correlationId: string;
  causationId: string;
  traceparent?: string;
  contentType: string;
  source: string;
  extra?: Record<string, string>;
  data: Buffer;
}

export interface NewEvent {
  topic: string;
  key: string;
  type: string;
  subject: string;
  data: Uint8Array;
  /** Takes the next eventSeq as ce_sequence. */
  sequenced: boolean;
  /** Default `application/protobuf`. */
  contentType?: string;
  /** Default: the source of the store. */
  source?: string;
  /** Further CloudEvents attributes, without `ce_`. */
  extra?: Record<string, string>;
}

export interface RequestRecord {
  id: string;
  /** `method|caller`. */
  key: string;
  fingerprint: string;
  time: Date;
}

/** The fields that the store keeps by itself. */
export interface StoredDocument {
  _id: string;
  schemaVersion: number;
  /** Raised by each write; the etag. */
  revision: number;
  /** Sequenced events so far, contiguous. */
  eventSeq: number;
  outboxSeq: number;
  outbox: OutboxEntry[];
  outboxBlocked?: { cause: string; time: Date };
  requests: RequestRecord[];
  createRequest?: string;
  createFingerprint?: string;
  createEvent?: string;
  createTime: Date;
  updateTime: Date;
  /** Law 14: what must happen later. Set by decide, claimed by timers.ts. */
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
  /** Law 6: the last sequence applied, by subject (`.` and `$` escaped). */
  lastSeqs?: Record<string, number>;
}
type Own = Exclude<keyof StoredDocument, '_id' | 'timer'>;

/** Why a write happens. */
export interface Cause {
  /** Goes on as ce_correlationid. */
  requestId?: string;
  request?: { id: string; key: string; fingerprint: string };
  /** The event that causes the write; goes on as ce_causationid. */
  eventId?: string;
  /** Law 6: the consumed event's subject and ce_sequence. */
  sequence?: { subject: string; value: number };
  traceparent?: string;
}

/** The next document, by structural sharing, and the events about the change. The same object and no events: no write. */
export interface Decision<D> {
  document: D;
  events: NewEvent[];
}

export interface Index {
  fields: Record<string, 1 | -1>;
  unique?: boolean;
  /** Documents without the field are left out. */
  sparse?: boolean;
  partial?: Record<string, unknown>;
  /** Which query, which screen. */
  query: string;
}

export interface CollectionOptions<D extends StoredDocument> {
  collection: string;
  /** mongoose schema definition without the store's own fields. A field called `type` is written `type: { type: String }`. */
  schema: Record<string, unknown>;
  indexes: Index[];
  schemaVersion: number;
  /** Turns a document of an older schemaVersion into one of today when it is read whole. */
  lift?: (old: Record<string, unknown>) => D;
  /** How many request records the document keeps. Default: all. */
  keepRequests?: (document: D) => number;
  /** Reason when the id is taken by another request. Default APPLICATION_EXISTS. */
  existsReason?: Reason;
}

export interface Documents<D extends StoredDocument> {
  readonly name: string;
  get(id: string, projection?: Record<string, 0 | 1>): Promise<D | undefined>;
  /** By a unique field, for example. */
  findOne(filter: Record<string, unknown>, projection?: Record<string, 0 | 1>): Promise<D | undefined>;
  /** Unpaged, `limit` at most (default 200). */
  find(
    filter: Record<string, unknown>,
    options?: { limit?: number; sort?: Record<string, 1 | -1>; projection?: Record<string, 0 | 1> },
  ): Promise<D[]>;
  /** For counts: states by centre, for example. */
  aggregate<T extends object>(pipeline: Record<string, unknown>[]): Promise<T[]>;
  /** A page ordered by `_id`. The outbox and the requests are left out unless the projection says otherwise. */
  list(query: {
    filter: Record<string, unknown>;
    order: 'asc' | 'desc';
    pageSize: number;
    pageToken: string;
    /** The other arguments of the call: a token of other ones is PAGE_TOKEN_INVALID. */
    fingerprintOf: unknown;
    projection?: Record<string, 0 | 1>;
  }): Promise<{ documents: D[]; nextPageToken: string }>;
  /**
   * One insert. The request id (or causing event) that made the document already gives it as it is now, `replayed`.
   * @throws Problem REQUEST_ID_REUSED (same id, other content), EXISTS (another request made it), STORE_UNAVAILABLE
   */
  create(
    document: Omit<D, Own>,
    options: { cause: Cause; events: NewEvent[]; now?: Date },
  ): Promise<{ document: D; replayed: boolean }>;
  /**
   * One conditional write (laws 4 and 6). `current`: a document already read, which saves the read.
   * @throws Problem NOT_FOUND, REQUEST_ID_REUSED, ETAG_STALE, CONTENTION, STORE_UNAVAILABLE, and what decide throws
   */
  update(
    id: string,
    options: { cause: Cause; etag?: string | undefined; now: Date; current?: D | undefined },
    decide: (document: D) => Decision<D>,
  ): Promise<{ document: D; outcome: 'applied' | 'replayed' | 'ignored' | 'gap' }>;
  /** Lets a document's outbox flow again after its refusal was seen to. */
  unblock(id: string): Promise<void>;
  /** For outbox.ts, timers.ts and store.ts. */
  readonly internals: Internals;
}

export interface Internals {
  collection(): mongo.Collection<StoredDocument>;
  makeIndexes(collection: mongo.Collection<mongo.Document>): Promise<void>;
  /** Throws when the schema does not know the path or the value does not fit. */
  check(path: string, value: unknown): void;
  listeners: Set<(id: string, entries: OutboxEntry[]) => void>;
}

/** The strong etag of a document: its revision in quotes. */
export const etagOf = (document: { revision: number }): string => `"${document.revision}"`;

const ownNames: ReadonlySet<string> = new Set<string>([
  '_id',
  'schemaVersion',
  'revision',
  'eventSeq',
  'outboxSeq',
  'outbox',
  'outboxBlocked',
  'requests',
  'createRequest',
  'createFingerprint',
  'createEvent',
  'createTime',
  'updateTime',
  'lastSeqs',
  'timer',
] satisfies (Own | '_id' | 'timer')[]);

const tries = 8;
const escapeKey = (subject: string) => subject.replace(/[%.$]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);

function entriesOf(events: NewEvent[], at: StoredDocument, cause: Cause, source: string, now: Date): OutboxEntry[] {
  let { eventSeq } = at;
  return events.map((event, index) => ({
    n: at.outboxSeq + index + 1,
    id: ulid(now.getTime()),
    topic: event.topic,
    key: event.key,
    type: event.type,
    subject: event.subject,
    sequence: event.sequenced ? (eventSeq += 1) : null,
    time: now,
    correlationId: cause.requestId ?? cause.request?.id ?? '',
    causationId: cause.eventId ?? '',
    ...(cause.traceparent ? { traceparent: cause.traceparent } : {}),
    contentType: event.contentType ?? 'application/protobuf',
    source: event.source ?? source,
    ...(event.extra ? { extra: event.extra } : {}),
    data: Buffer.from(event.data.buffer, event.data.byteOffset, event.data.byteLength),
  }));
}

/** Used by store.ts only. */
export function makeDocuments<D extends StoredDocument>(
  options: CollectionOptions<D>,
  store: {
    connection: Connection;
    collection: <T extends mongo.Document>(name: string) => mongo.Collection<T>;
    source: string;
    onCommit: (id: string, entries: OutboxEntry[]) => void;
  },
): Documents<D> {
  const schema = makeSchema(options.schema);
  store.connection.model(options.collection, schema, options.collection);
  const shape = compile(schema);
  const listeners: Internals['listeners'] = new Set([store.onCommit]);
  const collection = () => store.collection<StoredDocument>(options.collection);
  const queues = new Map<string, Promise<unknown>>();

  const lifted = (raw: StoredDocument): D =>
    options.lift && raw.schemaVersion < options.schemaVersion
      ? options.lift(raw as unknown as Record<string, unknown>)
      : (raw as D);

  const run = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw storeFailure(error, `${options.collection}.${operation}`);
    }
  };
  const read = (filter: mongo.Filter<StoredDocument>, projection?: Record<string, 0 | 1>) =>
    run('find', async () => (await collection().findOne(filter, projection ? { projection } : {})) ?? undefined);

  const committed = (id: string, entries: OutboxEntry[]): void => {
    if (entries.length > 0) for (const listener of listeners) listener(id, entries);
  };

  /** One writer at a time for a document in this process: racing writers need not lose to each other. */
  const inTurn = <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const before = queues.get(id);
    const mine = before ? before.then(work, work) : work();
    queues.set(id, mine);
    const done = () => {
      if (queues.get(id) === mine) queues.delete(id);
    };
    mine.then(done, done);
    return mine;
  };

  const reused = () =>
    new Problem({
      kind: 'EXISTS',
      reason: 'REQUEST_ID_REUSED',
      message: 'This request id was used before with other content. Use a new one.',
    });

  const create: Documents<D>['create'] = async (given, { cause, events, now = new Date() }) => {
    const { request, sequence } = cause;
    const document = {
      ...given,
      schemaVersion: options.schemaVersion,
      revision: 1,
      eventSeq: 0,
      outboxSeq: 0,
      outbox: [] as OutboxEntry[],
      requests: [],
      ...(request ? { createRequest: `${request.key}|${request.id}`, createFingerprint: request.fingerprint } : {}),
      ...(cause.eventId ? { createEvent: cause.eventId } : {}),
      ...(sequence ? { lastSeqs: { [escapeKey(sequence.subject)]: sequence.value } } : {}),
      createTime: now,
      updateTime: now,
    } as unknown as D;
    const entries = entriesOf(events, document, cause, store.source, now);
    document.outbox = entries;
    document.outboxSeq = entries.length;
    document.eventSeq = entries.filter((entry) => entry.sequence !== null).length;
    checkValue(shape, document, '');
    try {
      await collection().insertOne(document);
    } catch (error) {
      if (!isDuplicate(error)) throw storeFailure(error, `${options.collection}.create`);
      const earlier =
        (document.createRequest ? await read({ createRequest: document.createRequest }) : undefined) ??
        (await read({ _id: document._id }));
      if (earlier && request && earlier.createRequest === document.createRequest) {
        if (earlier.createFingerprint !== request.fingerprint) throw reused();
        return { document: lifted(earlier), replayed: true };
      }
      if (earlier && !request && cause.eventId && earlier.createEvent === cause.eventId)
        return { document: lifted(earlier), replayed: true };
      throw new Problem({
        kind: 'EXISTS',
        reason: options.existsReason ?? 'APPLICATION_EXISTS',
        message: 'It exists already, made by another request.',
      });
    }
    committed(document._id, entries);
    return { document, replayed: false };
  };

  /** One try: undefined when another writer was quicker. */
  const attempt = async (
    id: string,
    { cause, etag, now }: { cause: Cause; etag?: string | undefined; now: Date },
    decide: (document: D) => Decision<D>,
    raw: StoredDocument,
    fresh: boolean,
  ): Promise<Awaited<ReturnType<Documents<D>['update']>> | undefined> => {
    const { request, sequence } = cause;
    const document = lifted(raw);
    const known = request && document.requests.find((one) => one.id === request.id && one.key === request.key);
    if (known) {
      if (known.fingerprint !== request.fingerprint) throw reused();
      return { document, outcome: 'replayed' };
    }
    const last = sequence && (document.lastSeqs?.[escapeKey(sequence.subject)] ?? 0);
    if (sequence && last !== undefined && sequence.value !== last + 1) {
      if (sequence.value <= last) return { document, outcome: 'ignored' };
      return fresh ? { document, outcome: 'gap' } : undefined;
    }
    if (etag !== undefined && etag !== etagOf(document)) {
      if (!fresh) return undefined;
      throw new Problem({
        kind: 'ABORTED',
        reason: 'ETAG_STALE',
        message: 'It was changed in the meantime. Read it again.',
      });
    }
    const decision = decide(document);
    const unchanged = decision.document === document && decision.events.length === 0;
    if (unchanged && !sequence) return { document, outcome: 'ignored' };

    const entries = entriesOf(decision.events, document, cause, store.source, now);
    const next = {
      ...decision.document,
      revision: document.revision + 1,
      eventSeq: document.eventSeq + entries.filter((entry) => entry.sequence !== null).length,
      outboxSeq: document.outboxSeq + entries.length,
      outbox: entries.length === 0 ? document.outbox : [...document.outbox, ...entries],
      updateTime: now,
    };
    const operators: Operators = { $set: {}, $unset: {}, $push: {} };
    difference(
      raw as unknown as Record<string, unknown>,
      next as unknown as Record<string, unknown>,
      ownNames,
      operators,
    );
    const { $set, $unset, $push } = operators;
    // A timer is one value: a new one must not inherit the claim on the old one.
    if (next.timer !== raw.timer) {
      if (next.timer === undefined) $unset['timer'] = '';
      else $set['timer'] = next.timer;
    }
    for (const path in $set) checkPath(shape, path, $set[path]);
    for (const path in $unset) checkPath(shape, path, undefined);
    for (const path in $push) checkPath(shape, path, $push[path]?.$each, true);
    if (entries.length > 0) {
      checkPath(shape, 'outbox', entries, true);
      $push['outbox'] = { $each: entries };
      $set['eventSeq'] = next.eventSeq;
      $set['outboxSeq'] = next.outboxSeq;
    }
    if (raw.schemaVersion !== options.schemaVersion) {
      $set['schemaVersion'] = next.schemaVersion = options.schemaVersion;
    }
    if (request) {
      const record: RequestRecord = { ...request, time: now };
      const keep = options.keepRequests?.(next) ?? Number.POSITIVE_INFINITY;
      next.requests = [...document.requests, record];
      if (next.requests.length <= keep) $push['requests'] = { $each: [record] };
      else $set['requests'] = next.requests = next.requests.slice(-keep);
    }
    if (sequence) {
      const key = escapeKey(sequence.subject);
      $set[`lastSeqs.${key}`] = sequence.value;
      next.lastSeqs = { ...document.lastSeqs, [key]: sequence.value };
    }
    $set['revision'] = next.revision;
    $set['updateTime'] = now;
    const write: Record<string, unknown> = { $set };
    if (Object.keys($unset).length > 0) write['$unset'] = $unset;
    if (Object.keys($push).length > 0) write['$push'] = $push;
    const { matchedCount } = await run('update', () =>
      collection().updateOne({ _id: id, revision: raw.revision }, write as mongo.UpdateFilter<StoredDocument>),
    );
    if (matchedCount === 0) return undefined;
    if (!document.outboxBlocked) committed(id, entries.length > 0 ? next.outbox : []);
    return { document: next, outcome: unchanged ? 'ignored' : 'applied' };
  };

  const update: Documents<D>['update'] = (id, given, decide) =>
    inTurn(id, async () => {
      let { current } = given as { current?: StoredDocument | undefined };
      for (let round = 0; round < tries; round += 1) {
        const raw = current ?? (await read({ _id: id }));
        if (!raw) throw new Problem({ kind: 'NOT_FOUND', reason: 'NOT_FOUND', message: 'There is no such thing.' });
        const result = await attempt(id, given, decide, raw, current === undefined);
        if (result) return result;
        if (!current && round > 0) await pause(Math.random() * 5 * 2 ** Math.min(round, 4));
        current = undefined;
      }
      throw new Problem({
        kind: 'UNAVAILABLE',
        reason: 'CONTENTION',
        message: 'Too many change it at the same time. Try again.',
      });
    });

  return {
    name: options.collection,
    async get(id, projection) {
      const raw = await read({ _id: id }, projection);
      return raw && (projection ? (raw as D) : lifted(raw));
    },
    async findOne(filter, projection) {
      const raw = await read(filter as mongo.Filter<StoredDocument>, projection);
      return raw && (projection ? (raw as D) : lifted(raw));
    },
    find: (filter, { limit = 200, sort, projection } = {}) =>
      run('find', async () => {
        const found = await collection()
          .find(filter as mongo.Filter<StoredDocument>, {
            limit,
            ...(sort ? { sort } : {}),
            ...(projection ? { projection } : {}),
          })
          .toArray();
        return projection ? (found as unknown as D[]) : found.map((raw) => lifted(raw as StoredDocument));
      }),
    aggregate: <T extends object>(pipeline: Record<string, unknown>[]) =>
      run('aggregate', () => collection().aggregate<T>(pipeline).toArray()),
    async list({ filter, order, pageSize, pageToken: token, fingerprintOf, projection }) {
      const after = readPageToken(token, fingerprintOf);
      const range = after === undefined ? {} : { _id: order === 'asc' ? { $gt: after } : { $lt: after } };
      const where = '_id' in filter && after !== undefined ? { $and: [filter, range] } : { ...filter, ...range };
      const found = await run('list', () =>
        collection()
          .find(where as mongo.Filter<StoredDocument>, {
            projection: projection ?? { outbox: 0, requests: 0 },
            sort: { _id: order === 'asc' ? 1 : -1 },
            limit: pageSize + 1,
          })
          .toArray(),
      );
      const documents = found.slice(0, pageSize) as unknown as D[];
      const last = documents.at(-1);
      return { documents, nextPageToken: found.length > pageSize && last ? pageToken(last._id, fingerprintOf) : '' };
    },
    create,
    update,
    async unblock(id) {
      await run('unblock', () => collection().updateOne({ _id: id }, { $unset: { outboxBlocked: '' } }));
      const document = await read({ _id: id });
      if (document) committed(id, document.outbox);
    },
    internals: {
      collection,
      listeners,
      check: (path, value) => checkPath(shape, path, value),
      async makeIndexes(target) {
        // Replays of a create, by request id.
        await target.createIndex({ createRequest: 1 }, { unique: true, sparse: true });
        // The sweep of outboxes (outbox.ts) and the timers that are due (timers.ts).
        await target.createIndex({ 'outbox.time': 1 }, { sparse: true });
        await target.createIndex({ 'timer.due': 1 }, { sparse: true });
        for (const { fields, unique, sparse, partial } of options.indexes) {
          await target.createIndex(fields, {
            ...(unique ? { unique } : {}),
            ...(sparse ? { sparse } : {}),
            ...(partial ? { partialFilterExpression: partial } : {}),
          });
        }
      },
    },
  };
}
