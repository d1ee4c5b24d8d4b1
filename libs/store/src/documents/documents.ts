import { Problem } from '@cups/problem';
import type { mongo } from 'mongoose';
import type { RequestIdentity } from './cause.ts';
import { notifyCommitted, findRaw, openCollection, asFilter, withScope } from './collection.ts';
import type { Collection, StoreContext } from './collection.ts';
import { create, createMissing, findByCreateRequest } from './create.ts';
import type { CreateMissingOptions, CreateOptions, CreateResult, FindByCreateRequestOptions } from './create.ts';
import type { Draft, StoredDocument } from './document.ts';
import { JOURNAL_TOPIC_PREFIX } from '../journal-entries.ts';
import type { CommitNotifier } from './commit-notifier.ts';
import type { CollectionOptions } from './options.ts';
import { aggregate, countEach, find, findOne, get, getCached, list } from './reads.ts';
import type { CountOptions, FindOptions, ListQuery, Page, ReadOptions } from './reads.ts';
import { checkPath } from './schema.ts';
import type { Scope } from './scope.ts';
import {
  update,
  type DecisionFunction,
  type DecisionWithRead,
  type UpdateResult,
  type UpdateOptions,
} from './update.ts';

/** Reads and writes of one collection. Each call names a scope; documents outside it appear not to exist. */
export interface Documents<D extends StoredDocument> {
  readonly name: string;
  /** Concurrent reads of the same document can return the same object. */
  get(id: string, options: ReadOptions): Promise<D | undefined>;
  /**
   * As `get`, but fetches only the revision of a document that this process wrote recently (`keepRecent`). It returns
   * the state of the store at some time after the call, except for what changes without a revision: outbox and claims.
   */
  getCached(id: string, options: { scope: Scope }): Promise<D | undefined>;
  findOne(filter: object, options: ReadOptions): Promise<D | undefined>;
  /** Returns all matching documents, or the first ones up to `limit`, without paging. */
  find(filter: object, options: FindOptions): Promise<D[]>;
  aggregate<T extends object>(pipeline: object[], options: { scope: Scope }): Promise<T[]>;
  /**
   * Counts the matching documents of each filter in one command; each count stops at `limit`. A filter of equalities
   * and one range over the first fields of an index is counted from the index alone.
   */
  countEach(filters: readonly object[], options: CountOptions): Promise<number[]>;
  /**
   * Returns a page, ordered by `_id` by default, without outbox and requests unless projected.
   * @throws Problem PAGE_TOKEN_INVALID
   */
  list(query: ListQuery): Promise<Page<D>>;
  /**
   * Inserts one document. A repeated request ID returns the current document with `replayed`; outside the scope, it
   * fails like any taken ID. A document created by a sequenced event needs `update` with an `initial`.
   * @throws Problem REQUEST_ID_REUSED, `existsReason`, STORE_UNAVAILABLE
   * @throws Error when the document does not match its schema or scope
   */
  create(draft: Draft<D>, options: CreateOptions<D>): Promise<CreateResult<D>>;
  /**
   * Inserts many documents in one command, each with its events. Skips those with a taken ID or unique field.
   * @returns the number inserted
   * @throws Problem STORE_UNAVAILABLE; Error when a document does not match its schema or scope
   */
  createMissing(drafts: readonly Draft<D>[], options: CreateMissingOptions<D>): Promise<number>;
  /**
   * Returns a page of the documents that published entries for the journal, ordered by ID.
   * @param after ID of the last document of the previous page; '' for the first page
   */
  listJournalStreams(after: string, limit: number): Promise<JournalStream[]>;
  /**
   * Returns the document that this request created with this content, if any. Use it before work for a new document, such
   * as a key for its ID, that a repeat or a taken ID must not reach.
   * @throws Problem `existsReason` when another request has taken the ID that the client chose, also outside the scope
   */
  findByCreateRequest(request: RequestIdentity, options: FindByCreateRequestOptions): Promise<D | undefined>;
  /**
   * Writes one document conditionally. Checks the scope, the request ID, the event sequence and the etag, in this
   * order; then reads what the decision needs, decides and writes. After a concurrent write it repeats all of this.
   * Only `update` counts consumed events. With a `cause.sequence`, it applies the next event, reports an earlier one
   * as `ignored`, and reports a later one as `gap` without writing. It also counts an event that changes nothing.
   * @throws Problem NOT_FOUND, REQUEST_ID_REUSED, ETAG_STALE, CONTENTION, STORE_UNAVAILABLE, and what `read` and
   * `decide` throw
   * @throws Problem `existsReason` with an `initial`, when the ID exists outside the scope or a unique field is taken
   */
  update<R>(
    id: string,
    options: UpdateOptions<D>,
    work: DecisionFunction<D> | DecisionWithRead<D, R>,
  ): Promise<UpdateResult<D>>;
  /** Deletes the matching documents and returns their number. For documents that publish no events. */
  remove(filter: object, options: { scope: Scope }): Promise<number>;
  /** Returns the first blocked documents, ordered by ID. */
  listBlockedOutboxes(limit: number): Promise<BlockedOutbox[]>;
  /**
   * Lets the relay publish a document's outbox again, after an operator fixed the cause.
   * @throws Problem NOT_FOUND
   */
  unblock(id: string, options: { scope: Scope }): Promise<void>;
  /** For other modules of this library. */
  readonly internals: CommitNotifier & {
    collection(): mongo.Collection<StoredDocument>;
    check(path: string, value: unknown): void;
  };
}
/** The entries of a document for the journal. */
export interface JournalStream {
  id: string;
  /** Sequence of the last committed entry. */
  lastSequence: number;
  /** Number of its last entries that are still in the outbox. */
  pending: number;
}
/** A document with an event that Kafka never accepts; the relay skips its outbox. */
export interface BlockedOutbox {
  id: string;
  cause: string;
  time: Date;
  /** Number of events in the outbox. */
  count: number;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- documents of any shape
export type AnyDocuments = Documents<any>;

export function createDocuments<D extends StoredDocument>(
  options: CollectionOptions<D>,
  context: StoreContext,
): Documents<D> {
  const collection = openCollection(options, context);
  const { driver, notifier, sealer } = collection;
  return {
    name: options.collection,
    get: (id, callOptions) => get(collection, id, callOptions),
    getCached: (id, { scope }) => getCached(collection, id, scope),
    findOne: (filter, callOptions) => findOne(collection, filter, callOptions),
    find: (filter, callOptions) => find(collection, filter, callOptions),
    aggregate: (pipeline, { scope }) => aggregate(collection, pipeline, scope),
    countEach: (filters, callOptions) => countEach(collection, filters, callOptions),
    list: (query) => list(collection, query),
    create: (draft, callOptions) => create(collection, draft, callOptions),
    createMissing: (drafts, callOptions) => createMissing(collection, drafts, callOptions),
    findByCreateRequest: (request, options) => findByCreateRequest(collection, request, options),
    update: (id, callOptions, work) => update(collection, id, callOptions, work),
    remove: (filter, { scope }) => removeDocuments(collection, filter, scope),
    listJournalStreams: (after, limit) => listJournalStreams(collection, after, limit),
    listBlockedOutboxes: (limit) => listBlockedOutboxes(collection, limit),
    unblock: (id, { scope }) => unblockOutbox(collection, id, scope),
    internals: {
      collection: driver,
      outboxListeners: notifier.outboxListeners,
      uncertainListeners: notifier.uncertainListeners,
      check: (path, value) => checkPath(sealer.shape, path, value),
    },
  };
}

function removeDocuments<D extends StoredDocument>(
  { run, driver }: Collection<D>,
  filter: object,
  scope: Scope,
): Promise<number> {
  return run('remove', async () => (await driver().deleteMany(asFilter(withScope(filter, scope)))).deletedCount);
}

async function listBlockedOutboxes<D extends StoredDocument>(
  collection: Collection<D>,
  limit: number,
): Promise<BlockedOutbox[]> {
  const callOptions = { sort: { _id: 1 as const }, limit, projection: { outboxBlocked: 1, 'outbox.n': 1 } };
  // A blocked document has events, and their index leaves out all others.
  const isBlocked = asFilter({ 'outbox.time': { $gt: new Date(0) }, outboxBlocked: { $exists: true } });
  const found = await collection.run('blocked', () => collection.driver().find(isBlocked, callOptions).toArray());
  return found.flatMap(({ _id: id, outboxBlocked, outbox }) =>
    outboxBlocked ? [{ id, cause: outboxBlocked.cause, time: outboxBlocked.time, count: outbox.length }] : [],
  );
}

async function listJournalStreams<D extends StoredDocument>(
  { run, driver }: Collection<D>,
  after: string,
  limit: number,
): Promise<JournalStream[]> {
  const filter = asFilter({ _id: { $gt: after }, journalSeq: { $gt: 0 } });
  const projection = { journalSeq: 1, 'outbox.topic': 1 };
  const found = await run('journalStreams', () =>
    driver()
      .find(filter, { sort: { _id: 1 }, limit, projection })
      .toArray(),
  );
  return found.map(({ _id: id, journalSeq: lastSequence = 0, outbox }) => ({
    id,
    lastSequence,
    pending: outbox.filter(({ topic }) => topic.startsWith(JOURNAL_TOPIC_PREFIX)).length,
  }));
}

async function unblockOutbox<D extends StoredDocument>(
  collection: Collection<D>,
  _id: string,
  scope: Scope,
): Promise<void> {
  const one = withScope({ _id }, scope);
  const unsetBlocked = { $unset: { outboxBlocked: '' as const } };
  await collection.run('unblock', () => collection.driver().updateOne(asFilter(one), unsetBlocked));
  const document = (await findRaw(collection, one)) as D | undefined;
  if (!document) throw new Problem({ reason: 'NOT_FOUND', message: 'Document not found.' });
  notifyCommitted(collection, document, true);
}
