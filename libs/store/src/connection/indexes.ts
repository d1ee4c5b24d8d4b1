import { isDeepStrictEqual } from 'node:util';
import type { mongo } from 'mongoose';

/** An index with the reason why it is there. */
export interface Index {
  fields: Record<string, 1 | -1>;
  /** Which query, which screen. */
  query: string;
  unique?: boolean;
  /** Documents without the field are left out. */
  sparse?: boolean;
  partial?: object;
}

/** What every collection of documents has; `query` says what for. */
const STORE_INDEXES: Index[] = [
  { fields: { createRequest: 1 }, unique: true, sparse: true, query: 'replayed creates' },
  { fields: { 'outbox.time': 1 }, sparse: true, query: 'the sweep of the relay' },
  { fields: { 'timer.due': 1 }, sparse: true, query: 'the looks for due timers' },
];

/** An index that could not be made: its name and the server's code, and nothing of what the server said. */
export class IndexCreationError extends Error {
  override readonly name = 'IndexMissing';
  readonly index: string;
  readonly code: string;

  constructor(index: string, code: string) {
    super(`the index ${index} could not be made (code ${code})`);
    this.index = index;
    this.code = code;
  }
}

/** The name that MongoDB would give, `field_1_other_-1`. */
const indexName = ({ fields }: Index): string =>
  Object.entries(fields)
    .map(([field, order]) => `${field}_${order}`)
    .join('_');

const toIndexDescription = (index: Index): mongo.IndexDescription => ({
  key: index.fields,
  name: indexName(index),
  ...(index.unique && { unique: true }),
  ...(index.sparse && { sparse: true }),
  ...(index.partial && { partialFilterExpression: index.partial as mongo.Document }),
});

/** Whether whoever made `others` made this index too. */
export const isAmong = (index: Index, others: Index[]): boolean =>
  others.some((other) => isDeepStrictEqual(toIndexDescription(other), toIndexDescription(index)));

/**
 * Makes the store's own indexes and `indexes`, all in one command; those that are there already are left as they are.
 *
 * @throws IndexMissing when the server refuses one; the driver's error when it cannot be reached
 */
export async function createIndexes(collection: mongo.Collection, indexes: Index[]): Promise<void> {
  const wanted = [...STORE_INDEXES, ...indexes];
  try {
    await collection.createIndexes(wanted.map(toIndexDescription));
  } catch (error) {
    const { name, code, message = '' } = error as { name?: string; code?: number; message?: string };
    if (name !== 'MongoServerError') throw error;
    // The text holds values of documents; only the names that we gave ourselves are looked for in it.
    const named = wanted.map(indexName).find((one) => message.includes(` ${one} `));
    throw new IndexCreationError(`${collection.collectionName}.${named ?? '*'}`, String(code));
  }
}
