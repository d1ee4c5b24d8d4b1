import type { Log } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import { LRUCache } from 'lru-cache';
import type { Connection, mongo } from 'mongoose';
import { toStoreError } from '../connection/store-errors.ts';
import { createCommitNotifier, notifyUncertain, notifyOutbox, type CommitNotifier } from './commit-notifier.ts';
import type { CollectionPolicy } from './next-document.ts';
import type { CollectionOptions, Projection } from './options.ts';
import type { StoredDocument } from './document.ts';
import { compileShape, createSchema, type Shape } from './schema.ts';
import { scopeFilter, type Scope } from './scope.ts';
import { createKeyedMutex } from './keyed-mutex.ts';

/** What a collection needs of its store. */
export interface StoreContext {
  connection: Connection;
  /** @throws Problem STORE_UNAVAILABLE while the store is not open */
  collection: <T extends mongo.Document>(name: string) => mongo.Collection<T>;
  /** ce_source of events that name none. */
  source: string;
  log: Log;
}

/** One collection of documents: all that its reads and writes share. */
export interface Collection<D extends StoredDocument> {
  readonly options: CollectionOptions<D>;
  readonly policy: CollectionPolicy<D>;
  readonly shape: Shape;
  readonly notifier: CommitNotifier;
  /** One writer of a document at a time in this process: racing writers need not lose to each other. */
  readonly runExclusive: ReturnType<typeof createKeyedMutex>;
  /** Documents as last written here; none where the service keeps none. */
  readonly recent: LRUCache<string, StoredDocument> | undefined;
  driver(): mongo.Collection<StoredDocument>;
  /** A call of the driver; what it throws becomes a failure of the store that carries no values. */
  run<T>(operation: string, work: () => Promise<T>): Promise<T>;
}

export function openCollection<D extends StoredDocument>(
  options: CollectionOptions<D>,
  { connection, collection, source, log }: StoreContext,
): Collection<D> {
  const { collection: name, schema, schemaVersion, keepRequests, keepRecent = 0 } = options;
  return {
    options,
    policy: { schemaVersion, source, keepRequests },
    shape: compileShape(connection.model(name, createSchema(schema), name).schema),
    notifier: createCommitNotifier(),
    runExclusive: createKeyedMutex(),
    recent: keepRecent > 0 ? new LRUCache({ max: keepRecent }) : undefined,
    driver: () => collection<StoredDocument>(name),
    async run(operation, work) {
      try {
        return await work();
      } catch (error) {
        throw toStoreError(error, `${name}.${operation}`, log);
      }
    },
  };
}

export const asFilter = (filter: object): mongo.Filter<StoredDocument> => filter as mongo.Filter<StoredDocument>;

/** The scope comes last: no filter can replace it. */
export const withScope = (filter: object, scope: Scope): object => ({ ...filter, ...scopeFilter(scope) });

export function findRaw<D extends StoredDocument>(
  { run, driver }: Collection<D>,
  filter: object,
  projection?: Projection,
): Promise<StoredDocument | undefined> {
  const findOptions = projection ? { projection } : {};
  return run('find', async () => (await driver().findOne(asFilter(filter), findOptions)) ?? undefined);
}

/** A document as this release knows it. */
export function migrateDocument<D extends StoredDocument>({ options }: Collection<D>, raw: StoredDocument): D {
  const { migrate, schemaVersion } = options;
  return migrate && raw.schemaVersion < schemaVersion ? migrate({ ...raw }) : (raw as D);
}

/** That the server refused it because an id or a unique field is taken. */
export const isDuplicateKey = (error: unknown): boolean => (error as { code?: unknown }).code === 11000;

/** Writes one document; a failure that is no refusal leaves open whether it was done. */
export async function writeOne<T>(notifier: CommitNotifier, id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isProblem(error) && !isDuplicateKey(error)) notifyUncertain(notifier, id);
    throw error;
  }
}

/** A document was written as it stands here; `hasNews` when the write put events into its outbox. */
export function notifyCommitted<D extends StoredDocument>(
  { notifier, recent }: Collection<D>,
  document: D,
  hasEvents: boolean,
): void {
  if (hasEvents) notifyOutbox(notifier, document);
  recent?.set(document._id, document);
}
