import { Problem } from '@cups/problem';
import type { Role, ServiceName, Session } from './context.ts';

/** Access rules of one method. */
export interface AccessRow {
  /** The only services that may call it. */
  callers: readonly ServiceName[];
  /** Callers that act for themselves where the others need a session with a role. */
  withoutSession?: readonly ServiceName[];
  /** Accepted roles of the session; 'none' needs no session. */
  roles: readonly Role[] | 'none';
  /**
   * Owner of the resource. 'centre' and 'agency': the session must have this claim, and the service compares it
   * (another owner gets NOT_FOUND). 'platform': any session with the role. 'service': the caller acts for itself.
   * 'public': anybody.
   */
  tenancy: 'centre' | 'agency' | 'platform' | 'service' | 'public';
  /** Whether the response shows personal data, so that the access is recorded. */
  personalData: boolean;
}

/** One row per method of a generated definition; a method without a row prevents the start. */
export type AccessTable<Definition> = { readonly [Method in keyof Definition]: AccessRow };

/**
 * Validates a table against the methods of a service.
 * @throws Error, one sentence, if a row is missing, has no method or contradicts itself
 */
export function validateAccessTable(
  service: string,
  methods: string[],
  table: Record<string, AccessRow | undefined>,
): void {
  for (const method of methods) {
    const row = table[method];
    if (!row) throw new Error(`${service}.${method} has no access row.`);
    if (row.callers.length === 0) throw new Error(`${service}.${method}: the access row names no caller.`);
    const needsSession = row.roles !== 'none';
    if (needsSession && row.roles.length === 0) throw new Error(`${service}.${method}: the access row names no role.`);
    if (needsSession && (row.tenancy === 'service' || row.tenancy === 'public'))
      throw new Error(`${service}.${method}: tenancy ${row.tenancy} requires roles 'none'.`);
    if (!needsSession && row.tenancy !== 'service' && row.tenancy !== 'public')
      throw new Error(`${service}.${method}: tenancy ${row.tenancy} requires roles.`);
    assertExemptions(`${service}.${method}`, row);
  }
  const extra = Object.keys(table).find((method) => !methods.includes(method));
  if (extra) throw new Error(`${service} has an access row for ${extra}, which is not a method.`);
}

/** @throws Error if callers are exempt from a session that the row does not require, or may not call */
function assertExemptions(method: string, { callers, roles, tenancy, withoutSession = [] }: AccessRow): void {
  if (withoutSession.length === 0) return;
  if (roles === 'none' || tenancy !== 'platform')
    throw new Error(`${method}: callers without a session require roles and tenancy platform.`);
  const stranger = withoutSession.find((caller) => !callers.includes(caller));
  if (stranger) throw new Error(`${method}: ${stranger} without a session is not a caller.`);
}

/** Checks the rights of a verified caller before the service reads anything. @throws Problem */
export function assertAccess(row: AccessRow, caller: ServiceName, session: Session | undefined): void {
  if (!row.callers.includes(caller)) deny(`${caller} may not call this method.`);
  if (row.roles === 'none' || (!session && row.withoutSession?.includes(caller))) return;
  if (!session) throw new Problem({ reason: 'UNAUTHENTICATED', message: 'The call requires a session.' });
  const { roles } = row;
  if (!session.roles.some((role) => roles.includes(role))) deny('The role does not allow this.');
  if (row.tenancy === 'centre' && !session.centre) deny('The session must belong to a centre.');
  if (row.tenancy === 'agency' && !session.agency) deny('The session must belong to an agency.');
}

function deny(message: string): never {
  throw new Problem({ reason: 'PERMISSION_DENIED', message });
}
