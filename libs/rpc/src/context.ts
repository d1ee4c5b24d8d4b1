import type { Log } from '@cups/contracts';

/** The services that call each other, and the tool of the platform's operators, which is called by none; each has a key pair of its own. */
export type ServiceName =
  'catalog' | 'identity' | 'intake' | 'agency-bridge' | 'notifications' | 'gateway' | 'operator';

/** What an operator may be. */
export type Role = 'specialist' | 'centre-manager' | 'supervisor' | 'support' | 'agency-clerk';

/** Who sits at the desk, as identity asserted it. */
export interface Session {
  /** `operators/{id}` */
  operator: string;
  roles: Role[];
  /** `centres/{code}` */
  centre?: string;
  /** `centres/{code}` that have closed and whose applications the centre took over. */
  takesOver?: string[];
  /** `agencies/{code}` */
  agency?: string;
  /** Opaque id of the session. */
  sid: string;
  expires: Date;
  /** ro, ru or en. */
  language?: string;
  /** Keyed hash of their personal number; absent where nobody knows it. */
  person?: string;
}

/** What travels with a call from hop to hop. */
export interface CallContext {
  /** A UUID or ULID; the correlation id of everything that the request causes. */
  requestId: string;
  /** The assertion to pass on, when the call acts for a person at a desk. */
  sessionToken?: string;
  deadline: Date;
  /** W3C Trace Context. */
  traceparent: string;
  /** Aborted when the caller gave up or the deadline passed. */
  signal: AbortSignal;
}

/** What a handler knows about its call, beside the request. */
export interface Context extends CallContext {
  /** The calling service, verified. */
  caller: ServiceName;
  session?: Session;
  log: Log;
  /** `IntakeService.GetApplication` */
  method: string;
  /**
   * Names a resource whose personal data the answer shows; the look is recorded at once. A method whose row says
   * `personalData` and that names none is recorded without a name.
   */
  recordAccess(resource: string): void;
}

/** The session of a call that an access row lets in only with one. */
export function sessionOf(context: Context): Session {
  if (!context.session) throw new Error(`the access row of ${context.method} asks for no session`);
  return context.session;
}

/** Whose applications such a call may touch: its own centre first, then those that it took over. */
export function centresOf(context: Context): string[] {
  return [centreOf(context), ...(sessionOf(context).takesOver ?? [])];
}

/** `centres/{code}` of a call that an access row lets in only with a session of a centre. */
export function centreOf(context: Context): string {
  const { centre } = sessionOf(context);
  if (!centre) throw new Error(`the access row of ${context.method} asks for no centre`);
  return centre;
}
