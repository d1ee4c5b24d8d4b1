import type { Log } from '@cups/contracts';
import { isCertificateError, isPlaintextPeerError } from '@cups/contracts/node';
import { isProblem, Problem } from '@cups/problem';

/** STORE_UNAVAILABLE: the caller may retry automatically. */
export const storeUnavailable = (): Problem =>
  new Problem({ reason: 'STORE_UNAVAILABLE', message: 'The store is unavailable.' });

/**
 * Transient server codes: no primary, stepping down, shutting down, interrupted, timed out, lock timeout (24), write
 * conflict (112).
 */
const TRANSIENT_CODES = new Set([6, 7, 24, 50, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
/**
 * Treated as transient, but logged: "internal error" (1) and vendor codes. A gateway returns them while its database
 * is unavailable (DocumentDB over PostgreSQL); they could also hide a bug.
 */
const isAmbiguous = (code: number): boolean => code === 1 || code > 1_000_000;
const SERVER_ERROR_NAMES = new Set(['MongoServerError', 'MongoWriteConcernError', 'MongoBulkWriteError']);

/** PoolClearedOnNetworkError is the driver's only network error without the prefix `Mongo`. */
const CONNECTION_LOST_NAME =
  /^(Mongo(Network|ServerSelection|ServerClosed|TopologyClosed|PoolCleared|NotConnected)|PoolClearedOnNetwork)Error$/;

/** Whether the connection is lost, so that the next one may reach another server. False for a timeout. */
export function isConnectionLost(error: unknown): boolean {
  const { name = '', code } = error as { name?: string; code?: unknown };
  // The driver passes some socket errors through unchanged.
  if (typeof code === 'string') return /^E(PIPE|CONNRESET|CONNREFUSED|HOSTUNREACH|NETUNREACH|NOTFOUND)$/.test(code);
  return CONNECTION_LOST_NAME.test(name);
}

/**
 * A permanent failure of a driver call. Driver texts hold document values, so neither this error nor its cause
 * carries one; the log shows operation, code and stack.
 */
class StoreError extends Error {
  override readonly name = 'StoreError';
  /** `cases.update` */
  readonly operation: string;
  /** The server's code (`11000`), otherwise its name (`BadValue`), otherwise the error class. */
  readonly code: string;

  constructor(operation: string, thrown: unknown) {
    const cause = redactError(thrown);
    super(`store: ${operation} failed (${cause.name}, code ${cause.code})`, { cause });
    this.operation = operation;
    this.code = cause.code;
  }
}

/** Copies an error with class, code, stack and causes, without its text. */
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
  // The text may contain lines that look like stack frames, so only what follows it is copied.
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

/** Maps a failed driver call to STORE_UNAVAILABLE or a StoreError. */
export function toStoreError(thrown: unknown, operation: string, log: Log): Error {
  if (isProblem(thrown)) return thrown;
  const error = unwrapBulkError(thrown);
  if (isConnectionLost(error)) return storeUnavailable();
  const { name = 'unknown', code = -1 } = error as { name?: string; code?: number };
  if (TRANSIENT_CODES.has(code)) return storeUnavailable();
  if (isAmbiguous(code)) {
    log.warn({ event: 'store-operation-failed', resource: operation, code: String(code) });
    return storeUnavailable();
  }
  if (/^Mongo(?!Invalid|Parse|Missing|Runtime)/.test(name) && !SERVER_ERROR_NAMES.has(name)) return storeUnavailable();
  return new StoreError(operation, error);
}

/** Unwraps a failed bulk write, whose class is the same whether or not a server answered. */
function unwrapBulkError(error: unknown): unknown {
  const { name, errorResponse } = error as { name?: string; errorResponse?: unknown };
  return name === 'MongoBulkWriteError' && errorResponse instanceof Error ? errorResponse : error;
}

/** The used part of a driver error, which wraps the root cause once per server. */
interface WrappedError {
  code?: unknown;
  cause?: unknown;
  reason?: { servers?: Map<string, { error: unknown }> };
}

/** Server codes for a rejected user: sign-in failed, or no access to this database. */
const AUTHENTICATION_CODES = new Set<unknown>([13, 18]);

/**
 * Returns one sentence for a certificate or password error, which persists until an administrator fixes it. Contains
 * no address or password. Undefined for everything else.
 */
export function explainDenial(error: unknown): string | undefined {
  const open: unknown[] = [error];
  for (let depth = 0; open.length > 0 && depth < 16; depth += 1) {
    const { code, cause, reason } = (open.shift() ?? {}) as WrappedError;
    if (isCertificateError(code)) {
      return `The certificate of the store is not trusted (${code}): MONGODB_TLS_CA_FILE must contain its issuing authority.`;
    }
    if (isPlaintextPeerError(code))
      return 'The store does not use TLS, which MONGODB_URI and MONGODB_TLS_CA_FILE require.';
    if (AUTHENTICATION_CODES.has(code)) return 'The store rejects the user and password of MONGODB_URI.';
    open.push(cause, ...[...(reason?.servers?.values() ?? [])].map((server) => server.error));
  }
  return undefined;
}
