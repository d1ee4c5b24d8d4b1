import type { StaffHistoryKind } from '@cups/application';
import { Problem } from '@cups/problem';
import { PLATFORM_TEAM } from './team-leadership.ts';
import type { OperatorRole } from './operators.ts';
import type { EmploymentStatus } from './sessions.ts';

/** Staff of centres, the platform and agencies: one document per person, and its pure changes. */

export type CentreRole = Extract<OperatorRole, 'specialist' | 'centre-manager'>;
export type PlatformRole = Extract<OperatorRole, 'supervisor' | 'support'>;
export type StaffStatus = 'invited' | 'active' | 'suspended' | 'former';

/** An absence: first and last day, as civil dates in Chisinau. */
export interface Absence {
  from: string;
  to: string;
  /** ID of an operator of the same centre. */
  standIn?: string | undefined;
}

/** A centre where an operator works. */
export interface Workplace {
  centre: string;
  roles: CentreRole[];
  suspended: boolean;
  absence?: Absence | undefined;
  /** The invitation of a person whom the platform knew before; absent after their first sign-in at this centre. */
  pendingInvitation?: { invitedBy: string; inviteTime: Date } | undefined;
}

/** One change of a staff member. */
export interface StaffHistoryEntry {
  time: Date;
  /** `operators/{id}`, or the name of the administrator who used the ops CLI. */
  actor: string;
  action: Exclude<StaffHistoryKind, 'other'>;
  /** Code of the centre; absent for the whole person. */
  centre?: string | undefined;
  roles?: OperatorRole[] | undefined;
  reason?: string | undefined;
  /** True while the person had not yet signed in at the centre. */
  isPending?: boolean | undefined;
}

/** A sealed personal number, with the keyed hashes that find it. */
export interface SealedPersonNumber {
  sealed: string;
  /** ID of the sealing key. */
  kid: string;
  /** One hash per hash key at the time of sealing. Earlier releases stored a single string. */
  hash: string[];
  /** IDs of all these keys; absent in numbers sealed by earlier releases. */
  keys?: string | undefined;
}

export interface Staff {
  givenName: string;
  familyName: string;
  displayName: string;
  language: string;
  /** Created for the local test provider. */
  synthetic?: boolean | undefined;
  person?: SealedPersonNumber | undefined;
  /** The first is the home centre. */
  workplaces: Workplace[];
  platformRoles: PlatformRole[];
  /** Code of the agency of an agency clerk, who has no other position. */
  agency?: string | undefined;
  /** Whether an agency clerk manages the others. @default false */
  isAgencyManager?: boolean | undefined;
  status: StaffStatus;
  /** Time of the last suspension or reinstatement. Sessions created up to then have ended. */
  revokeTime?: Date | undefined;
  lastSignInTime?: Date | undefined;
  /** `operators/{id}`; absent if the ops CLI did it. */
  invitedBy?: string | undefined;
  inviteTime: Date;
  /** Newest last, at most {@link MAX_HISTORY_ENTRIES}. */
  history: StaffHistoryEntry[];
  /** When name and number were erased, after the person left. */
  eraseTime?: Date | undefined;
}

/** Who makes a change, when and why. */
export interface AuditInfo {
  actor: string;
  time: Date;
  reason?: string | undefined;
}

const MAX_HISTORY_ENTRIES = 200;
/** Maximum number of centres per operator. */
const MAX_WORKPLACES = 20;

export function findWorkplace({ workplaces }: Pick<Staff, 'workplaces'>, centre: string): Workplace | undefined {
  return workplaces.find((workplace) => workplace.centre === centre);
}

/** Returns the workplace of a person invited from elsewhere who has not signed in there yet. */
export function findInvitedWorkplace(staff: Pick<Staff, 'workplaces'>, centre: string): Workplace | undefined {
  const workplace = findWorkplace(staff, centre);
  return workplace?.pendingInvitation ? workplace : undefined;
}

/** Returns the roles at an agency: a manager is a clerk too. */
export const agencyRoles = ({ isAgencyManager }: Pick<Staff, 'isAgencyManager'>): OperatorRole[] =>
  isAgencyManager ? ['agency-clerk', 'agency-manager'] : ['agency-clerk'];

/** Returns the roles at a centre together with platform roles; without a centre, the platform or agency roles. */
export function rolesAt(
  staff: Pick<Staff, 'workplaces' | 'platformRoles' | 'agency' | 'isAgencyManager'>,
  centre?: string,
): OperatorRole[] {
  if (staff.agency !== undefined) return agencyRoles(staff);
  const workplace = centre === undefined ? undefined : findWorkplace(staff, centre);
  return [...(workplace && !workplace.suspended ? workplace.roles : []), ...staff.platformRoles];
}

/** Returns the codes of workplaces without a suspension, home centre first. */
export function activeWorkplaces({ workplaces }: Pick<Staff, 'workplaces'>): string[] {
  return workplaces.filter(({ suspended }) => !suspended).map(({ centre }) => centre);
}

/** Returns the employment status at a centre; without one, for the platform or the agency. */
export function resolveEmploymentStatus(staff: Staff, centre: string | undefined): EmploymentStatus {
  const workplace = centre === undefined ? undefined : findWorkplace(staff, centre);
  return {
    suspended: staff.status === 'suspended' || workplace?.suspended === true,
    left: staff.status === 'former' || (centre === undefined ? rolesAt(staff).length === 0 : !workplace),
    revokeTime: staff.revokeTime,
  };
}

/** Returns whether the operator works at the centre and is not suspended. */
export function isActiveAt(staff: Staff, centre: string): boolean {
  const { left, suspended: isSuspended } = resolveEmploymentStatus(staff, centre);
  return !left && !isSuspended;
}

/** Returns the teams that the person leads, even before their first sign-in: centre codes and {@link PLATFORM_TEAM}. */
export function findLedTeams({ workplaces, platformRoles, status }: Staff): string[] {
  if (status !== 'invited' && status !== 'active') return [];
  const managed = workplaces.filter(({ suspended, roles }) => !suspended && roles.includes('centre-manager'));
  const supervised = platformRoles.includes('supervisor') ? [PLATFORM_TEAM] : [];
  return [...managed.map(({ centre }) => centre), ...supervised];
}

/** Adds a workplace. @throws Problem ALREADY_EXISTS, ROLES_CONFLICT */
export function withWorkplace<S extends Staff>(staff: S, centre: string, roles: CentreRole[], audit: AuditInfo): S {
  if (findWorkplace(staff, centre)) throw alreadyExists();
  if (staff.agency !== undefined || staff.workplaces.length >= MAX_WORKPLACES) throw rolesConflict();
  const pendingInvitation = staff.history.length > 0 ? { invitedBy: audit.actor, inviteTime: audit.time } : undefined;
  const workplaces = [...staff.workplaces, { centre, roles, suspended: false, pendingInvitation }];
  return withHistory(
    { ...staff, workplaces, status: resolveReturnStatus(staff) },
    { action: 'invited', centre, roles },
    audit,
  );
}

/** A position at the platform or an agency. */
export interface PlatformPosition {
  platformRoles: PlatformRole[];
  agency?: string | undefined;
  /** @default false */
  isAgencyManager?: boolean | undefined;
}

/**
 * Adds platform roles or an agency.
 * @throws Problem ALREADY_EXISTS if nothing would change; ROLES_CONFLICT if an agency clerk would get another position
 */
export function withPlatformPosition<S extends Staff>(
  staff: S,
  { platformRoles, agency, isAgencyManager = false }: PlatformPosition,
  audit: AuditInfo,
): S {
  const all = [...new Set([...staff.platformRoles, ...platformRoles])];
  const isKnown =
    all.length === staff.platformRoles.length &&
    (agency ?? staff.agency) === staff.agency &&
    (staff.isAgencyManager ?? false) >= isAgencyManager;
  if (isKnown) throw alreadyExists();
  // A clerk must leave one agency before joining another.
  if (agency !== undefined && staff.agency !== undefined && agency !== staff.agency) throw rolesConflict();
  const next = {
    ...staff,
    platformRoles: all,
    agency: agency ?? staff.agency,
    ...(isAgencyManager && { isAgencyManager }),
    status: resolveReturnStatus(staff),
  };
  if (next.agency !== undefined && (all.length > 0 || staff.workplaces.length > 0)) throw rolesConflict();
  return withHistory(
    next,
    { action: 'invited', roles: agency === undefined ? platformRoles : agencyRoles({ isAgencyManager }) },
    audit,
  );
}

/** Sets the roles at a centre. Returns the same object if nothing changes. @throws Problem NOT_FOUND */
export function withRoles<S extends Staff>(staff: S, centre: string, roles: CentreRole[], audit: AuditInfo): S {
  const workplace = findWorkplace(staff, centre) ?? throwNotFound();
  if (hasSameRoles(workplace.roles, roles)) return staff;
  return withHistory(
    replaceWorkplace(staff, { ...workplace, roles }),
    { action: 'roles-changed', centre, roles },
    audit,
  );
}

/** Sets the platform roles. @throws Problem ROLES_CONFLICT for an agency clerk */
export function withPlatformRoles<S extends Staff>(staff: S, platformRoles: PlatformRole[], audit: AuditInfo): S {
  if (hasSameRoles(staff.platformRoles, platformRoles)) return staff;
  if (staff.agency !== undefined) throw rolesConflict();
  const next = markFormerIfUnassigned({ ...staff, platformRoles });
  return withHistory(next, { action: 'roles-changed', roles: platformRoles }, audit);
}

/** Suspends an operator at a centre, or everywhere. @throws Problem NOT_FOUND */
export function suspend<S extends Staff>(staff: S, centre: string | undefined, audit: AuditInfo): S {
  if (centre === undefined) {
    if (staff.status === 'former') return throwNotFound();
    return withHistory({ ...staff, status: 'suspended', revokeTime: audit.time }, { action: 'suspended' }, audit);
  }
  const workplace = findWorkplace(staff, centre) ?? throwNotFound();
  if (workplace.suspended) return staff;
  return withHistory(
    replaceWorkplace(staff, { ...workplace, suspended: true }),
    { action: 'suspended', centre },
    audit,
  );
}

/** Lifts the suspension at a centre, or everywhere. @throws Problem NOT_FOUND */
export function reinstate<S extends Staff>(staff: S, centre: string | undefined, audit: AuditInfo): S {
  if (centre === undefined) {
    if (staff.status === 'former') return throwNotFound();
    return withHistory(
      { ...staff, status: resolveActiveStatus(staff), revokeTime: audit.time },
      { action: 'reinstated' },
      audit,
    );
  }
  const workplace = findWorkplace(staff, centre) ?? throwNotFound();
  if (!workplace.suspended) return staff;
  return withHistory(
    replaceWorkplace(staff, { ...workplace, suspended: false }),
    { action: 'reinstated', centre },
    audit,
  );
}

/**
 * Removes an operator from a centre, or everywhere. Without any position left they are `former`.
 * @throws Problem NOT_FOUND
 */
export function remove<S extends Staff>(staff: S, centre: string | undefined, audit: AuditInfo): S {
  if (centre === undefined) {
    if (staff.status === 'former') return throwNotFound();
    const nowhere = { ...staff, workplaces: [], platformRoles: [], agency: undefined, revokeTime: audit.time };
    return withHistory(markFormerIfUnassigned(nowhere), { action: 'removed' }, audit);
  }
  if (!findWorkplace(staff, centre)) return throwNotFound();
  const workplaces = staff.workplaces.filter((workplace) => workplace.centre !== centre);
  return withHistory(markFormerIfUnassigned({ ...staff, workplaces }), { action: 'removed', centre }, audit);
}

/** Sets or ends the absence at a centre. @throws Problem NOT_FOUND */
export function withAbsence<S extends Staff>(
  staff: S,
  centre: string,
  absence: Absence | undefined,
  audit: AuditInfo,
): S {
  const workplace = findWorkplace(staff, centre) ?? throwNotFound();
  if (!absence && !workplace.absence) return staff;
  const action = absence ? 'absence-recorded' : 'absence-ended';
  return withHistory(replaceWorkplace(staff, { ...workplace, absence }), { action, centre }, audit);
}

/** Drops the stand-in if they no longer work at the centre. */
export function withoutFormerStandIn<S extends Staff>(staff: S, centre: string, hasLeft: (id: string) => boolean): S {
  const workplace = findWorkplace(staff, centre);
  const { absence } = workplace ?? {};
  if (!workplace || absence?.standIn === undefined || !hasLeft(absence.standIn)) return staff;
  return replaceWorkplace(staff, { ...workplace, absence: { from: absence.from, to: absence.to } });
}

/** Minimum time between two recorded sign-ins. */
const SIGN_IN_RECORD_INTERVAL_MS = 60_000;

/**
 * Records a sign-in. An invited person becomes active; the invitation to this centre ends.
 * @param centre code; undefined for a session without a centre
 */
export function withSignIn<S extends Staff>(staff: S, actor: string, time: Date, centre?: string): S {
  const isFirst = staff.status === 'invited';
  const arrival = centre === undefined ? undefined : findInvitedWorkplace(staff, centre);
  const last = staff.lastSignInTime?.getTime() ?? 0;
  if (!isFirst && !arrival && time.getTime() - last < SIGN_IN_RECORD_INTERVAL_MS) return staff;
  const arrived = arrival ? replaceWorkplace(staff, { ...arrival, pendingInvitation: undefined }) : staff;
  const next: S = { ...arrived, lastSignInTime: time, status: isFirst ? 'active' : staff.status };
  if (!isFirst && !arrival) return next;
  return withHistory(next, { action: 'signed-in', centre: arrival?.centre }, { actor, time });
}

/** Returns the person without name, number and reasons. */
export function eraseStaff<S extends Staff>(staff: S, eraseTime: Date): S {
  const history = staff.history.map((entry) => ({ ...entry, reason: undefined }));
  return { ...staff, givenName: '', familyName: '', displayName: '', person: undefined, history, eraseTime };
}

/** Records that support viewed the person. */
export function withViewedEntry<S extends Staff>(staff: S, centre: string | undefined, audit: AuditInfo): S {
  return withHistory(staff, { action: 'viewed', centre }, audit);
}

/**
 * Returns the history that a centre may see, oldest first: entries of the centre, and entries of the whole person
 * between their first sign-in there and their removal.
 */
export function historyAt(
  { history, workplaces }: Pick<Staff, 'history' | 'workplaces'>,
  centre: string,
): StaffHistoryEntry[] {
  const first = history.find((entry) => entry.centre === centre);
  const workplace = findWorkplace({ workplaces }, centre);
  let worksHere = first
    ? first.action !== 'invited' && !first.isPending
    : workplace !== undefined && !workplace.pendingInvitation;
  return history.filter((entry) => {
    const isHere = entry.centre === centre;
    if (isHere) worksHere = !entry.isPending;
    const concerns = isHere || (entry.centre === undefined && worksHere);
    if (concerns && entry.action === 'removed') worksHere = false;
    return concerns;
  });
}

/** Returns when the person left a centre; undefined if they still work there or never did. */
export function findLeaveTime(staff: Pick<Staff, 'history' | 'workplaces'>, centre: string): Date | undefined {
  if (findWorkplace(staff, centre)) return undefined;
  return historyAt(staff, centre).findLast(({ action }) => action === 'removed')?.time;
}

/** @param today civil date, yyyy-MM-dd */
export const isAbsenceOver = ({ to }: Absence, today: string): boolean => to < today;

function withHistory<S extends Staff>(
  staff: S,
  entry: Omit<StaffHistoryEntry, 'time' | 'actor' | 'reason' | 'isPending'>,
  { actor, time, reason }: AuditInfo,
): S {
  const isPending = entry.centre !== undefined && findInvitedWorkplace(staff, entry.centre) ? true : undefined;
  const history = [...staff.history, { ...entry, actor, time, reason, isPending }];
  if (history.length > MAX_HISTORY_ENTRIES) {
    // Recorded views must not displace changes.
    const oldest = history.findIndex(({ action }) => action === 'viewed');
    history.splice(Math.max(oldest, 0), 1);
  }
  return { ...staff, history };
}

function replaceWorkplace<S extends Staff>(staff: S, next: Workplace): S {
  return {
    ...staff,
    workplaces: staff.workplaces.map((workplace) => (workplace.centre === next.centre ? next : workplace)),
  };
}

const resolveActiveStatus = ({ lastSignInTime }: Staff): StaffStatus => (lastSignInTime ? 'active' : 'invited');

/** A new position reinstates a former member but does not lift a suspension. */
const resolveReturnStatus = (staff: Staff): StaffStatus => (staff.status === 'former' ? 'invited' : staff.status);

function markFormerIfUnassigned<S extends Staff>(staff: S): S {
  const { workplaces, platformRoles, agency } = staff;
  const isNowhere = workplaces.length === 0 && platformRoles.length === 0 && agency === undefined;
  return isNowhere ? { ...staff, status: 'former' } : staff;
}

const hasSameRoles = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((role) => others.includes(role));

function throwNotFound(): never {
  throw new Problem({ reason: 'NOT_FOUND', message: 'Operator not found.' });
}

const alreadyExists = (): Problem =>
  new Problem({ reason: 'ALREADY_EXISTS', message: 'The person already has this position.' });

const rolesConflict = (): Problem =>
  new Problem({
    reason: 'ROLES_CONFLICT',
    message: `The roles are incompatible, or the limit of ${MAX_WORKPLACES} centres is reached.`,
  });
