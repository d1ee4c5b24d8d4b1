import { allowedWorkplaces, allowedRoles } from './assurance.ts';
import type { Assurance } from './assurance.ts';
import { activeWorkplaces, rolesAt } from './staff.ts';
import type { Staff } from './staff.ts';

export type OperatorRole = 'specialist' | 'centre-manager' | 'supervisor' | 'support' | 'agency-clerk';

/** One of the staff as a session and the sign-in page show them. */
export interface Operator {
  /** Last part of operators/{id}. */
  id: string;
  displayName: string;
  /** What they may where they are seen. */
  roles: OperatorRole[];
  /** Codes of the centres where they may work now, the home first. */
  centres: string[];
  /** Code of the agency, such as asp. */
  agency?: string | undefined;
  /** Language of the pages until the operator chooses another. */
  language: string;
}

/** Somebody as they are at a centre; without one, as they are for the platform or their agency. */
export function operatorAtCentre(staff: Staff & { _id: string }, centre: string | undefined): Operator {
  const { _id: id, displayName, agency, language } = staff;
  return { id, displayName, roles: rolesAt(staff, centre), centres: activeWorkplaces(staff), agency, language };
}

/** Returns somebody as they are in a session at a centre, or at none: with the roles and centres that its beginning allows. */
export function operatorInSession(
  staff: Staff & { _id: string },
  centre: string | undefined,
  assurance: Assurance,
): Operator {
  const [roles, centres] = [allowedRoles(staff, centre, assurance), allowedWorkplaces(staff, assurance)];
  return Object.assign(operatorAtCentre(staff, centre), { roles, centres });
}
