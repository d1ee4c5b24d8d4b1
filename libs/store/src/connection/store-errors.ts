import type { Log } from '@cups/contracts';
import { isCertificateError, isPlaintextPeerError } from '@cups/contracts/node';
import { isProblem, Problem } from '@cups/problem';

/** STORE_UNAVAILABLE: the caller may try again by itself. */
export const storeUnavailable = (): Problem =>
  new Problem({ reason: 'STORE_UNAVAILABLE', message: 'The store cannot be reached right now.' });

/**
 * Codes with which a server says "not now": no primary, stepping down, shutting down, interrupted, out of time, a lock not
 * had in time (24), a write that met another (112).
 */
const TRANSIENT_CODES = new Set([6, 7, 24, 50, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
/**
 * Passing as well, but worth a line: "internal error" (1), and codes of a vendor's own. With these a gateway answers whose
 * database behind it is away (seen on DocumentDB over PostgreSQL); they could also hide a fault of ours.
 */
const isAmbiguous = (code: number): boolean => code === 1 || code > 1_000_000;
const SERVER_ERROR_NAMES = new Set(['MongoServerError', 'MongoWriteConcernError', 'MongoBulkWriteError']);

/** The last is a network error as well; it alone of the driver's has no `Mongo` before its name. */
const CONNECTION_LOST_NAME =
  /^(Mongo(Network|ServerSelection|ServerClosed|TopologyClosed|PoolCleared|NotConnected)|PoolClearedOnNetwork)Error$/;

/** Whether the connection is gone, so that the next one may lead to another server; a call that only took too long says no. */
export function isConnectionLost(error: unknown): boolean {
  const { name = '', code } = error as { name?: string; code?: unknown };
  // The driver lets some errors of a socket through as they are.
  if (typeof code === 'string') return /^E(PIPE|CONNRESET|CONNREFUSED|HOSTUNREACH|NETUNREACH|NOTFOUND)$/.test(code);
  return CONNECTION_LOST_NAME.test(name);
}

/**
 * A call of the driver that failed, and will fail again. Texts of the driver hold values of documents, so neither this error nor its
 * cause carries one: the log shows the operation, the code, and where it was thrown.
 */
class StoreError extends Error {
  override readonly name = 'StoreError';
  /** `cases.update` */
  readonly operation: string;
  /** The server's code (`11000`), else its name (`BadValue`), else the class of the error. */
  readonly code: string;

  constructor(operation: string, thrown: unknown) {
    const cause = redactError(thrown);
    super(`store: ${operation} failed (${cause.name}, code ${cause.code})`, { cause });
    this.operation = operation;
    this.code = cause.code;
  }
}

/** A copy of an error with its class, code, stack and causes, and an empty text. */
function redactError(thrown: unknown, depth = 0): Error & { code: string } {
  const {
    name = typeof thrown,
    message = '',
    stack = '',
    code,
    codeName,
    cause,
  } = (thrown ?? {}) as Partial<DriverError>;
  const copy = new Error('', cause instanceof Error && depth < 3 ? { cause: redactError(cause, depth + 1) } : {});
  // The text may hold lines that look like frames: what follows it is the stack, and without it there is none.
  const start = stack.indexOf(message);
  copy.stack = start < 0 ? '' : stack.slice(start + message.length);
  return Object.assign(copy, { name, code: String(code ?? codeName ?? name) });
}

interface DriverError {
  name: string;
  message: string;
  stack: string;
  code: number | string;
  codeName: string;
  cause: unknown;
}

/** What a failed call of the driver becomes: STORE_UNAVAILABLE, or a StoreError. */
export function toStoreError(thrown: unknown, operation: string, log: Log): Error {
  if (isProblem(thrown)) return thrown;
  const error = unwrapBulkError(thrown);
  if (isConnectionLost(error)) return storeUnavailable();
  const { name = 'unknown', code = -1 } = error as { name?: string; code?: number };
  if (TRANSIENT_CODES.has(code)) return storeUnavailable();
  if (isAmbiguous(code)) {
    log.warn({ event: 'store-failed-inside', resource: operation, code: String(code) });
    return storeUnavailable();
  }
  if (/^Mongo(?!Invalid|Parse|Missing|Runtime)/.test(name) && !SERVER_ERROR_NAMES.has(name)) return storeUnavailable();
  return new StoreError(operation, error);
}

/** A bulk write wraps what ended it, also where no server has answered, and is then named as if one had. */
function unwrapBulkError(error: unknown): unknown {
  const { name, errorResponse } = error as { name?: string; errorResponse?: unknown };
  return name === 'MongoBulkWriteError' && errorResponse instanceof Error ? errorResponse : error;
}

/** As much as is looked at of what the driver throws: it wraps the first cause in others, one for each server. */
interface WrappedError {
  code?: unknown;
  cause?: unknown;
  reason?: { servers?: Map<string, { error: unknown }> };
}

/** Codes of a server that does not take a user: sign-in failed, or has no right to this database. */
const AUTHENTICATION_CODES = new Set<unknown>([13, 18]);

/**
 * What stays so until somebody changes a certificate or a password, as one sentence that says which; never with an address or a
 * password. Pure.
 * @returns undefined for everything else
 */
export function explainDenial(error: unknown): string | undefined {
  const open: unknown[] = [error];
  for (let depth = 0; open.length > 0 && depth < 16; depth += 1) {
    const { code, cause, reason } = (open.shift() ?? {}) as WrappedError;
    if (isCertificateError(code)) {
      return `The certificate of the store does not count (${code}): MONGODB_TLS_CA_FILE must hold the authority that issued it.`;
    }
    if (isPlaintextPeerError(code))
      return 'The store speaks no TLS where MONGODB_URI and MONGODB_TLS_CA_FILE say that it does.';
    if (AUTHENTICATION_CODES.has(code)) return 'The store does not take the user and password of MONGODB_URI.';
    open.push(cause, ...[...(reason?.servers?.values() ?? [])].map((server) => server.error));
  }
  return undefined;
}
