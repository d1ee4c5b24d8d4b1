import { DESK_ROLES } from '@cups/application';
import type { Operator } from '../api/types.ts';

/** Whether the operator works on applications of a centre and has a queue. */
export function hasDeskRole({ roles }: Pick<Operator, 'roles'>): boolean {
  return DESK_ROLES.some((role) => roles.includes(role));
}

/** Whether the operator decides about acts of suspended operators. */
export const decidesQuarantine = ({ roles }: Pick<Operator, 'roles'>): boolean =>
  roles.includes('centre-manager') || roles.includes('supervisor');

/** Whether the operator sees a team. */
export function hasTeam(operator: Pick<Operator, 'roles'>): boolean {
  return hasDeskRole(operator) || operator.roles.some((role) => role === 'supervisor' || role === 'support');
}

/** Whether the operator manages the clerks of an agency. */
export const isAgencyManager = ({ roles }: Pick<Operator, 'roles'>): boolean => roles.includes('agency-manager');

/** Whether the operator works for an agency in its page. */
export const isAgencyClerk = ({ roles }: Pick<Operator, 'roles'>): boolean => roles.includes('agency-clerk');
