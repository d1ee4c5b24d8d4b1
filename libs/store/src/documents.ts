import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@cups/contracts';
import { pageToken, readPageToken } from '@cups/contracts/node';
import { isProblem, Problem, type Reason } from '@cups/problem';
import type { Connection, mongo } from 'mongoose';
import { ulid } from 'ulid';
import { difference, type Operators } from './difference.ts';
import { storeFailure } from './failures.ts';
import { checkPath, checkValue, compile, makeSchema } from './schema.ts';
import { inScope, scopeFilter, type Scope } from './scope.ts';

/** An event that waits in its document until Kafka has it. `n` is contiguous from 1; `topic` is without the prefix. */
export interface OutboxEntry {
  n: number;
  id: string;
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
  /** Further CloudEvents attributes, without `ce_`. */
  extra?: Record<string, string>;
  data: Buffer;
}
/** `sequenced`: takes the next eventSeq as ce_sequence. Defaults: application/protobuf, the source of the store. */
export type NewEvent = Pick<OutboxEntry, 'topic' | 'key' | 'type' | 'subject'> &
  Partial<Pick<OutboxEntry, 'contentType' | 'source' | 'extra'>> & { data: Uint8Array; sequenced: boolean };
/** `key` is `method|caller`, and the record lies in the resource: so far an id reaches (law 7). `id` is in lower case. */
export type RequestRecord = { id: string; key: string; fingerprint: string; time: Date };

/** The fields that the store keeps by itself, and `timer`, which decide sets. */
export interface StoredDocument {
  _id: string;
  schemaVersion: number;
  /** Raised by each write; the etag. */
  revision: number;
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
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
  /** Law 6: the last sequence applied, by subject (`.`, `$`, `%` escaped). */
  lastSeqs?: Record<string, number>;
}
type Own = Exclude<keyof StoredDocument, '_id' | 'timer'>;

/** Why a write happens: requestId goes on as ce_correlationid, eventId as ce_causationid; `sequence` is the consumed event's. */
export interface Cause {
  requestId?: string;
  request?: Omit<RequestRecord, 'time'>;
  eventId?: string;
  sequence?: { subject: string; value: number };
  traceparent?: string;
}
/** The next document, by structural sharing, and the events about the change. The same object and no events: no write. */
export type Change<D> = { document: D; events: NewEvent[] };
/** `query`: which query, which screen. `sparse`: documents without the field are left out. */
export type Index = {
  fields: Record<string, 1 | -1>;
  query: string;
  unique?: boolean;
  sparse?: boolean;
  partial?: object;
};
export type Projection = Record<string, 0 | 1>;

export interface CollectionOptions<D extends StoredDocument> {
  collection: string;
  /** mongoose definition without the store's own fields; a field called `type` is written `type: { type: String }`. */
  schema: Record<string, unknown>;
  indexes: Index[];
  schemaVersion: number;
  /** Turns a document of an older schemaVersion, read whole, into one of today. */
  lift?: (old: Record<string, unknown>) => D;
  /** How many request records a document keeps. Default: all. */
  keepRequests?: (document: D) => number;
  /** Reason when an id or a unique field is taken. */
  existsReason: Reason;
  /** What a write of a document that is not there, or outside the scope, is told. A service says the same at its reads. */
  absentMessage?: string;
  /** Documents kept in memory after a write, to save the next update its read. Not with `afterPublish`. Default 0. */
  keepRecent?: number;
}

/** Every read and write says whose documents it may touch: of what lies outside nothing is told, as if it did not exist. */
export interface Documents<D extends StoredDocument> {
  readonly name: string;
  get(id: string, options: { scope: Scope; projection?: Projection }): Promise<D | undefined>;
  findOne(filter: object, options: { scope: Scope; projection?: Projection }): Promise<D | undefined>;
  /** Unpaged, `limit` (200) at most. */
  find(
    filter: object,
    options: { scope: Scope; limit?: number; sort?: Record<string, 1 | -1>; projection?: Projection },
  ): Promise<D[]>;
  aggregate<T extends object>(pipeline: object[], options: { scope: Scope }): Promise<T[]>;
  /** A page by `_id`, without outbox and requests unless the projection says otherwise. @throws Problem PAGE_TOKEN_INVALID */
  list(query: {
    scope: Scope;
    filter: object;
    order: 'asc' | 'desc';
    pageSize: number;
    pageToken: string;
    /** The other arguments of the call. */
    fingerprintOf: unknown;
    projection?: Projection;
  }): Promise<{ documents: D[]; nextPageToken: string }>;
  /**
   * One insert. The same request id (or causing event) again gives the document as it is now, `replayed`; when that lies
   * outside the scope, the answer is that of any id that is taken.
   * @throws Problem REQUEST_ID_REUSED, EXISTS, STORE_UNAVAILABLE; Error when the document does not fit its schema or scope
   */
  create(
    document: Omit<D, Own>,
    options: { scope: Scope; cause: Cause; events: NewEvent[]; now?: Date },
  ): Promise<{ document: D; replayed: boolean }>;
  /**
   * One conditional write (laws 4 and 6). It looks at the owner first, then at the request id, then at the etag, and then
   * decides. `current`, a document already read, saves the read.
   * @throws Problem NOT_FOUND, REQUEST_ID_REUSED, ETAG_STALE, CONTENTION, STORE_UNAVAILABLE, and what decide throws
   */
  update(
    id: string,
    options: { scope: Scope; cause: Cause; etag?: string | undefined; now: Date; current?: D | undefined },
    decide: (document: D) => Change<D>,
  ): Promise<{ document: D; outcome: 'applied' | 'replayed' | 'ignored' | 'gap' }>;
  /** Deletes what fits, for good: for documents about which nothing is told. @returns how many there were */
  remove(filter: object, options: { scope: Scope }): Promise<number>;
  /** Lets a document's outbox flow again after its refusal was seen to. */
  unblock(id: string, options: { scope: Scope }): Promise<void>;
  /** For the other files of this library. */
  readonly internals: {
    collection(): mongo.Collection<StoredDocument>;
    check(path: string, value: unknown): void;
    listeners: Set<(id: string, entries: OutboxEntry[]) => void>;
    /** Told when the answer of a write was lost: it may have been done, and nobody else knows of its events. */
    doubts: Set<(id: string) => void>;
  };
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- documents of any shape
export type AnyDocuments = Documents<any>;

/** The strong etag: the revision in quotes. */
export const etagOf = (document: { revision: number }): string => `"${document.revision}"`;

const ownNames = new Set(
  `_id schemaVersion revision eventSeq outboxSeq outbox outboxBlocked requests createRequest createFingerprint createEvent
   createTime updateTime lastSeqs timer`.split(/\s+/),
);
const tries = 8;
const subjectKey = (subject: string) => subject.replace(/[%.$]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
const reused = 'This request id was used before with other content. Use a new one.';

function entriesOf(events: NewEvent[], at: StoredDocument, cause: Cause, source: string, now: Date): OutboxEntry[] {
  let { eventSeq, outboxSeq } = at;
  return events.map(({ sequenced, data, ...event }) => ({
    ...{ contentType: 'application/protobuf', source, ...event },
    n: (outboxSeq += 1),
    id: ulid(now.getTime()),
    sequence: sequenced ? (eventSeq += 1) : null,
    time: now,
    correlationId: cause.requestId ?? cause.request?.id ?? '',
    causationId: cause.eventId ?? '',
    ...(cause.traceparent ? { traceparent: cause.traceparent } : {}),
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  }));
}

export function makeDocuments<D extends StoredDocument>(
  options: CollectionOptions<D>,
  store: {
    connection: Connection;
    collection: <T extends mongo.Document>(name: string) => mongo.Collection<T>;
    source: string;
    log: Log;
  },
): Documents<D> {
  const { collection: name, schemaVersion, keepRecent = 0 } = options;
  const shape = compile(store.connection.model(name, makeSchema(options.schema), name).schema);
  const listeners: Documents<D>['internals']['listeners'] = new Set();
  const doubts: Documents<D>['internals']['doubts'] = new Set();
  const collection = () => store.collection<StoredDocument>(name);
  const queues = new Map<string, Promise<unknown>>();
  const recent = new Map<string, StoredDocument>();

  const run = <T>(operation: string, work: () => Promise<T>): Promise<T> =>
    Promise.resolve()
      .then(work)
      .catch((error: unknown) => Promise.reject(storeFailure(error, `${name}.${operation}`, store.log)));
  const where = (filter: object) => filter as mongo.Filter<StoredDocument>;
  const read = (filter: object, projection?: Projection): Promise<StoredDocument | undefined> =>
    run('find', async () => (await collection().findOne(where(filter), projection ? { projection } : {})) ?? undefined);
  /** The scope comes last: no filter can replace it. */
  const within = (filter: object, scope: Scope): object => ({ ...filter, ...scopeFilter(scope) });
  const lifted = (raw: StoredDocument): D =>
    options.lift && raw.schemaVersion < schemaVersion ? options.lift({ ...raw }) : (raw as D);

  const committed = (document: StoredDocument, hasNews: boolean): void => {
    if (hasNews && !document.outboxBlocked) for (const tell of listeners) tell(document._id, document.outbox);
    if (keepRecent === 0) return;
    recent.delete(document._id);
    recent.set(document._id, document);
    if (recent.size > keepRecent) recent.delete(recent.keys().next().value as string);
  };
  /** A document that was met with events in it, by a repeat for example: whoever was to publish them may be gone. */
  const met = (document: StoredDocument): void => {
    if (document.outbox.length > 0 && !document.outboxBlocked)
      for (const tell of listeners) tell(document._id, document.outbox);
  };
  /** Writes; a failure that is none of our refusals leaves open whether it was done. */
  const write = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!isProblem(error) && (error as { code?: unknown }).code !== 11000) for (const tell of doubts) tell(id);
      throw error;
    }
  };
  /** One writer at a time for a document in this process: racing writers need not lose to each other. */
  const inTurn = <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const mine = (queues.get(id) ?? Promise.resolve()).then(work);
    const done: Promise<unknown> = mine.catch(() => {}).then(() => queues.get(id) === done && queues.delete(id));
    queues.set(id, done);
    return mine;
  };

  const create: Documents<D>['create'] = async (given, { scope, cause, events, now = new Date() }) => {
    if (!inScope(given, scope)) throw new Error(`A document of ${name} was to be made outside its scope.`);
    const { request, sequence, eventId } = cause;
    const base = { ...given, schemaVersion, revision: 1, eventSeq: 0, outboxSeq: 0, requests: [] } as unknown as D;
    const outbox = entriesOf(events, base, cause, store.source, now);
    const document: D = {
      ...base,
      outbox,
      outboxSeq: outbox.length,
      eventSeq: outbox.filter((entry) => entry.sequence !== null).length,
      ...(request ? { createRequest: `${request.key}|${request.id}`, createFingerprint: request.fingerprint } : {}),
      ...(eventId ? { createEvent: eventId } : {}),
      ...(sequence ? { lastSeqs: { [subjectKey(sequence.subject)]: sequence.value } } : {}),
      createTime: now,
      updateTime: now,
    };
    checkValue(shape, document);
    const { _id, createRequest } = document;
    try {
      await write(_id, () => collection().insertOne(document));
    } catch (error) {
      if ((error as { code?: unknown }).code !== 11000) throw storeFailure(error, `${name}.create`, store.log);
      const earlier =
        (createRequest && (await read(within({ createRequest }, scope)))) || (await read(within({ _id }, scope)));
      const isReplay = request ? earlier?.createRequest === createRequest : eventId && earlier?.createEvent === eventId;
      if (!earlier || !isReplay)
        throw new Problem({ reason: options.existsReason, message: 'It exists already, made by another request.' });
      if (request && earlier.createFingerprint !== request.fingerprint)
        throw new Problem({ reason: 'REQUEST_ID_REUSED', message: reused });
      met(earlier);
      return { document: lifted(earlier), replayed: true };
    }
    committed(document, outbox.length > 0);
    return { document, replayed: false };
  };

  type Given = Parameters<Documents<D>['update']>[1];
  type Updated = Awaited<ReturnType<Documents<D>['update']>>;
  type Decide = (document: D) => Change<D>;
  /** What a fresh read answers without deciding: a known request, a repeat, a gap, a stale etag. */
  const answer = (document: D, { cause: { request, sequence }, etag }: Given): Updated | undefined => {
    const known = request && document.requests.find(({ id, key }) => id === request.id && key === request.key);
    if (known && known.fingerprint !== request.fingerprint)
      throw new Problem({ reason: 'REQUEST_ID_REUSED', message: reused });
    if (known) return { document, outcome: 'replayed' };
    const last = (sequence && document.lastSeqs?.[subjectKey(sequence.subject)]) ?? 0;
    if (sequence && sequence.value !== last + 1)
      return { document, outcome: sequence.value <= last ? 'ignored' : 'gap' };
    if (etag === undefined || etag === etagOf(document)) return undefined;
    throw new Problem({ reason: 'ETAG_STALE', message: 'It was changed in the meantime. Read it again.' });
  };

  /** The operators that turn `raw` into what was decided, and the document that they make. */
  const operatorsFor = (raw: StoredDocument, document: D, decision: Change<D>, { cause, now }: Given) => {
    const { request, sequence } = cause;
    const entries = entriesOf(decision.events, document, cause, store.source, now);
    const out: Operators = { $set: {}, $unset: {}, $push: {} };
    const plain = (value: object) => value as Record<string, unknown>;
    difference(plain(raw), plain(decision.document), out, ownNames);
    const { timer } = decision.document;
    // A timer is one value: a new one must not inherit the claim on the old one.
    if (timer === undefined && raw.timer !== undefined) out.$unset['timer'] = '';
    else if (timer !== raw.timer) out.$set['timer'] = timer;
    for (const path in out.$set) checkPath(shape, path, out.$set[path]);
    for (const path in out.$unset) checkPath(shape, path, undefined);
    for (const path in out.$push) checkPath(shape, path, out.$push[path]?.$each, true);

    const changes: Partial<StoredDocument> = { revision: raw.revision + 1, updateTime: now };
    if (raw.schemaVersion !== schemaVersion) changes.schemaVersion = schemaVersion;
    if (entries.length > 0) {
      changes.eventSeq = document.eventSeq + entries.filter((entry) => entry.sequence !== null).length;
      changes.outboxSeq = document.outboxSeq + entries.length;
      out.$push['outbox'] = { $each: entries };
    }
    const next: D = { ...decision.document, ...changes, outbox: [...document.outbox, ...entries] };
    Object.assign(out.$set, changes);
    if (request) {
      const all = [...document.requests, { ...request, time: now }];
      next.requests = all.slice(-(options.keepRequests?.(next) ?? all.length));
      if (next.requests.length === all.length) out.$push['requests'] = { $each: all.slice(-1) };
      else out.$set['requests'] = next.requests;
    }
    if (sequence) {
      const key = subjectKey(sequence.subject);
      out.$set[`lastSeqs.${key}`] = sequence.value;
      next.lastSeqs = { ...document.lastSeqs, [key]: sequence.value };
    }
    for (const operator of ['$unset', '$push'] as const)
      if (Object.keys(out[operator]).length === 0) delete (out as Partial<Operators>)[operator];
    return { next, out: out as unknown as mongo.UpdateFilter<StoredDocument>, hasNews: entries.length > 0 };
  };

  const attempt = async (raw: StoredDocument, given: Given, decide: Decide): Promise<Updated | undefined> => {
    const document = lifted(raw);
    const answered = answer(document, given);
    if (answered) return answered;
    const decision = decide(document);
    const isUnchanged = decision.document === document && decision.events.length === 0;
    if (isUnchanged && !given.cause.sequence) return { document, outcome: 'ignored' };
    const { next, out, hasNews } = operatorsFor(raw, document, decision, given);
    const { _id, revision } = raw;
    const { matchedCount } = await run('update', () =>
      write(_id, () => collection().updateOne(where({ _id, revision }), out)),
    );
    if (matchedCount === 0) return undefined;
    committed(next, hasNews);
    return { document: next, outcome: isUnchanged ? 'ignored' : 'applied' };
  };

  const update: Documents<D>['update'] = (id, given, decide) =>
    inTurn(id, async () => {
      const held: StoredDocument | undefined = given.current ?? recent.get(id);
      if (held && inScope(held, given.scope)) {
        // What a document from memory leads to counts only when it was written: everything else is asked of a fresh one.
        const quick = await attempt(held, given, decide).catch((error: unknown) => {
          if ((error as Problem).reason === 'STORE_UNAVAILABLE') throw error;
        });
        if (quick && quick.document.revision > held.revision) return quick;
      }
      for (let round = 0; round < tries; round += 1) {
        const raw = await read(within({ _id: id }, given.scope));
        if (!raw)
          throw new Problem({ reason: 'NOT_FOUND', message: options.absentMessage ?? 'There is no such thing.' });
        const done = await attempt(raw, given, decide);
        if (done && done.outcome !== 'applied') met(raw);
        if (done) return done;
        await pause(Math.random() * 5 * 2 ** Math.min(round, 4));
      }
      throw new Problem({ reason: 'CONTENTION', message: 'Too many change it at the same time. Try again.' });
    });

  const documents: Documents<D> = {
    name,
    create,
    update,
    get: (id, given) => documents.findOne({ _id: id }, given),
    async findOne(filter, { scope, projection }) {
      const raw = await read(within(filter, scope), projection);
      return raw && (projection ? (raw as D) : lifted(raw));
    },
    async find(filter, { scope, projection, ...rest }) {
      const how = { limit: 200, ...rest, ...(projection ? { projection } : {}) };
      const found = await run('find', () =>
        collection()
          .find(where(within(filter, scope)), how)
          .toArray(),
      );
      return found.map((raw) => (projection ? (raw as StoredDocument as D) : lifted(raw as StoredDocument)));
    },
    aggregate: <T extends object>(pipeline: object[], { scope }: { scope: Scope }) =>
      run('aggregate', () =>
        collection()
          .aggregate<T>([{ $match: scopeFilter(scope) }, ...pipeline] as mongo.Document[])
          .toArray(),
      ),
    async list({ scope, filter: asked, order, pageSize, pageToken: token, fingerprintOf, projection }) {
      const after = readPageToken(token, fingerprintOf);
      const filter = within(asked, scope);
      const range = { _id: order === 'asc' ? { $gt: after } : { $lt: after } };
      const page = after === undefined ? filter : { $and: [filter, range] };
      const how = { projection: projection ?? { outbox: 0, requests: 0 }, limit: pageSize + 1 };
      const sort = { _id: order === 'asc' ? (1 as const) : (-1 as const) };
      const found = await run('list', () =>
        collection()
          .find(where(page), { ...how, sort })
          .toArray(),
      );
      const documents = found.slice(0, pageSize) as unknown as D[];
      const last = found.length > pageSize ? documents.at(-1) : undefined;
      return { documents, nextPageToken: last ? pageToken(last._id, fingerprintOf) : '' };
    },
    remove: (filter, { scope }) =>
      run('remove', async () => (await collection().deleteMany(where(within(filter, scope)))).deletedCount),
    async unblock(_id, { scope }) {
      const one = within({ _id }, scope);
      await run('unblock', () => collection().updateOne(where(one), { $unset: { outboxBlocked: '' } }));
      const document = await read(one);
      if (document) committed(document, true);
    },
    internals: {
      collection,
      listeners,
      doubts,
      check: (path, value) => checkPath(shape, path, value),
    },
  };
  return documents;
}
