import type { JWTPayload } from 'jose';
import type { Role, Session } from './context.ts';

const ROLES: readonly string[] = [
  'specialist',
  'centre-manager',
  'supervisor',
  'support',
  'agency-clerk',
] satisfies Role[];

const CENTRE_NAME = /^centres\/[A-Z0-9-]{1,20}$/;
/** Maximum length of a list claim. */
const MAX_LIST_LENGTH = 50;

/** Returns the claims of a session, without audience and times. */
export function toClaims(session: Session): Record<string, unknown> {
  const { operator, roles, centre, inheritedCentres, agency, sid, language, person } = session;
  return { sub: operator, sid, roles, centre, inheritedCentres, agency, language, person };
}

/** Returns the session of a verified assertion. @throws Error if a claim is malformed */
export function parseSession(payload: JWTPayload): Session {
  const { sub, sid, roles, centre, inheritedCentres, agency, language, person, exp } = payload;
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
  return session;
}

function parseTexts(value: unknown, form: RegExp): string[] {
  if (!Array.isArray(value) || value.length > MAX_LIST_LENGTH) throw new Error('a claim is malformed');
  return value.map((one) => parseText(one, form));
}

function parseText(value: unknown, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value)) throw new Error('a claim is malformed');
  return value;
}
