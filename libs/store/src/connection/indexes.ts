import { isDeepStrictEqual } from 'node:util';
import type { mongo } from 'mongoose';

/** An index and the query that needs it. */
export interface Index {
  fields: Record<string, 1 | -1>;
  /** The query or screen. */
  query: string;
  unique?: boolean;
  /** Leaves out documents without the field. */
  sparse?: boolean;
  partial?: object;
}

/** Indexes of every document collection. */
export const STORE_INDEXES: readonly Index[] = [
  { fields: { createRequest: 1 }, unique: true, sparse: true, query: 'replayed creates' },
  { fields: { 'outbox.time': 1 }, sparse: true, query: 'the sweep of the relay' },
  { fields: { 'timer.due': 1 }, sparse: true, query: 'the looks for due timers' },
];

/** An index that could not be created: its name and the server's code, without the server's text. */
export class IndexCreationError extends Error {
  override readonly name = 'IndexMissing';
  readonly index: string;
  readonly code: string;

  constructor(index: string, code: string) {
    super(`the index ${index} could not be created (code ${code})`);
    this.index = index;
    this.code = code;
  }
}

/** Returns MongoDB's default name, `field_1_other_-1`. */
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

/** Whether the index is in the list with the same fields and options. */
export const isAmong = (index: Index, others: Index[]): boolean =>
  others.some((other) => isDeepStrictEqual(toIndexDescription(other), toIndexDescription(index)));

/**
 * Creates indexes in one command; existing ones stay.
 * @throws IndexMissing when the server rejects one; the driver's error when it is unreachable
 */
export async function createIndexes(collection: mongo.Collection, indexes: Index[]): Promise<void> {
  try {
    await collection.createIndexes(indexes.map(toIndexDescription));
  } catch (error) {
    const { name, code, message = '' } = error as { name?: string; code?: number; message?: string };
    if (name !== 'MongoServerError') throw error;
    // The server's text holds document values, so only known index names are searched for in it.
    const named = indexes.map(indexName).find((one) => message.includes(` ${one} `));
    throw new IndexCreationError(`${collection.collectionName}.${named ?? '*'}`, String(code));
  }
}
