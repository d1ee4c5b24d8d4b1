import type { Log } from '@cups/contracts';

/** The services, each with its own key pair, and the administrators' tool, which only calls. */
export type ServiceName =
  'catalog' | 'identity' | 'intake' | 'documents' | 'agency-bridge' | 'notifications' | 'journal' | 'gateway' | 'ops';

/** Roles of an operator. `agency-system` is the role of an agency's machine; no person has it. */
export type Role =
  'specialist' | 'centre-manager' | 'supervisor' | 'support' | 'agency-clerk' | 'agency-manager' | 'agency-system';

/** The session of a desk, as identity asserted it. */
export interface Session {
  /** `operators/{id}`; of an agency's machine `operators/agency.{code}` */
  operator: string;
  roles: Role[];
  /** `centres/{code}` */
  centre?: string;
  /** `centres/{code}` of closed centres whose applications the centre inherited. */
  inheritedCentres?: string[];
  /** `agencies/{code}` */
  agency?: string;
  /** Opaque session ID. */
  sid: string;
  expires: Date;
  /** ro, ru or en. */
  language?: string;
  /** Keyed hash of the personal number; absent if unknown. */
  person?: string;
}

/** What each call passes on to the next. */
export interface CallContext {
  /** A UUID or ULID; the correlation ID of everything that the request causes. */
  requestId: string;
  /** The assertion to pass on if the call acts for an operator. */
  sessionToken?: string;
  /** The header Cups-Offline of an act that was done without a line, not verified. */
  offline?: string;
  deadline: Date;
  /** W3C Trace Context. */
  traceparent: string;
  /** Aborted when the caller cancels or the deadline passes. */
  signal: AbortSignal;
}

/** The context of a call for its handler. */
export interface Context extends CallContext {
  /** The calling service, verified. */
  caller: ServiceName;
  session?: Session;
  log: Log;
  /** `IntakeService.GetApplication` */
  method: string;
  /**
   * Records an access to personal data of a resource in the response, immediately. A method with `personalData` that
   * never calls this is recorded without a resource.
   */
  recordAccess(resource: string): void;
  /**
   * Waits for something that costs no work, such as a new message. Meanwhile the call takes no slot of `maxInFlight`, and
   * the time does not count as its duration. The handler bounds the number of waiting calls and their time.
   */
  waitIdle<T>(wait: () => Promise<T>): Promise<T>;
}

/** Returns the session of a call whose access row requires one. */
export function sessionOf(context: Context): Session {
  if (!context.session) throw new Error(`the access row of ${context.method} does not require a session`);
  return context.session;
}

/** Returns the centres whose applications the call may touch: its own first, then inherited ones. */
export function centresOf(context: Context): string[] {
  return [centreOf(context), ...(sessionOf(context).inheritedCentres ?? [])];
}

/** Returns `centres/{code}` of a call whose access row requires a centre. */
export function centreOf(context: Context): string {
  const { centre } = sessionOf(context);
  if (!centre) throw new Error(`the access row of ${context.method} does not require a centre`);
  return centre;
}
