import { runInSpan } from '@cups/contracts';
import type { Log, Span, Tracer } from '@cups/contracts';
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
import { createPlainSealer, createSealer, type Sealer } from '../sealing/sealer.ts';
import { groupReads } from './grouped-reads.ts';
import type { ReadJournalNumbers } from './journal-numbers.ts';
import { groupInserts, groupUpdates } from './grouped-writes.ts';

export interface StoreContext {
  connection: Connection;
  /** @throws Problem STORE_UNAVAILABLE while the store is not open */
  collection: <T extends mongo.Document>(name: string) => mongo.Collection<T>;
  /** ce_source of events without their own. */
  source: string;
  /** Whether writes commit their entries for the journal. */
  commitsEntries: boolean;
  readJournalNumbers: ReadJournalNumbers;
  log: Log;
  tracer: Tracer | undefined;
}

/** One collection of documents: what its reads and writes share. */
export interface Collection<D extends StoredDocument> {
  readonly options: CollectionOptions<D>;
  readonly policy: CollectionPolicy<D>;
  /** The shape of documents as the service uses them. */
  readonly shape: Shape;
  readonly sealer: Sealer;
  readonly notifier: CommitNotifier;
  /** Serialises the writers of a document in this process, so that they do not conflict. */
  readonly runExclusive: ReturnType<typeof createKeyedMutex>;
  /** Cache of written documents; undefined if the service keeps none. */
  readonly recent: LRUCache<string, StoredDocument> | undefined;
  driver(): mongo.Collection<StoredDocument>;
  readonly insert: ReturnType<typeof groupInserts>;
  readonly replace: ReturnType<typeof groupUpdates>;
  /** Reads complete documents. */
  readonly read: ReturnType<typeof groupReads>;
  readonly readRevision: ReturnType<typeof groupReads>;
  /** Returns the numbers after which new documents continue their entries for the journal, by ID. */
  readJournalNumbers(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Runs a driver call. Its failure becomes a store error without document values. */
  run<T>(operation: string, work: () => Promise<T>): Promise<T>;
}

export function openCollection<D extends StoredDocument>(
  options: CollectionOptions<D>,
  { connection, collection, source, commitsEntries, readJournalNumbers, log, tracer }: StoreContext,
): Collection<D> {
  const { collection: name, schemaVersion, keepRequests, keepRecent = 0 } = options;
  const schema = addFormerFields(options.schema, options);
  const driver = () => collection<StoredDocument>(name);
  const shape = compileShape(connection.model(name, createSchema(schema), name).schema);
  return {
    options,
    policy: { schemaVersion, source, commitsEntries, keepRequests },
    shape,
    sealer: openSealer(options, shape, log),
    notifier: createCommitNotifier(),
    runExclusive: createKeyedMutex(),
    recent: keepRecent > 0 ? new LRUCache({ max: keepRecent }) : undefined,
    driver,
    insert: groupInserts(driver),
    replace: groupUpdates(driver),
    read: groupReads(driver),
    readRevision: groupReads(driver, { revision: 1 }),
    readJournalNumbers: (ids) => readJournalNumbers(name, ids),
    async run(operation, work) {
      try {
        return await runInSpan(tracer && startSpan(tracer, name, operation), work);
      } catch (error) {
        throw toStoreError(error, `${name}.${operation}`, log);
      }
    },
  };
}

/** @throws Error for sealed fields that cannot be sealed or that an index names */
function openSealer<D extends StoredDocument>(
  { collection, sealed, formerFields = {}, indexes }: CollectionOptions<D>,
  shape: Shape,
  log: Log,
): Sealer {
  if (!sealed) return createPlainSealer(shape);
  const sealer = createSealer(sealed, { collection, shape, log });
  for (const { fields, partial = {} } of indexes) {
    sealer.assertQuery(fields);
    sealer.assertQuery(partial);
  }
  sealer.assertQuery(formerFields);
  return sealer;
}

/** Starts a span within another one: polls and sweeps have none. */
function startSpan(tracer: Tracer, collection: string, operation: string): Span | undefined {
  if (!tracer.isRecording()) return undefined;
  return tracer.start('client', `${operation} ${collection}`, {
    'db.system.name': 'mongodb',
    'db.operation.name': operation,
    'db.collection.name': collection,
  });
}

export const asFilter = (filter: object): mongo.Filter<StoredDocument> => filter as mongo.Filter<StoredDocument>;

/** The scope comes last, so that no filter can override it. */
export const withScope = (filter: object, scope: Scope): object => ({ ...filter, ...scopeFilter(scope) });

/** Reads a document, with its sealed fields opened. */
export async function findRaw<D extends StoredDocument>(
  { run, driver, sealer }: Collection<D>,
  filter: object,
  projection?: Projection,
): Promise<StoredDocument | undefined> {
  sealer.assertQuery(filter);
  const split = projection && sealer.project(projection);
  const findOptions = split ? { projection: split.stored } : {};
  const stored = await run('find', async () => (await driver().findOne(asFilter(filter), findOptions)) ?? undefined);
  const opened = stored && (await sealer.open(stored));
  return opened && split ? split.pick(opened) : opened;
}

/** Reads a complete document, together with other reads that wait. @throws Error for a scope without a value */
export async function findRawById<D extends StoredDocument>(
  { run, read, sealer }: Collection<D>,
  id: string,
  scope: Scope,
): Promise<StoredDocument | undefined> {
  const filter = withScope({ _id: id }, scope);
  const stored = await run('find', () => read({ id, scope, filter }));
  return stored && sealer.open(stored);
}

/** Reads the revision of a document in any scope, together with other such reads that wait. */
export const findRevision = async <D extends StoredDocument>(
  { run, readRevision }: Collection<D>,
  id: string,
): Promise<number | undefined> =>
  (await run('find', () => readRevision({ id, scope: 'service', filter: { _id: id } })))?.revision;

/** Returns a document in the current schema version, with the names of the code. */
export function migrateDocument<D extends StoredDocument>({ options }: Collection<D>, raw: StoredDocument): D {
  const { migrate, schemaVersion } = options;
  const document = migrate && raw.schemaVersion < schemaVersion ? migrate({ ...raw }) : (raw as D);
  return removeFormerFields(document, options);
}

type FormerFields = Pick<CollectionOptions<StoredDocument>, 'formerFields'>;

function removeFormerFields<D extends StoredDocument>(document: D, { formerFields }: FormerFields): D {
  if (!formerFields) return document;
  const fields = { ...document } as Record<string, unknown>;
  for (const [current, { name, read }] of Object.entries(formerFields)) {
    if (fields[name] === undefined) continue;
    if (read === 'former' || fields[current] === undefined) fields[current] = fields[name];
    delete fields[name];
  }
  return fields as unknown as D;
}

/** Returns fields as stored: under both names, where the collection has former ones. */
export function addFormerFields<Fields extends object>(fields: Fields, { formerFields }: FormerFields): Fields {
  if (!formerFields) return fields;
  const stored = { ...fields } as Record<string, unknown>;
  for (const [current, { name }] of Object.entries(formerFields)) {
    if (stored[current] !== undefined) stored[name] = stored[current];
  }
  return stored as Fields;
}

export const isDuplicateKey = (error: unknown): boolean => (error as { code?: unknown }).code === 11000;

/** Writes one document. After a failure without a server rejection, the write may still have happened. */
export async function writeOne<T>(notifier: CommitNotifier, id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isProblem(error) && !isDuplicateKey(error)) notifyUncertain(notifier, id);
    throw error;
  }
}

/** Reports and caches a written document. */
export function notifyCommitted<D extends StoredDocument>(
  { notifier, recent }: Collection<D>,
  document: D,
  hasEvents: boolean,
): void {
  if (hasEvents) notifyOutbox(notifier, document);
  recent?.set(document._id, document);
}
