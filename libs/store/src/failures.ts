import { isProblem, Problem } from '@cups/problem';

/** STORE_UNAVAILABLE: the caller may try again by itself. */
export const unavailable = (): Problem =>
  new Problem({ kind: 'UNAVAILABLE', reason: 'STORE_UNAVAILABLE', message: 'The store cannot be reached right now.' });

/** Codes with which a server says "not now": no primary, stepping down, shutting down, interrupted. */
const passing = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 50]);

export const isDuplicate = (error: unknown): boolean => (error as { code?: unknown }).code === 11000;

/**
 * What a failed call of the driver becomes. Texts of the driver hold values of documents, so that none of them goes on:
 * either STORE_UNAVAILABLE, or an error with the operation and the code only.
 */
export function storeFailure(error: unknown, operation: string): Error {
  if (isProblem(error)) return error;
  const { name, code } = error as { name?: string; code?: number };
  if (name?.startsWith('Mongo')) {
    const answered = name === 'MongoServerError' || name === 'MongoWriteConcernError' || name === 'MongoBulkWriteError';
    if (!answered && !/Invalid|Argument|Parse|Missing/.test(name)) return unavailable();
    if (typeof code === 'number' && passing.has(code)) return unavailable();
  }
  return new Error(`store: ${operation} failed (${name ?? 'unknown'}${code === undefined ? '' : `, code ${code}`})`);
}
