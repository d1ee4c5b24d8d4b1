import { Problem } from '@cups/problem';
import type { OperatorRole } from './operators.ts';

/** Permissions to read and change staff. */

/** The operator of a session. */
export interface Actor {
  id: string;
  roles: readonly OperatorRole[];
  /** Code of the current centre. */
  centre?: string | undefined;
}

export interface RequestedChange {
  /** ID of the operator; undefined for a new person. */
  target: string | undefined;
  /** Code of the centre; undefined for the platform or the whole person. */
  centre: string | undefined;
  /** Roles granted or revoked, or roles of the workplace that is suspended, reinstated or removed. */
  roles: readonly OperatorRole[];
}

/**
 * Supervisors can change everyone, centre managers the specialists of their centre. Nobody can change themselves.
 * @throws Problem NOT_FOUND for another centre, PERMISSION_DENIED, SELF_CHANGE_NOT_ALLOWED
 */
export function assertMayChange(actor: Actor, { target, centre, roles }: RequestedChange): void {
  if (!actor.roles.includes('supervisor')) {
    assertManagesCentre(actor, centre);
    if (!roles.every((role) => role === 'specialist'))
      throw permissionDenied('Only a supervisor can change these roles.');
  }
  if (target === actor.id) {
    throw new Problem({ reason: 'SELF_CHANGE_NOT_ALLOWED', message: 'Operators cannot change their own permissions.' });
  }
}

/**
 * Centre managers can also set their own absence and list and revoke devices, their own too, because it grants nothing.
 * @throws Problem like {@link assertMayChange}
 */
export function assertMayManage(actor: Actor, centre: string | undefined): void {
  if (!actor.roles.includes('supervisor')) assertManagesCentre(actor, centre);
}

/** How much of a staff member is visible. */
export type Visibility =
  /** All fields. */
  | 'whole'
  /** All fields, and the access is recorded with a reason. */
  | 'reasoned'
  /** Names, roles and absences. */
  | 'colleague';

/**
 * Returns what the actor can see of the staff of a centre, or of the platform.
 * @throws Problem NOT_FOUND for another centre, PERMISSION_DENIED
 */
export function visibilityFor({ roles, centre: own }: Actor, centre: string | undefined): Visibility {
  if (roles.includes('supervisor')) return 'whole';
  const isOwn = centre !== undefined && centre === own;
  if (isOwn && roles.includes('centre-manager')) return 'whole';
  if (roles.includes('support')) return 'reasoned';
  if (isOwn) return 'colleague';
  if (centre === undefined) throw permissionDenied('Only supervisors and support can view platform staff.');
  throw notVisible();
}

/** Returns whether the roles give a view of the staff of all centres. */
export const canViewAllStaff = (roles: readonly string[]): boolean =>
  roles.includes('supervisor') || roles.includes('support');

function assertManagesCentre({ roles, centre: own }: Actor, centre: string | undefined): void {
  if (!roles.includes('centre-manager') || centre === undefined)
    throw permissionDenied('The role does not allow this.');
  if (centre !== own) throw notVisible();
}

function permissionDenied(message: string): Problem {
  return new Problem({ reason: 'PERMISSION_DENIED', message });
}

function notVisible(): Problem {
  return new Problem({ reason: 'NOT_FOUND', message: 'Centre not found.' });
}
