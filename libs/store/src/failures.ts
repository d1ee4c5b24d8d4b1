import { isProblem, Problem } from '@cups/problem';

/** STORE_UNAVAILABLE: the caller may try again by itself. */
export const unavailable = (): Problem =>
  new Problem({ reason: 'STORE_UNAVAILABLE', message: 'The store cannot be reached right now.' });

/** Codes with which a server says "not now": no primary, stepping down, shutting down, interrupted, out of time. */
const passing = new Set([6, 7, 50, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
const answered = new Set(['MongoServerError', 'MongoWriteConcernError', 'MongoBulkWriteError']);

/**
 * What a failed call of the driver becomes: STORE_UNAVAILABLE, or an error with the operation and the code only. Texts of
 * the driver hold values of documents, so none of them goes on.
 */
export function storeFailure(error: unknown, operation: string): Error {
  if (isProblem(error)) return error;
  const { name = 'unknown', code } = error as { name?: string; code?: number };
  if (passing.has(code ?? -1)) return unavailable();
  if (/^Mongo(?!Invalid|Parse|Missing|Runtime)/.test(name) && !answered.has(name)) return unavailable();
  return new Error(`store: ${operation} failed (${name}, code ${code})`);
}
