import { Problem } from '@cups/problem';

/** Why a check failed. Nothing is known about the file then, but the file may be the cause. */
export type CheckErrorCode =
  /** The child did not answer in time. */
  | 'CHECK_TIMEOUT'
  /** The child ended before its answer was complete: a crash, or a limit on memory or processor time. */
  | 'CHECK_ENDED'
  /** The child reported an error of its own. */
  | 'CHECK_FAILED'
  /** The answer does not follow the protocol. */
  | 'CHECK_INVALID'
  /** The malware scanner reached a limit of its own inside the file, so it read a part only. */
  | 'CHECK_UNSCANNED'
  /** The caller ended the check. */
  | 'CHECK_ABORTED';

export class CheckError extends Error {
  readonly code: CheckErrorCode;

  constructor(code: CheckErrorCode, options?: ErrorOptions) {
    super(`The check failed: ${code}.`, options);
    this.name = 'CheckError';
    this.code = code;
  }
}

/** Why the scanner gave no verdict, for logs. An error of the connection has the code of the system. */
export class ScannerError extends Error {
  readonly code: 'SCANNER_SIZE_LIMIT' | 'SCANNER_TIMEOUT' | 'SCANNER_UNCLEAR';

  constructor(code: ScannerError['code']) {
    super(`The malware scanner gave no verdict: ${code}.`);
    this.name = 'ScannerError';
    this.code = code;
  }
}

/**
 * The file is not the cause: the caller repeats the check until the part is available again.
 * @param cause logged by its code
 */
export function unavailable(upstream: 'documents-checker' | 'malware-scanner', cause?: unknown): Problem {
  const message = `The ${upstream} did not respond.`;
  const problem = new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message, metadata: { upstream } });
  problem.cause = cause;
  return problem;
}
