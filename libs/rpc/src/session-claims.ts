import type { JWTPayload } from 'jose';
import type { Role, Session } from './context.ts';

const ROLES: readonly string[] = [
  'specialist',
  'centre-manager',
  'supervisor',
  'support',
  'agency-clerk',
] satisfies Role[];

const CENTRE = /^centres\/[A-Z0-9-]{1,20}$/;
/** Of a claim that is a list. */
const MOST = 50;

/** What an assertion says of a session, beside its audience and its times. */
export function claimsOf(session: Session): Record<string, unknown> {
  const { operator, roles, centre, takesOver, agency, sid, language, person } = session;
  return { sub: operator, sid, roles, centre, takesOver, agency, language, person };
}

/** The session that a verified assertion speaks of. @throws Error when a claim is malformed */
export function sessionFrom(payload: JWTPayload): Session {
  const { sub, sid, roles, centre, takesOver, agency, language, person, exp } = payload;
  if (!Array.isArray(roles) || !roles.every((role) => ROLES.includes(role as string))) throw new Error('unknown role');
  const session: Session = {
    operator: text(sub, /^operators\/[a-z0-9.-]{1,80}$/),
    sid: text(sid, /^[\w-]{1,80}$/),
    roles: roles as Role[],
    expires: new Date((exp as number) * 1000),
  };
  if (centre !== undefined) session.centre = text(centre, CENTRE);
  if (takesOver !== undefined) session.takesOver = texts(takesOver, CENTRE);
  if (agency !== undefined) session.agency = text(agency, /^agencies\/[a-z0-9-]{1,40}$/);
  if (language !== undefined) session.language = text(language, /^[a-z]{2}$/);
  // 256 bits, base64url.
  if (person !== undefined) session.person = text(person, /^[\w-]{43}$/);
  return session;
}

function texts(value: unknown, form: RegExp): string[] {
  if (!Array.isArray(value) || value.length > MOST) throw new Error('a claim is malformed');
  return value.map((one) => text(one, form));
}

function text(value: unknown, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value)) throw new Error('a claim is malformed');
  return value;
}
