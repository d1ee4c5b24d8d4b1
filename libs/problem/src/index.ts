import type { Violation } from './violation.ts';

export { isRule, RULES } from './rules.ts';
export type { PlainRule, Rule } from './rules.ts';
export { withLocation, pointer, readViolation, violation } from './violation.ts';
export type { ParameterLocation, Violation } from './violation.ts';

/** The protocol-independent class of an error. Each boundary maps it to its own codes. */
export type ProblemKind =
  | 'INVALID'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'EXISTS'
  | 'PRECONDITION'
  | 'ABORTED'
  | 'EXHAUSTED'
  | 'UNAVAILABLE'
  | 'DEADLINE'
  | 'INTERNAL'
  | 'CANCELLED';

interface ReasonRow {
  readonly kind: ProblemKind;
  /** What the caller should do: one imperative sentence. */
  readonly action: string;
}

/** Every reason that the platform can return, with its kind and the caller's next action. */
export const REASONS = {
  INVALID_ARGUMENT: {
    kind: 'INVALID',
    action: 'Correct the fields listed in the violations and send the request again.',
  },
  IDNP_INVALID: { kind: 'INVALID', action: 'Check the personal number against the identity document and correct it.' },
  REQUEST_ID_INVALID: { kind: 'INVALID', action: 'Send a UUID as the request ID (HTTP: Idempotency-Key).' },
  PAGE_TOKEN_INVALID: {
    kind: 'INVALID',
    action: 'Restart at the first page and keep the other arguments unchanged while paging.',
  },
  PAYLOAD_TOO_LARGE: { kind: 'INVALID', action: 'Reduce the size of the request.' },
  ANSWERS_TOO_LARGE: { kind: 'INVALID', action: 'Shorten the answers to at most 64 KiB, files excluded.' },
  APPLICATION_INCOMPLETE: {
    kind: 'INVALID',
    action: 'Complete the fields listed in the violations, then submit again.',
  },
  MEDIA_TYPE_UNSUPPORTED: { kind: 'INVALID', action: 'Send the body as application/json.' },
  DEADLINE_MISSING: { kind: 'INVALID', action: 'Set a deadline on the call.' },
  REQUEST_ID_REUSED: {
    kind: 'EXISTS',
    action: 'Send the changed request with a new request ID.',
  },
  APPLICATION_EXISTS: { kind: 'EXISTS', action: 'Choose another application ID, or read the existing application.' },
  TRACKING_NUMBER_TAKEN: { kind: 'EXISTS', action: 'Generate another tracking number.' },
  ALREADY_EXISTS: { kind: 'EXISTS', action: 'Choose another ID, or read the existing resource.' },
  UNAUTHENTICATED: { kind: 'UNAUTHENTICATED', action: 'Sign in, then try again.' },
  SESSION_EXPIRED: { kind: 'UNAUTHENTICATED', action: 'Sign in again.' },
  SESSION_INVALID: { kind: 'UNAUTHENTICATED', action: 'Sign in again.' },
  SESSION_KEY_REQUIRED: { kind: 'UNAUTHENTICATED', action: 'Sign in again.' },
  TOKEN_INVALID: {
    kind: 'UNAUTHENTICATED',
    action: 'Ask a platform administrator to check the keys and the clock of the calling service.',
  },
  CALLER_MISMATCH: {
    kind: 'UNAUTHENTICATED',
    action: 'Ask a platform administrator to check the certificate and the key of the calling service.',
  },
  PERMISSION_DENIED: { kind: 'FORBIDDEN', action: 'Ask the centre manager for the permission.' },
  CROSS_SITE_REQUEST: { kind: 'FORBIDDEN', action: 'Send the request from a page of the platform.' },
  OPERATOR_SUSPENDED: { kind: 'FORBIDDEN', action: 'Ask the centre manager to lift the suspension.' },
  DEVICE_REVOKED: { kind: 'FORBIDDEN', action: 'Remove the local data, then ask the centre manager.' },
  OFFLINE_CLAIM_INVALID: {
    kind: 'FORBIDDEN',
    action: 'Sign in on this device as the operator of the act, then send the act with the new grant.',
  },
  SELF_CHANGE_NOT_ALLOWED: { kind: 'FORBIDDEN', action: 'Ask another supervisor to make the change.' },
  LAST_MANAGER: { kind: 'PRECONDITION', action: 'Appoint another manager of the centre first.' },
  LAST_SUPERVISOR: { kind: 'PRECONDITION', action: 'Appoint another supervisor first.' },
  ROLES_CONFLICT: {
    kind: 'PRECONDITION',
    action: 'Choose compatible roles and at most 20 centres.',
  },
  INVITATION_REFUSED: {
    kind: 'FORBIDDEN',
    action: 'Check the number and both names, or ask a supervisor to send the invitation.',
  },
  IDENTITY_PROVIDER_UNKNOWN: { kind: 'INVALID', action: 'Sign in with a provider that this platform offers.' },
  SIGN_IN_REFUSED: {
    kind: 'UNAUTHENTICATED',
    action: 'Start the sign-in again.',
  },
  SIGN_IN_EXPIRED: {
    kind: 'UNAUTHENTICATED',
    action: 'Start the sign-in again in this browser and finish it within ten minutes.',
  },
  OPERATOR_UNKNOWN: { kind: 'FORBIDDEN', action: 'Ask the centre manager for an invitation.' },
  SECOND_FACTOR_REQUIRED: {
    kind: 'FORBIDDEN',
    action: 'Sign in again with a second factor.',
  },
  IDENTITY_PROVIDER_UNAVAILABLE: {
    kind: 'UNAVAILABLE',
    action: 'Try to sign in again in a few minutes.',
  },
  NOT_FOUND: { kind: 'NOT_FOUND', action: 'Check the name of the resource and your access to it.' },
  METHOD_NOT_FOUND: { kind: 'NOT_FOUND', action: 'Check the path and the method against the published contract.' },
  ACTION_NOT_ALLOWED: {
    kind: 'PRECONDITION',
    action: 'Read the resource again and choose one of its allowed actions.',
  },
  OWN_APPLICATION: {
    kind: 'FORBIDDEN',
    action: 'Ask a colleague to process the application.',
  },
  CENTRE_NOT_OPEN: { kind: 'PRECONDITION', action: 'Wait until the centre opens, or choose an open centre.' },
  ANSWER_DATE_PASSED: {
    kind: 'PRECONDITION',
    action: 'Open a new application that corrects this one once it has expired.',
  },
  DESK_TIME_UNBOUNDED: { kind: 'PRECONDITION', action: 'Let a supervisor decide whether the act was in time.' },
  CENTRE_MISMATCH: { kind: 'PRECONDITION', action: 'Sign in at the centre of the act, then send it again.' },
  TRAINING_MISMATCH: {
    kind: 'PRECONDITION',
    action: 'Create a new application, for training or for real work.',
  },
  CENTRE_PAUSED: { kind: 'PRECONDITION', action: 'Wait until the centre is active again before you create drafts.' },
  CENTRE_CLOSED: {
    kind: 'PRECONDITION',
    action: 'Send the applicant to another centre.',
  },
  CENTRE_LIMIT_REACHED: {
    kind: 'PRECONDITION',
    action: 'Finish open applications first.',
  },
  SERVICE_NOT_FILEABLE: {
    kind: 'PRECONDITION',
    action: 'Tell the applicant where to request this service.',
  },
  SERVICE_PAUSED: {
    kind: 'PRECONDITION',
    action: 'Tell the applicant the reason in the detail, and create the application when the public service resumes.',
  },
  SERVICE_VERSION_EXPIRED: {
    kind: 'PRECONDITION',
    action: 'Update the draft to the current version, check it, then submit.',
  },
  MANDATE_REQUIRED: {
    kind: 'PRECONDITION',
    action: 'Record a mandate of the person and name it.',
  },
  MANDATE_NOT_COVERING: {
    kind: 'PRECONDITION',
    action: 'Record a mandate of this person for this public service and name it.',
  },
  MANDATE_EXPIRED: { kind: 'PRECONDITION', action: 'Record a new mandate of the person and name it.' },
  MANDATE_REVOKED: {
    kind: 'PRECONDITION',
    action: 'Ask the person whether they grant a new mandate. Withdrawing and handing over need none.',
  },
  CORRECTION_NOT_SUPPORTED: {
    kind: 'PRECONDITION',
    action: 'Withdraw the application, and create another one that names it in `corrects`.',
  },
  MESSAGE_LIMIT_REACHED: {
    kind: 'PRECONDITION',
    action: 'Call instead: 10 messages on one day and 50 for one application are the limit of each side.',
  },
  MESSAGES_NOT_SUPPORTED: {
    kind: 'PRECONDITION',
    action: 'Call the agency, which does not read messages.',
  },
  RESULT_REVOKED: {
    kind: 'PRECONDITION',
    action: 'Wait for the correction of the agency, or withdraw the application.',
  },
  PERSONAL_DATA_ERASED: {
    kind: 'PRECONDITION',
    action: 'Open a new application: the personal data of this one were erased and cannot be restored.',
  },
  PROCESSING_RESTRICTED: {
    kind: 'PRECONDITION',
    action: 'Only show, withdraw or hand over, until a supervisor ends the restriction that the person asked for.',
  },
  ERASURE_REFUSED: {
    kind: 'PRECONDITION',
    action: 'Tell the person why: `cause` names it, with the category of the data, its law and the end of its term.',
  },
  DOCUMENT_NOT_READY: { kind: 'PRECONDITION', action: 'Wait until the document is checked, then try again.' },
  DOCUMENT_REFUSED: { kind: 'PRECONDITION', action: 'Upload another file in place of the refused one.' },
  DOCUMENT_IN_USE: {
    kind: 'PRECONDITION',
    action: 'Keep the document: a submission contains it. Supply another one if the agency requests it.',
  },
  DOCUMENT_LIMIT_REACHED: {
    kind: 'PRECONDITION',
    action: 'Remove a document of this application before you upload another one.',
  },
  DOCUMENT_QUOTA_REACHED: {
    kind: 'PRECONDITION',
    action: 'File the application without scans, and ask a supervisor to raise the quota of the centre.',
  },
  STORAGE_FULL: {
    kind: 'UNAVAILABLE',
    action: 'File the application without scans, and upload them later.',
  },
  UPLOAD_OFFSET_MISMATCH: { kind: 'ABORTED', action: 'Ask for the stored size and continue the upload there.' },
  UPLOAD_DIGEST_MISMATCH: { kind: 'INVALID', action: 'Read the file again and upload it from the start.' },
  RESULT_DOCUMENT_INVALID: {
    kind: 'PRECONDITION',
    action: 'Upload the result document for this delivery, then name it in the decision.',
  },
  EARLIER_ACT_QUARANTINED: {
    kind: 'PRECONDITION',
    action: 'Decide first about the earlier act on the same application.',
  },
  QUARANTINE_FULL: {
    kind: 'EXHAUSTED',
    action: 'Ask a supervisor to decide about the quarantined acts of the device, then hand in again.',
  },
  SUBMISSION_WITHDRAWN: { kind: 'PRECONDITION', action: 'Do not send the submission.' },
  POWER_NOT_VALID: {
    kind: 'PRECONDITION',
    action: 'Check code and people of the power in MPower, or choose another ground.',
  },
  POWER_INACTIVE: {
    kind: 'PRECONDITION',
    action:
      'Ask the person about the power in MPower, which is suspended, ended or not in force yet, or choose another ground.',
  },
  REGISTER_UNAVAILABLE: {
    kind: 'UNAVAILABLE',
    action: 'Choose another ground, or try again when the register of powers answers.',
  },
  ETAG_MISSING: { kind: 'PRECONDITION', action: 'Read the resource and send its etag (HTTP: If-Match).' },
  ETAG_STALE: { kind: 'ABORTED', action: 'Read the resource again, review the changes, and repeat the edit.' },
  RATE_LIMITED: { kind: 'EXHAUSTED', action: 'Wait for the time given in the response, then try again.' },
  OVERLOADED: { kind: 'UNAVAILABLE', action: 'Wait for the time given in the response, then try again.' },
  UPSTREAM_UNAVAILABLE: { kind: 'UNAVAILABLE', action: 'Retry shortly with the same request ID.' },
  STALE_REPLICA: {
    kind: 'UNAVAILABLE',
    action: 'Retry shortly.',
  },
  STORE_UNAVAILABLE: { kind: 'UNAVAILABLE', action: 'Retry shortly with the same request ID.' },
  BROKER_UNAVAILABLE: { kind: 'UNAVAILABLE', action: 'Retry shortly with the same request ID.' },
  CONTENTION: { kind: 'UNAVAILABLE', action: 'Retry with the same request ID.' },
  DEADLINE_EXCEEDED: {
    kind: 'DEADLINE',
    action: 'Retry with the same request ID.',
  },
  CANCELLED: { kind: 'CANCELLED', action: 'Send the request again if you still need it.' },
  INTERNAL: { kind: 'INTERNAL', action: 'Report the error ID to a platform administrator.' },
} as const satisfies Record<string, ReasonRow>;

/**
 * Returns the problem of a replica that may lag behind the newest files.
 * Its kind is UNAVAILABLE, so clients retry automatically, usually on another replica.
 */
export const staleReplica = (message: string): Problem => new Problem({ reason: 'STALE_REPLICA', message });

/** A key of {@link REASONS}. */
export type Reason = keyof typeof REASONS;

/** The fields of a new Problem. */
export interface ProblemInit {
  reason: Reason;
  /** One sentence for developers, without field values. */
  message: string;
  /** Names and numbers that explain the reason. Never personal data. */
  metadata?: Record<string, string>;
  violations?: Violation[];
  /** Milliseconds to wait before the next attempt. */
  retryAfterMs?: number | undefined;
}

const brand = Symbol.for('cups.problem');

/** The error that the platform's code throws on purpose. Boundaries report every other error as INTERNAL. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly reason: Reason;
  readonly metadata: Record<string, string>;
  readonly violations: Violation[];
  readonly retryAfterMs: number | undefined;

  constructor({ reason, message, metadata = {}, violations = [], retryAfterMs }: ProblemInit) {
    super(message);
    this.name = 'Problem';
    this.kind = REASONS[reason].kind;
    this.reason = reason;
    this.metadata = metadata;
    this.violations = violations;
    this.retryAfterMs = retryAfterMs;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Returns whether `error` is a Problem, also one from another copy of this module (bundles, test realms). */
export function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[brand] === true;
}

/** Returns whether `value` is a listed reason. */
export function isReason(value: string): value is Reason {
  return Object.hasOwn(REASONS, value);
}
