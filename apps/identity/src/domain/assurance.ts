import type { OperatorRole } from './operators.ts';
import { openPlaces, placeOf, rolesAt } from './staff.ts';
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

type Rights = Pick<Staff, 'places' | 'platformRoles' | 'agency'>;

const NEED_SECOND_FACTOR: readonly OperatorRole[] = ['supervisor', 'support'] satisfies PlatformRole[];

/** Returns the roles that a person has in a session at this centre; without a centre, those for the platform or an agency. */
export function rolesWith(staff: Rights, centre: string | undefined, assurance: Assurance): OperatorRole[] {
  return rolesAt(staff, centre).filter((role) => allows(assurance, staff, role, centre));
}

/** Returns whether a person works at a centre by a role that the session may have. A suspension there is not looked at. */
export function worksWith(staff: Rights, centre: string, assurance: Assurance): boolean {
  return placeOf(staff, centre)?.roles.some((role) => allows(assurance, staff, role, centre)) === true;
}

/** Returns the codes of the centres where a person may work now in a session, the home first. */
export function openPlacesWith(staff: Rights, assurance: Assurance): string[] {
  return openPlaces(staff).filter((centre) => worksWith(staff, centre, assurance));
}

/** Returns whether a sign-in gives a role that needs a second factor. @param only as {@link Assurance} has it */
export function needsSecondFactor(staff: Rights, only: string[] | undefined): boolean {
  const roles = rolesWith(staff, undefined, { strong: true, only });
  return roles.some((role) => NEED_SECOND_FACTOR.includes(role));
}

/** Returns whether the provider names any right that the staff has too, be the person suspended or not. */
export function sharesRight(staff: Rights, only: string[]): boolean {
  const assurance = { strong: true, only };
  const isAtCentre = staff.places.some(({ centre }) => worksWith(staff, centre, assurance));
  return isAtCentre || rolesWith(staff, undefined, assurance).length > 0;
}

function allows({ strong, only }: Assurance, staff: Rights, role: OperatorRole, centre: string | undefined): boolean {
  if (NEED_SECOND_FACTOR.includes(role) && strong !== true) return false;
  return !only || only.includes(rightOf(staff, role, centre));
}

/** A right as a provider names it: `CU-001:specialist`, `asp:agency-clerk`, `supervisor`. */
function rightOf({ agency }: Rights, role: OperatorRole, centre: string | undefined): string {
  if (role === 'supervisor' || role === 'support') return role;
  return `${(role === 'agency-clerk' ? agency : centre) ?? ''}:${role}`;
}
