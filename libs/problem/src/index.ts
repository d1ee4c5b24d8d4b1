import type { Violation } from './violation.ts';

export { isRule, RULES } from './rules.ts';
export type { PlainRule, Rule } from './rules.ts';
export { withLocation, pointer, readViolation, violation } from './violation.ts';
export type { ParameterLocation, Violation } from './violation.ts';

/** What an error means, whatever border it crosses; each border has one table from it to its own codes. */
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
  /** What the caller should do, as one sentence. */
  readonly action: string;
}

/** Every reason that the platform may answer, with its kind and what the caller should do. */
export const REASONS = {
  INVALID_ARGUMENT: { kind: 'INVALID', action: 'Correct the fields that the violations name and send it again.' },
  IDNP_INVALID: { kind: 'INVALID', action: 'Read the personal number from the document again and correct it.' },
  REQUEST_ID_INVALID: { kind: 'INVALID', action: 'Send a UUID as request id (HTTP: Idempotency-Key).' },
  PAGE_TOKEN_INVALID: {
    kind: 'INVALID',
    action: 'Start again at the first page; keep the other arguments the same while paging.',
  },
  PAYLOAD_TOO_LARGE: { kind: 'INVALID', action: 'Send less: the whole request is over its limit.' },
  ANSWERS_TOO_LARGE: { kind: 'INVALID', action: 'Shorten the answers: without files they may be 64 KiB.' },
  FILE_INCOMPLETE: { kind: 'INVALID', action: 'Supply what the violations name, then submit again.' },
  MEDIA_TYPE_UNSUPPORTED: { kind: 'INVALID', action: 'Send the body as application/json.' },
  DEADLINE_MISSING: { kind: 'INVALID', action: 'Set a deadline on the call.' },
  REQUEST_ID_REUSED: {
    kind: 'EXISTS',
    action: 'Take a new request id for new content; the old one already did something else.',
  },
  APPLICATION_EXISTS: { kind: 'EXISTS', action: 'Choose a new application id, or read the application that has it.' },
  ALREADY_EXISTS: { kind: 'EXISTS', action: 'Choose another id, or read the resource that has it.' },
  UNAUTHENTICATED: { kind: 'UNAUTHENTICATED', action: 'Sign in, then try again.' },
  SESSION_EXPIRED: { kind: 'UNAUTHENTICATED', action: 'Sign in again; the session has ended.' },
  SESSION_INVALID: { kind: 'UNAUTHENTICATED', action: 'Sign in again; the session cannot be verified.' },
  TOKEN_INVALID: {
    kind: 'UNAUTHENTICATED',
    action: 'Operators of the platform: check the keys and the clock of the calling service.',
  },
  CALLER_MISMATCH: {
    kind: 'UNAUTHENTICATED',
    action: 'Operators of the platform: see that the calling service has its own certificate and its own key.',
  },
  PERMISSION_DENIED: { kind: 'FORBIDDEN', action: 'Do not retry; ask whoever manages the centre for the right.' },
  CROSS_SITE_REQUEST: { kind: 'FORBIDDEN', action: 'Send the request from the page of the platform itself.' },
  OPERATOR_SUSPENDED: { kind: 'FORBIDDEN', action: 'Ask whoever manages the centre; the operator is suspended.' },
  SELF_CHANGE: { kind: 'FORBIDDEN', action: 'Ask another supervisor: nobody changes what they may themselves.' },
  LAST_MANAGER: { kind: 'PRECONDITION', action: 'Appoint another manager of the centre first.' },
  LAST_SUPERVISOR: { kind: 'PRECONDITION', action: 'Appoint another supervisor first.' },
  ROLES_CONFLICT: {
    kind: 'PRECONDITION',
    action:
      'Choose roles that go together: a clerk of an agency has no other, and nobody works at more than 20 centres.',
  },
  INVITATION_REFUSED: {
    kind: 'FORBIDDEN',
    action: 'Check the number and both names; where they are right, ask a supervisor to invite this person.',
  },
  PROVIDER_UNKNOWN: { kind: 'INVALID', action: 'Sign in with a provider that this platform offers.' },
  SIGN_IN_REFUSED: {
    kind: 'UNAUTHENTICATED',
    action: 'Begin the sign-in again; operators of the platform find the cause in the log and in the metrics.',
  },
  SIGN_IN_OVER: {
    kind: 'UNAUTHENTICATED',
    action: 'Begin the sign-in again in this browser; each is good once, for ten minutes.',
  },
  OPERATOR_UNKNOWN: { kind: 'FORBIDDEN', action: 'Ask whoever manages the centre for an invitation.' },
  SECOND_FACTOR_NEEDED: {
    kind: 'FORBIDDEN',
    action: 'Sign in again by a method with a second factor: this role needs one.',
  },
  PROVIDER_AWAY: { kind: 'UNAVAILABLE', action: 'Try to sign in again shortly; the identity provider is away.' },
  NOT_FOUND: { kind: 'NOT_FOUND', action: 'Check the name; it does not exist or is not yours to see.' },
  METHOD_NOT_FOUND: { kind: 'NOT_FOUND', action: 'Check the path and the method against the published contract.' },
  ACTION_NOT_ALLOWED: {
    kind: 'PRECONDITION',
    action: 'Read the resource again and choose one of its allowed actions.',
  },
  OWN_APPLICATION: {
    kind: 'FORBIDDEN',
    action: 'Let a colleague do it: what counts outside the desk, nobody does about an application of their own.',
  },
  CENTRE_NOT_OPEN: { kind: 'PRECONDITION', action: 'Wait until the centre opens, or work at one that is open.' },
  TRAINING_MISMATCH: {
    kind: 'PRECONDITION',
    action: 'Keep trainings and real work apart: what began as the one is never taken for the other.',
  },
  CENTRE_PAUSED: { kind: 'PRECONDITION', action: 'Open no new drafts at this centre until it is active again.' },
  CENTRE_CLOSED: { kind: 'PRECONDITION', action: 'Send the person to another centre; this one is closed for good.' },
  CENTRE_LIMIT_REACHED: {
    kind: 'PRECONDITION',
    action: 'Finish open applications first; the centre has as many as it may.',
  },
  SERVICE_NOT_FILEABLE: {
    kind: 'PRECONDITION',
    action: 'Tell the person where this service is asked for; it cannot be filed at this centre.',
  },
  SERVICE_PAUSED: {
    kind: 'PRECONDITION',
    action: 'Tell the person why, as the detail says, and open the application when the public service goes on.',
  },
  SERVICE_VERSION_EXPIRED: {
    kind: 'PRECONDITION',
    action: 'Renew the draft to the version in force today, check it, then submit.',
  },
  RESULT_REVOKED: {
    kind: 'PRECONDITION',
    action: 'Hand nothing over: the agency revoked the result. Wait for its correction, or withdraw for the person.',
  },
  SUBMISSION_WITHDRAWN: { kind: 'PRECONDITION', action: 'Send nothing; the application was withdrawn.' },
  ETAG_MISSING: { kind: 'PRECONDITION', action: 'Read the resource and send its etag (HTTP: If-Match).' },
  ETAG_STALE: { kind: 'ABORTED', action: 'Read the resource again, look at what changed, and repeat the edit on it.' },
  RATE_LIMITED: { kind: 'EXHAUSTED', action: 'Wait as long as the answer says, then try again.' },
  OVERLOADED: { kind: 'UNAVAILABLE', action: 'Wait as long as the answer says, then try again.' },
  NEIGHBOUR_UNAVAILABLE: { kind: 'UNAVAILABLE', action: 'Try again shortly with the same request id.' },
  UNKNOWN_HERE: {
    kind: 'UNAVAILABLE',
    action: 'Try again shortly: a replica that has not read the newest files does not know it yet.',
  },
  STORE_UNAVAILABLE: { kind: 'UNAVAILABLE', action: 'Try again shortly with the same request id.' },
  BROKER_UNAVAILABLE: { kind: 'UNAVAILABLE', action: 'Try again shortly with the same request id.' },
  CONTENTION: { kind: 'UNAVAILABLE', action: 'Try again with the same request id; others changed it meanwhile.' },
  DEADLINE_EXCEEDED: { kind: 'DEADLINE', action: 'Try again with the same request id; it may have been done.' },
  CANCELLED: { kind: 'CANCELLED', action: 'Nothing; the caller itself gave up.' },
  INTERNAL: { kind: 'INTERNAL', action: 'Report the error id to the operators of the platform.' },
} as const satisfies Record<string, ReasonRow>;

/**
 * A replica has not read the newest files, and says "not yet" where it would say "no": UNAVAILABLE, so that a client asks again by
 * itself, and with that another replica.
 */
export const staleReplica = (message: string): Problem => new Problem({ reason: 'UNKNOWN_HERE', message });

/** A listed reason; any other word does not compile. */
export type Reason = keyof typeof REASONS;

/** What a Problem is made of. */
export interface ProblemInit {
  reason: Reason;
  /** One sentence for developers, without values of fields. */
  message: string;
  /** Names and numbers that belong to the reason; never personal data. */
  metadata?: Record<string, string>;
  violations?: Violation[];
  /** Milliseconds to wait before the next try. */
  retryAfterMs?: number | undefined;
}

const brand = Symbol.for('cups.problem');

/** The one error of the platform: translated once at each border; anything else becomes INTERNAL there. */
export class Problem extends Error {
  /** From the list of reasons. */
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

/** Whether `error` is a Problem; holds over copies of this module (bundles, test realms). */
export function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[brand] === true;
}

/** Whether `word` is a listed reason. */
export function isReason(value: string): value is Reason {
  return Object.hasOwn(REASONS, value);
}
