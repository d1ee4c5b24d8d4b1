import mongoose, { type mongo } from 'mongoose';
import { LostCallError } from '../connection/bounded-collection.ts';
import type { UpdateOperators } from './diff.ts';
import type { StoredDocument } from './document.ts';
import { createGrouping } from './grouping.ts';
import { settleUpdates, TRACES_PROJECTION, type ConditionalUpdate, type WriteTraces } from './settle-updates.ts';

/** Writes that wait together go as one command. Each is settled alone, as if it had been a command of its own. */

type Driver = () => mongo.Collection<StoredDocument>;
type BulkWrite = mongo.AnyBulkWriteOperation<StoredDocument>;

/** A conditional update with what it changes. */
export interface Replacement extends ConditionalUpdate {
  operators: Partial<UpdateOperators>;
}

/** @returns a function that inserts a document. It rejects with the driver's error. */
export function groupInserts(driver: Driver): (document: StoredDocument) => Promise<void> {
  const insertOne = async (document: StoredDocument) => void (await driver().insertOne(document));
  return createGrouping((documents) => runAloneOr(documents, insertOne, insertTogether));

  async function insertTogether(documents: StoredDocument[]): Promise<PromiseSettledResult<void>[]> {
    const { failures } = await writeTogether(
      driver(),
      documents.map((document) => ({ insertOne: { document } })),
    );
    return documents.map((_, at) => settled(failures.get(at), undefined));
  }
}

/** @returns a function that updates a document; false if it has another revision. It rejects with the driver's error. */
export function groupUpdates(driver: Driver): (update: Replacement) => Promise<boolean> {
  return createGrouping((updates) => runAloneOr(updates, (update) => replaceAlone(driver(), update), replaceTogether));

  async function replaceTogether(updates: Replacement[]): Promise<PromiseSettledResult<boolean>[]> {
    const collection = driver();
    const { failures, matched } = await writeTogether(
      collection,
      updates.map((update) => ({ updateOne: { filter: filterOf(update), update: operatorsOf(update) } })),
    );
    const others = updates.filter((_, at) => !failures.has(at));
    const applied = await findApplied(collection, others, matched);
    return updates.map((update, at) => settled(failures.get(at), applied.has(update)));
  }
}

/** Updates a document by a command of its own. Returns false if it has another revision. */
export async function replaceAlone(
  collection: mongo.Collection<StoredDocument>,
  update: Pick<Replacement, 'id' | 'revision' | 'operators'>,
): Promise<boolean> {
  return (await collection.updateOne(filterOf(update), operatorsOf(update))).matchedCount === 1;
}

const filterOf = ({ id, revision }: Pick<Replacement, 'id' | 'revision'>): mongo.Filter<StoredDocument> => ({
  _id: id,
  revision,
});
const operatorsOf = ({ operators }: Pick<Replacement, 'operators'>) => operators as mongo.UpdateFilter<StoredDocument>;

function settled<T>(failure: unknown, value: T): PromiseSettledResult<T> {
  return failure === undefined ? { status: 'fulfilled', value } : { status: 'rejected', reason: failure };
}

/** Nothing was sent, because the driver could not build the command. */
class NotSentError extends Error {}

/** Runs one item alone. Also runs each alone if the command of all could not be built, so that one fails alone. */
async function runAloneOr<Item, Result>(
  items: Item[],
  alone: (item: Item) => Promise<Result>,
  together: (items: Item[]) => Promise<PromiseSettledResult<Result>[]>,
): Promise<PromiseSettledResult<Result>[]> {
  if (items.length > 1) {
    try {
      return await together(items);
    } catch (error) {
      if (!(error instanceof NotSentError)) throw error;
    }
  }
  return Promise.allSettled(items.map(alone));
}

/**
 * Runs writes as one command. Returns the failed ones by position, and the number of updates that matched.
 * @throws NotSentError; the driver's error if it concerns all writes, and then each may have happened
 */
async function writeTogether(
  collection: mongo.Collection<StoredDocument>,
  writes: BulkWrite[],
): Promise<{ failures: Map<number, Error>; matched: number }> {
  try {
    const { matchedCount } = await collection.bulkWrite(writes, { ordered: false });
    return { failures: new Map(), matched: matchedCount };
  } catch (error) {
    if (error instanceof LostCallError) throw error;
    const { MongoBulkWriteError, MongoServerError } = mongoose.mongo;
    // The driver wraps every error from the moment of sending.
    if (!(error instanceof MongoBulkWriteError)) throw new NotSentError();
    const concern = error.result.getWriteConcernError();
    // Without the code of a failed write, which others would take for theirs.
    if (concern) throw new MongoServerError({ code: concern.code ?? 0, errmsg: concern.errmsg ?? '' });
    const writeErrors = [error.writeErrors].flat();
    if (writeErrors.length === 0) throw error;
    const failures = writeErrors.map(
      ({ index, code, errmsg }) => [index, new MongoServerError({ code, errmsg: errmsg ?? '' })] as const,
    );
    return { failures: new Map(failures), matched: error.matchedCount };
  }
}

/** Returns the updates that were applied, from the number that the server counted. */
async function findApplied(
  collection: mongo.Collection<StoredDocument>,
  updates: Replacement[],
  matched: number,
): Promise<ReadonlySet<Replacement>> {
  if (matched === updates.length) return new Set(updates);
  if (matched === 0) return new Set();
  // Without an answer, no document proves anything.
  const found = await collection
    .find<WriteTraces>({ _id: { $in: updates.map(({ id }) => id) } }, { projection: TRACES_PROJECTION })
    .toArray()
    .catch(() => []);
  const applied = settleUpdates(updates, matched, new Map(found.map((one) => [one._id, one])));
  return new Set(updates.filter((_, at) => applied[at]));
}
