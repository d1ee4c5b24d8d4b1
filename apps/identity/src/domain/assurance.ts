import type { OperatorRole } from './operators.ts';
import { activeWorkplaces, findWorkplace, rolesAt } from './staff.ts';
import type { PlatformRole, Staff } from './staff.ts';

/**
 * What a provider proved when a session began. It is kept with the session and bounds its roles, whatever the person is given
 * later. All here is pure.
 */
export interface Assurance {
  /** Whether the sign-in had a second factor. Absent of a session that an earlier release began: it counts as none. */
  strong?: boolean | undefined;
  /**
   * Rights that the provider named, such as `CU-001:specialist`; absent where the provider is not asked about rights. An earlier
   * release kept codes of centres here, which are no rights.
   */
  only?: string[] | undefined;
}

type StaffPermissions = Pick<Staff, 'places' | 'platformRoles' | 'agency'>;

const MFA_ROLES: readonly OperatorRole[] = ['supervisor', 'support'] satisfies PlatformRole[];

/** Returns the roles that a person has in a session at this centre; without a centre, those for the platform or an agency. */
export function allowedRoles(
  staff: StaffPermissions,
  centre: string | undefined,
  assurance: Assurance,
): OperatorRole[] {
  return rolesAt(staff, centre).filter((role) => isRoleAllowed(assurance, staff, role, centre));
}

/** Returns whether a person works at a centre by a role that the session may have. A suspension there is not looked at. */
export function hasAllowedRoleAt(staff: StaffPermissions, centre: string, assurance: Assurance): boolean {
  return findWorkplace(staff, centre)?.roles.some((role) => isRoleAllowed(assurance, staff, role, centre)) === true;
}

/** Returns the codes of the centres where a person may work now in a session, the home first. */
export function allowedWorkplaces(staff: StaffPermissions, assurance: Assurance): string[] {
  return activeWorkplaces(staff).filter((centre) => hasAllowedRoleAt(staff, centre, assurance));
}

/** Returns whether a sign-in gives a role that needs a second factor. @param only as {@link Assurance} has it */
export function requiresSecondFactor(staff: StaffPermissions, only: string[] | undefined): boolean {
  const roles = allowedRoles(staff, undefined, { strong: true, only });
  return roles.some((role) => MFA_ROLES.includes(role));
}

/** Returns whether the provider names any right that the staff has too, be the person suspended or not. */
export function hasMatchingRight(staff: StaffPermissions, only: string[]): boolean {
  const assurance = { strong: true, only };
  const isAtCentre = staff.places.some(({ centre }) => hasAllowedRoleAt(staff, centre, assurance));
  return isAtCentre || allowedRoles(staff, undefined, assurance).length > 0;
}

function isRoleAllowed(
  { strong, only }: Assurance,
  staff: StaffPermissions,
  role: OperatorRole,
  centre: string | undefined,
): boolean {
  if (MFA_ROLES.includes(role) && strong !== true) return false;
  return !only || only.includes(formatRight(staff, role, centre));
}

/** A right as a provider names it: `CU-001:specialist`, `asp:agency-clerk`, `supervisor`. */
function formatRight({ agency }: StaffPermissions, role: OperatorRole, centre: string | undefined): string {
  if (role === 'supervisor' || role === 'support') return role;
  return `${(role === 'agency-clerk' ? agency : centre) ?? ''}:${role}`;
}
