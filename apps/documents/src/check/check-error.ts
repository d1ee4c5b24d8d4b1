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

/** The file is not the cause: the caller repeats the check until the part is available again. */
export const unavailable = (upstream: 'documents-checker' | 'malware-scanner'): Problem =>
  new Problem({
    reason: 'UPSTREAM_UNAVAILABLE',
    message: `The ${upstream} did not respond.`,
    metadata: { upstream },
  });
