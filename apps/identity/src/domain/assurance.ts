import type { OperatorRole } from './operators.ts';
import { activeWorkplaces, findWorkplace, rolesAt } from './staff.ts';
import type { PlatformRole, Staff } from './staff.ts';

/**
 * What the provider proved when the session began.
 * It is stored with the session and limits its roles, even if the operator receives more later.
 */
export interface Assurance {
  /** Whether the sign-in had a second factor. Absent in sessions of earlier releases, which counts as no. */
  multiFactor?: boolean | undefined;
  /**
   * Rights that the provider asserted, such as `CU-001:specialist`; absent if only the store decides.
   * Earlier releases stored centre codes here, which match no right.
   */
  assertedRights?: string[] | undefined;
}

type StaffPermissions = Pick<Staff, 'workplaces' | 'platformRoles' | 'agency' | 'isAgencyManager'>;

const MFA_ROLES: readonly OperatorRole[] = ['supervisor', 'support'] satisfies PlatformRole[];

/** Returns the roles of a session at a centre; without a centre, the platform or agency roles. */
export function allowedRoles(
  staff: StaffPermissions,
  centre: string | undefined,
  assurance: Assurance,
): OperatorRole[] {
  return rolesAt(staff, centre).filter((role) => isRoleAllowed(assurance, staff, role, centre));
}

/** Returns whether the operator has an allowed role at a centre. Ignores a suspension there. */
export function hasAllowedRoleAt(staff: StaffPermissions, centre: string, assurance: Assurance): boolean {
  return findWorkplace(staff, centre)?.roles.some((role) => isRoleAllowed(assurance, staff, role, centre)) === true;
}

/** Returns the codes of the centres that are available in a session, home centre first. */
export function allowedWorkplaces(staff: StaffPermissions, assurance: Assurance): string[] {
  return activeWorkplaces(staff).filter((centre) => hasAllowedRoleAt(staff, centre, assurance));
}

/** Returns whether a sign-in grants a role that requires a second factor. @param assertedRights see {@link Assurance} */
export function requiresSecondFactor(staff: StaffPermissions, assertedRights: string[] | undefined): boolean {
  const roles = allowedRoles(staff, undefined, { multiFactor: true, assertedRights });
  return roles.some((role) => MFA_ROLES.includes(role));
}

/** Returns whether the provider asserts any right that the operator has. Ignores suspensions. */
export function hasMatchingRight(staff: StaffPermissions, assertedRights: string[]): boolean {
  const assurance = { multiFactor: true, assertedRights };
  const isAtCentre = staff.workplaces.some(({ centre }) => hasAllowedRoleAt(staff, centre, assurance));
  return isAtCentre || allowedRoles(staff, undefined, assurance).length > 0;
}

function isRoleAllowed(
  { multiFactor, assertedRights }: Assurance,
  staff: StaffPermissions,
  role: OperatorRole,
  centre: string | undefined,
): boolean {
  if (MFA_ROLES.includes(role) && multiFactor !== true) return false;
  return !assertedRights || assertedRights.includes(formatRight(staff, role, centre));
}

/** Returns a right in the provider's notation: `CU-001:specialist`, `asp:agency-clerk`, `supervisor`. */
function formatRight({ agency }: StaffPermissions, role: OperatorRole, centre: string | undefined): string {
  if (role === 'supervisor' || role === 'support') return role;
  return `${(role.startsWith('agency-') ? agency : centre) ?? ''}:${role}`;
}
