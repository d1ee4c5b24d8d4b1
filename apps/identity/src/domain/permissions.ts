import { Problem } from '@cups/problem';
import type { OperatorRole } from './operators.ts';

/** Who may look at the staff, and who may change what of it. */

/** Somebody in a session. */
export interface Actor {
  id: string;
  roles: readonly OperatorRole[];
  /** Code of the centre where they work now. */
  centre?: string | undefined;
}

export interface RequestedChange {
  /** Id of whom it is about; undefined for somebody who is new. */
  target: string | undefined;
  /** Code of the centre that it is about; undefined for the platform or the whole person. */
  centre: string | undefined;
  /** The roles that are given or taken, or that the place has which is suspended, reinstated or removed. */
  roles: readonly OperatorRole[];
}

/**
 * A supervisor changes all; a centre manager what is about specialists of her own centre; nobody what they may themselves.
 * @throws Problem NOT_FOUND for a centre that is not theirs to see, PERMISSION_DENIED, SELF_CHANGE
 */
export function assertMayChange(actor: Actor, { target, centre, roles }: RequestedChange): void {
  if (!actor.roles.includes('supervisor')) {
    assertManagesCentre(actor, centre);
    if (!roles.every((role) => role === 'specialist')) throw permissionDenied('A supervisor must do this.');
  }
  if (target === actor.id) {
    throw new Problem({ reason: 'SELF_CHANGE', message: 'Nobody changes what they may themselves.' });
  }
}

/** An absence is no right: whoever manages the centre says it, of herself as well. @throws Problem as {@link assertMayChange} */
export function assertMaySetAbsence(actor: Actor, centre: string): void {
  if (!actor.roles.includes('supervisor')) assertManagesCentre(actor, centre);
}

/** How much somebody is shown. */
export type Visibility =
  /** All that is told of the staff. */
  | 'whole'
  /** The same, and the look is recorded with its reason. */
  | 'reasoned'
  /** Names, roles and who is away. */
  | 'colleague';

/**
 * What somebody sees of the staff of a centre, or of the platform.
 * @throws Problem NOT_FOUND for a centre that is not theirs, PERMISSION_DENIED
 */
export function visibilityFor({ roles, centre: own }: Actor, centre: string | undefined): Visibility {
  if (roles.includes('supervisor')) return 'whole';
  const isOwn = centre !== undefined && centre === own;
  if (isOwn && roles.includes('centre-manager')) return 'whole';
  if (roles.includes('support')) return 'reasoned';
  if (isOwn) return 'colleague';
  if (centre === undefined) throw permissionDenied('This is for supervisors and support.');
  throw notVisible();
}

/** Returns whether somebody sees the staff of all centres as they are, and not from one centre. */
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
  return new Problem({ reason: 'NOT_FOUND', message: 'There is no such centre, or it is not yours to see.' });
}
