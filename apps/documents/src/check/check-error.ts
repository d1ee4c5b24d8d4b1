/** Why a check failed. Nothing is known about the file then. */
export type CheckErrorCode =
  /** The child, or the checker, did not answer in time. */
  | 'CHECK_TIMEOUT'
  /** The child ended before its answer was complete: a crash, or a limit on memory or processor time. */
  | 'CHECK_ENDED'
  /** The child reported an error of its own. */
  | 'CHECK_FAILED'
  /** The answer does not follow the protocol. */
  | 'CHECK_INVALID'
  /** The caller ended the check. */
  | 'CHECK_ABORTED'
  /** The checker could not be reached, or the child could not be started. */
  | 'CHECKER_UNAVAILABLE'
  /** The malware scanner could not be reached, or did not give a verdict. */
  | 'SCANNER_UNAVAILABLE';

export class CheckError extends Error {
  readonly code: CheckErrorCode;

  constructor(code: CheckErrorCode, options?: ErrorOptions) {
    super(`The check failed: ${code}.`, options);
    this.name = 'CheckError';
    this.code = code;
  }
}
