import type { Log } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import { LRUCache } from 'lru-cache';
import type { Connection, mongo } from 'mongoose';
import { storeFailure } from '../connection/failures.ts';
import { openNews, tellDoubt, tellOutbox, type News } from './news.ts';
import type { Keeping } from './next.ts';
import type { CollectionOptions, Projection } from './options.ts';
import type { StoredDocument } from './document.ts';
import { compile, makeSchema, type Shape } from './schema.ts';
import { scopeFilter, type Scope } from './scope.ts';
import { openTurns } from './turns.ts';

/** What a collection needs of its store. */
export interface Surroundings {
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
  readonly keeping: Keeping<D>;
  readonly shape: Shape;
  readonly news: News;
  /** One writer of a document at a time in this process: racing writers need not lose to each other. */
  readonly inTurn: ReturnType<typeof openTurns>;
  /** Documents as last written here; none where the service keeps none. */
  readonly recent: LRUCache<string, StoredDocument> | undefined;
  driver(): mongo.Collection<StoredDocument>;
  /** A call of the driver; what it throws becomes a failure of the store that carries no values. */
  run<T>(operation: string, work: () => Promise<T>): Promise<T>;
}

export function openCollection<D extends StoredDocument>(
  options: CollectionOptions<D>,
  { connection, collection, source, log }: Surroundings,
): Collection<D> {
  const { collection: name, schema, schemaVersion, keepRequests, keepRecent = 0 } = options;
  return {
    options,
    keeping: { schemaVersion, source, keepRequests },
    shape: compile(connection.model(name, makeSchema(schema), name).schema),
    news: openNews(),
    inTurn: openTurns(),
    recent: keepRecent > 0 ? new LRUCache({ max: keepRecent }) : undefined,
    driver: () => collection<StoredDocument>(name),
    async run(operation, work) {
      try {
        return await work();
      } catch (error) {
        throw storeFailure(error, `${name}.${operation}`, log);
      }
    },
  };
}

export const where = (filter: object): mongo.Filter<StoredDocument> => filter as mongo.Filter<StoredDocument>;

/** The scope comes last: no filter can replace it. */
export const within = (filter: object, scope: Scope): object => ({ ...filter, ...scopeFilter(scope) });

export function findRaw<D extends StoredDocument>(
  { run, driver }: Collection<D>,
  filter: object,
  projection?: Projection,
): Promise<StoredDocument | undefined> {
  const how = projection ? { projection } : {};
  return run('find', async () => (await driver().findOne(where(filter), how)) ?? undefined);
}

/** A document as this release knows it. */
export function lifted<D extends StoredDocument>({ options }: Collection<D>, raw: StoredDocument): D {
  const { lift, schemaVersion } = options;
  return lift && raw.schemaVersion < schemaVersion ? lift({ ...raw }) : (raw as D);
}

/** That the server refused it because an id or a unique field is taken. */
export const isTaken = (error: unknown): boolean => (error as { code?: unknown }).code === 11000;

/** Writes one document; a failure that is no refusal leaves open whether it was done. */
export async function writeOne<T>(news: News, id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isProblem(error) && !isTaken(error)) tellDoubt(news, id);
    throw error;
  }
}

/** A document was written as it stands here; `hasNews` when the write put events into its outbox. */
export function committed<D extends StoredDocument>(
  { news, recent }: Collection<D>,
  document: D,
  hasNews: boolean,
): void {
  if (hasNews) tellOutbox(news, document);
  recent?.set(document._id, document);
}
