import type { Log } from '@cups/contracts';
import { isCertificateRefused, speaksNoTls } from '@cups/contracts/node';
import { isProblem, Problem } from '@cups/problem';

/** STORE_UNAVAILABLE: the caller may try again by itself. */
export const unavailable = (): Problem =>
  new Problem({ reason: 'STORE_UNAVAILABLE', message: 'The store cannot be reached right now.' });

/**
 * Codes with which a server says "not now": no primary, stepping down, shutting down, interrupted, out of time, a lock not
 * had in time (24), a write that met another (112).
 */
const passing = new Set([6, 7, 24, 50, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
/**
 * Passing as well, but worth a line: "internal error" (1), and codes of a vendor's own. With these a gateway answers whose
 * database behind it is away (seen on DocumentDB over PostgreSQL); they could also hide a fault of ours.
 */
const isDoubtful = (code: number): boolean => code === 1 || code > 1_000_000;
const answered = new Set(['MongoServerError', 'MongoWriteConcernError', 'MongoBulkWriteError']);

/** The last is a network error as well; it alone of the driver's has no `Mongo` before its name. */
const LOST =
  /^(Mongo(Network|ServerSelection|ServerClosed|TopologyClosed|PoolCleared|NotConnected)|PoolClearedOnNetwork)Error$/;

/** Whether the connection is gone, so that the next one may lead to another server; a call that only took too long says no. */
export function isConnectionLost(error: unknown): boolean {
  const { name = '', code } = error as { name?: string; code?: unknown };
  // The driver lets some errors of a socket through as they are.
  if (typeof code === 'string') return /^E(PIPE|CONNRESET|CONNREFUSED|HOSTUNREACH|NETUNREACH|NOTFOUND)$/.test(code);
  return LOST.test(name);
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
    const cause = withoutText(thrown);
    super(`store: ${operation} failed (${cause.name}, code ${cause.code})`, { cause });
    this.operation = operation;
    this.code = cause.code;
  }
}

/** A copy of an error with its class, code, stack and causes, and an empty text. */
function withoutText(thrown: unknown, depth = 0): Error & { code: string } {
  const { name = typeof thrown, message = '', stack = '', code, codeName, cause } = (thrown ?? {}) as Partial<Thrown>;
  const copy = new Error('', cause instanceof Error && depth < 3 ? { cause: withoutText(cause, depth + 1) } : {});
  // The text may hold lines that look like frames: what follows it is the stack, and without it there is none.
  const start = stack.indexOf(message);
  copy.stack = start < 0 ? '' : stack.slice(start + message.length);
  return Object.assign(copy, { name, code: String(code ?? codeName ?? name) });
}

interface Thrown {
  name: string;
  message: string;
  stack: string;
  code: number | string;
  codeName: string;
  cause: unknown;
}

/** What a failed call of the driver becomes: STORE_UNAVAILABLE, or a StoreError. */
export function storeFailure(thrown: unknown, operation: string, log: Log): Error {
  if (isProblem(thrown)) return thrown;
  const error = unwrapped(thrown);
  if (isConnectionLost(error)) return unavailable();
  const { name = 'unknown', code = -1 } = error as { name?: string; code?: number };
  if (passing.has(code)) return unavailable();
  if (isDoubtful(code)) {
    log.warn({ event: 'store-failed-inside', resource: operation, code: String(code) });
    return unavailable();
  }
  if (/^Mongo(?!Invalid|Parse|Missing|Runtime)/.test(name) && !answered.has(name)) return unavailable();
  return new StoreError(operation, error);
}

/** A bulk write wraps what ended it, also where no server has answered, and is then named as if one had. */
function unwrapped(error: unknown): unknown {
  const { name, errorResponse } = error as { name?: string; errorResponse?: unknown };
  return name === 'MongoBulkWriteError' && errorResponse instanceof Error ? errorResponse : error;
}

/** As much as is looked at of what the driver throws: it wraps the first cause in others, one for each server. */
interface Failure {
  code?: unknown;
  cause?: unknown;
  reason?: { servers?: Map<string, { error: unknown }> };
}

/** Codes of a server that does not take a user: sign-in failed, or has no right to this database. */
const USER_REFUSED = new Set<unknown>([13, 18]);

/**
 * What stays so until somebody changes a certificate or a password, as one sentence that says which; never with an address or a
 * password. Pure.
 * @returns undefined for everything else
 */
export function denialOf(error: unknown): string | undefined {
  const open: unknown[] = [error];
  for (let depth = 0; open.length > 0 && depth < 16; depth += 1) {
    const { code, cause, reason } = (open.shift() ?? {}) as Failure;
    if (isCertificateRefused(code)) {
      return `The certificate of the store does not count (${code}): MONGODB_TLS_CA_FILE must hold the authority that issued it.`;
    }
    if (speaksNoTls(code)) return 'The store speaks no TLS where MONGODB_URI and MONGODB_TLS_CA_FILE say that it does.';
    if (USER_REFUSED.has(code)) return 'The store does not take the user and password of MONGODB_URI.';
    open.push(cause, ...[...(reason?.servers?.values() ?? [])].map((server) => server.error));
  }
  return undefined;
}
