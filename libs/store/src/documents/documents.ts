import { Problem } from '@cups/problem';
import type { mongo } from 'mongoose';
import type { Cause, RequestRecord } from './cause.ts';
import { notifyCommitted, findRaw, openCollection, asFilter, withScope } from './collection.ts';
import type { Collection, StoreContext } from './collection.ts';
import { create, createMissing, findByCreateRequest, type CreateResult, type CreateOptions } from './create.ts';
import type { Draft, StoredDocument } from './document.ts';
import type { CommitNotifier } from './commit-notifier.ts';
import type { CollectionOptions } from './options.ts';
import { aggregate, find, findOne, list } from './reads.ts';
import type { FindOptions, ListQuery, Page, ReadOptions } from './reads.ts';
import { checkPath } from './schema.ts';
import type { Scope } from './scope.ts';
import {
  update,
  type DecisionFunction,
  type DecisionWithRead,
  type UpdateResult,
  type UpdateOptions,
} from './update.ts';

/** Every read and write says whose documents it may touch: of what lies outside nothing is told, as if it did not exist. */
export interface Documents<D extends StoredDocument> {
  readonly name: string;
  get(id: string, options: ReadOptions): Promise<D | undefined>;
  findOne(filter: object, options: ReadOptions): Promise<D | undefined>;
  /** Unpaged, `limit` (200) at most. */
  find(filter: object, options: FindOptions): Promise<D[]>;
  aggregate<T extends object>(pipeline: object[], options: { scope: Scope }): Promise<T[]>;
  /** A page by `_id`, without outbox and requests unless the projection says otherwise. @throws Problem PAGE_TOKEN_INVALID */
  list(query: ListQuery): Promise<Page<D>>;
  /**
   * One insert. The same request id again gives the document as it is now, `replayed`; when that lies outside the scope, the
   * answer is that of any id that is taken. What an event makes that is counted is made by `update`, with an `initial`.
   * @throws Problem REQUEST_ID_REUSED, `existsReason`, STORE_UNAVAILABLE; Error when the document does not fit its schema
   *   or scope
   */
  create(draft: Draft<D>, options: CreateOptions<D>): Promise<CreateResult<D>>;
  /**
   * Many inserts at once, without events; a document whose id or unique field is taken is left out.
   * @returns how many were made
   * @throws Problem STORE_UNAVAILABLE; Error when one does not fit its schema or scope
   */
  createMissing(drafts: readonly Draft<D>[], options: { scope: Scope; cause: Cause; now: Date }): Promise<number>;
  /** What a create by this request, with this content, has made; undefined when there was none. */
  findByCreateRequest(request: Omit<RequestRecord, 'time'>, options: { scope: Scope }): Promise<D | undefined>;
  /**
   * One conditional write of one document. It looks at the owner first, then at the request id, then at the count of events,
   * then at the etag; then it reads what the decision needs, decides, and writes. When others were quicker, all of that is
   * done again with the document as it is by then.
   *
   * Consumed events are counted here, and nowhere else: with a `cause.sequence`, the one after the last is applied, one that is
   * not after the last is `ignored`, and a later one is a `gap`, which writes nothing; one that changes nothing is counted too.
   * @throws Problem NOT_FOUND, REQUEST_ID_REUSED, ETAG_STALE, CONTENTION, STORE_UNAVAILABLE, `existsReason` (with an `initial`,
   *   when the id is that of a document outside the scope or a unique field is taken), and what `read` and `decide` throw
   */
  update<R>(
    id: string,
    options: UpdateOptions<D>,
    work: DecisionFunction<D> | DecisionWithRead<D, R>,
  ): Promise<UpdateResult<D>>;
  /** Deletes what fits, for good: for documents about which nothing is told. @returns how many there were */
  remove(filter: object, options: { scope: Scope }): Promise<number>;
  /** The first documents by id of which an event can never be sent. */
  listBlockedOutboxes(limit: number): Promise<BlockedOutbox[]>;
  /** Lets a document's outbox flow again after its refusal was seen to. @throws Problem NOT_FOUND */
  unblock(id: string, options: { scope: Scope }): Promise<void>;
  /** For the other files of this library. */
  readonly internals: CommitNotifier & {
    collection(): mongo.Collection<StoredDocument>;
    check(path: string, value: unknown): void;
  };
}
/** A document of which an event can never be sent: its outbox stands still. */
export interface BlockedOutbox {
  id: string;
  cause: string;
  time: Date;
  /** Events that wait in it. */
  count: number;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- documents of any shape
export type AnyDocuments = Documents<any>;

export function createDocuments<D extends StoredDocument>(
  options: CollectionOptions<D>,
  context: StoreContext,
): Documents<D> {
  const collection = openCollection(options, context);
  const { driver, notifier, shape } = collection;
  return {
    name: options.collection,
    get: (id, callOptions) => findOne(collection, { _id: id }, callOptions),
    findOne: (filter, callOptions) => findOne(collection, filter, callOptions),
    find: (filter, callOptions) => find(collection, filter, callOptions),
    aggregate: (pipeline, { scope }) => aggregate(collection, pipeline, scope),
    list: (query) => list(collection, query),
    create: (draft, callOptions) => create(collection, draft, callOptions),
    createMissing: (drafts, callOptions) => createMissing(collection, drafts, callOptions),
    findByCreateRequest: (request, { scope }) => findByCreateRequest(collection, request, scope),
    update: (id, callOptions, work) => update(collection, id, callOptions, work),
    remove: (filter, { scope }) => removeDocuments(collection, filter, scope),
    listBlockedOutboxes: (limit) => listBlockedOutboxes(collection, limit),
    unblock: (id, { scope }) => unblockOutbox(collection, id, scope),
    internals: {
      collection: driver,
      outboxListeners: notifier.outboxListeners,
      uncertainListeners: notifier.uncertainListeners,
      check: (path, value) => checkPath(shape, path, value),
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
  const isBlocked = asFilter({ outboxBlocked: { $exists: true } });
  const found = await collection.run('blocked', () => collection.driver().find(isBlocked, callOptions).toArray());
  return found.flatMap(({ _id: id, outboxBlocked, outbox }) =>
    outboxBlocked ? [{ id, cause: outboxBlocked.cause, time: outboxBlocked.time, count: outbox.length }] : [],
  );
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
  if (!document) throw new Problem({ reason: 'NOT_FOUND', message: 'There is no such document.' });
  notifyCommitted(collection, document, true);
}
