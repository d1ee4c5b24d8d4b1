import type { JWTPayload } from 'jose';
import type { Role, Session } from './context.ts';

const ROLES: readonly string[] = [
  'specialist',
  'centre-manager',
  'supervisor',
  'support',
  'agency-clerk',
  'agency-manager',
  'agency-system',
] satisfies Role[];

const CENTRE_NAME = /^centres\/[A-Z0-9-]{1,20}$/;
/** Maximum length of a list claim. */
const MAX_LIST_LENGTH = 50;

/** Maximum lifetime of the session of an agency's machine. */
export const AGENCY_SESSION_SECONDS = 300;
const AGENCY_OPERATOR = 'operators/agency.';

/** Returns the session of an agency's machine. @param code of the agency */
export const createAgencySession = (code: string, { sid, expires }: Pick<Session, 'sid' | 'expires'>): Session => ({
  operator: `${AGENCY_OPERATOR}${code}`,
  roles: ['agency-system'],
  agency: `agencies/${code}`,
  sid,
  expires,
});

/** Returns the claims of a session, without audience and times. */
export function toClaims(session: Session): Record<string, unknown> {
  const { operator, roles, centre, inheritedCentres, agency, sid, language, person } = session;
  return { sub: operator, sid, roles, centre, inheritedCentres, agency, language, person };
}

/** Returns the session of a verified assertion. @throws Error if a claim is malformed */
export function parseSession(payload: JWTPayload): Session {
  const { sub, sid, roles, centre, inheritedCentres, agency, language, person, iat, exp } = payload;
  if (!Array.isArray(roles) || !roles.every((role) => ROLES.includes(role as string))) throw new Error('unknown role');
  const session: Session = {
    operator: parseText(sub, /^operators\/[a-z0-9.-]{1,80}$/),
    sid: parseText(sid, /^[\w-]{1,80}$/),
    roles: roles as Role[],
    expires: new Date((exp as number) * 1000),
  };
  if (centre !== undefined) session.centre = parseText(centre, CENTRE_NAME);
  if (inheritedCentres !== undefined) session.inheritedCentres = parseTexts(inheritedCentres, CENTRE_NAME);
  if (agency !== undefined) session.agency = parseText(agency, /^agencies\/[a-z0-9-]{1,40}$/);
  if (language !== undefined) session.language = parseText(language, /^[a-z]{2}$/);
  // 256 bits, base64url.
  if (person !== undefined) session.person = parseText(person, /^[\w-]{43}$/);
  assertSessionOwner(session, iat as number);
  return session;
}

/**
 * Checks that an agency's machine and a person are never mixed up: the machine has one role, one agency, no centre and
 * at most 5 minutes, and its operator name belongs to no person.
 * @param issued start of the session in seconds
 * @throws Error if a claim contradicts the role
 */
export function assertSessionOwner(session: Session, issued: number): void {
  const { operator, roles, centre, inheritedCentres, agency, person, expires } = session;
  const isMachine = roles.includes('agency-system');
  if (operator.startsWith(AGENCY_OPERATOR) !== isMachine) throw new Error('the operator contradicts the role');
  if (!isMachine) return;
  if (roles.length !== 1) throw new Error('a machine has one role');
  if (agency === undefined || operator !== `${AGENCY_OPERATOR}${agency.slice('agencies/'.length)}`)
    throw new Error('the operator contradicts the agency');
  if (centre !== undefined || inheritedCentres !== undefined || person !== undefined)
    throw new Error('a machine has neither a centre nor a personal number');
  // A token has whole seconds.
  if (Math.floor(expires.getTime() / 1000) - issued > AGENCY_SESSION_SECONDS)
    throw new Error('the session lifetime is too long');
}

function parseTexts(value: unknown, form: RegExp): string[] {
  if (!Array.isArray(value) || value.length > MAX_LIST_LENGTH) throw new Error('a claim is malformed');
  return value.map((one) => parseText(one, form));
}

function parseText(value: unknown, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value)) throw new Error('a claim is malformed');
  return value;
}
