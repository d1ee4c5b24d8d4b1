import { allowedWorkplaces, allowedRoles } from './assurance.ts';
import type { Assurance } from './assurance.ts';
import { activeWorkplaces, rolesAt } from './staff.ts';
import type { Staff } from './staff.ts';

/** Roles of people. `agency-system` is not one of them: identity grants it to the machine of an agency alone. */
export const OPERATOR_ROLES = [
  'specialist',
  'centre-manager',
  'supervisor',
  'support',
  'agency-clerk',
  'agency-manager',
] as const;
export type OperatorRole = (typeof OPERATOR_ROLES)[number];

export const isOperatorRole = (role: string): role is OperatorRole =>
  (OPERATOR_ROLES as readonly string[]).includes(role);

/** A staff member as sessions and the sign-in page show them. */
export interface Operator {
  /** Last part of operators/{id}. */
  id: string;
  displayName: string;
  /** Roles at the centre of the view. */
  roles: OperatorRole[];
  /** Codes of the active workplaces, home centre first. */
  centres: string[];
  /** Code of the agency, such as asp. */
  agency?: string | undefined;
  /** Initial language of the pages. */
  language: string;
}

/** Returns an operator as seen at a centre; without one, as seen by the platform or their agency. */
export function operatorAtCentre(staff: Staff & { _id: string }, centre: string | undefined): Operator {
  const { _id: id, displayName, agency, language } = staff;
  return { id, displayName, roles: rolesAt(staff, centre), centres: activeWorkplaces(staff), agency, language };
}

/** Returns an operator in a session, with the roles and centres that its assurance allows. */
export function operatorInSession(
  staff: Staff & { _id: string },
  centre: string | undefined,
  assurance: Assurance,
): Operator {
  const [roles, centres] = [allowedRoles(staff, centre, assurance), allowedWorkplaces(staff, assurance)];
  return Object.assign(operatorAtCentre(staff, centre), { roles, centres });
}
