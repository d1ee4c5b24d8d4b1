import type { JWTPayload } from 'jose';
import type { Role, Session } from './context.ts';

const ROLES: readonly string[] = [
  'specialist',
  'centre-manager',
  'supervisor',
  'support',
  'agency-clerk',
] satisfies Role[];

/** What an assertion says of a session, beside its audience and its times. */
export function claimsOf({ operator, roles, centre, agency, sid, language }: Session): Record<string, unknown> {
  return { sub: operator, sid, roles, centre, agency, language };
}

/** The session that a verified assertion speaks of. @throws Error when a claim is malformed */
export function sessionFrom({ sub, sid, roles, centre, agency, language, exp }: JWTPayload): Session {
  if (!Array.isArray(roles) || !roles.every((role) => ROLES.includes(role as string))) throw new Error('unknown role');
  const session: Session = {
    operator: text(sub, /^operators\/[a-z0-9.-]{1,80}$/),
    sid: text(sid, /^[\w-]{1,80}$/),
    roles: roles as Role[],
    expires: new Date((exp as number) * 1000),
  };
  if (centre !== undefined) session.centre = text(centre, /^centres\/[A-Z0-9-]{1,20}$/);
  if (agency !== undefined) session.agency = text(agency, /^agencies\/[a-z0-9-]{1,40}$/);
  if (language !== undefined) session.language = text(language, /^[a-z]{2}$/);
  return session;
}

function text(value: unknown, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value)) throw new Error('a claim is malformed');
  return value;
}
