import type { StaffHistoryKind } from '@cups/application';
import { Problem } from '@cups/problem';
import { PLATFORM_TEAM } from './team-leadership.ts';
import type { OperatorRole } from './operators.ts';
import type { EmploymentStatus } from './sessions.ts';

/** Who works at centres, for the platform and at agencies: one document a person, and what may become of it. All here is pure. */

export type CentreRole = Extract<OperatorRole, 'specialist' | 'centre-manager'>;
export type PlatformRole = Extract<OperatorRole, 'supervisor' | 'support'>;
export type StaffStatus = 'invited' | 'active' | 'suspended' | 'gone';

/** That somebody is away: first and last day, civil dates in Chisinau. */
export interface Absence {
  from: string;
  to: string;
  /** Id of an operator of the same centre. */
  standIn?: string | undefined;
}

/** A centre where somebody works. */
export interface Workplace {
  centre: string;
  roles: CentreRole[];
  suspended: boolean;
  absence?: Absence | undefined;
  /** Who invited, and when, a person whom the platform knew before; absent once they have signed in at this centre. */
  awaited?: { by: string; time: Date } | undefined;
}

/** What was done to somebody. */
export interface StaffHistoryEntry {
  time: Date;
  /** `operators/{id}`, or the name of who did it by the tool. */
  by: string;
  action: Exclude<StaffHistoryKind, 'other'>;
  /** Code of the centre where; absent as a whole. */
  centre?: string | undefined;
  roles?: OperatorRole[] | undefined;
  why?: string | undefined;
  /** True while the person was awaited at the centre of the act. */
  awaits?: boolean | undefined;
}

/** The personal number: sealed, and as keyed hashes by which it is found. */
export interface SealedPersonNumber {
  sealed: string;
  /** Of the key that sealed it. */
  kid: string;
  /** One by each key that hashed when it was sealed; a release before this one kept one as a text. */
  hash: string[];
  /** All these keys by name; absent of what a release before this one sealed. */
  keys?: string | undefined;
}

export interface Staff {
  givenName: string;
  familyName: string;
  displayName: string;
  language: string;
  /** Made by the local test provider. */
  synthetic?: boolean | undefined;
  person?: SealedPersonNumber | undefined;
  /** The first is where they are at home. */
  places: Workplace[];
  platformRoles: PlatformRole[];
  /** Code of the agency of a clerk, who works nowhere else. */
  agency?: string | undefined;
  status: StaffStatus;
  /** Sessions that began up to then have ended: the time of the last suspension or reinstatement. */
  endedBefore?: Date | undefined;
  lastSignInTime?: Date | undefined;
  /** `operators/{id}`; absent where a tool did it. */
  invitedBy?: string | undefined;
  inviteTime: Date;
  /** The newest last, at most {@link MAX_HISTORY_ENTRIES}. */
  history: StaffHistoryEntry[];
}

/** Who does something, when and why. */
export interface AuditInfo {
  by: string;
  time: Date;
  why?: string | undefined;
}

const MAX_HISTORY_ENTRIES = 200;
/** One person works at no more centres than these. */
const MAX_WORKPLACES = 20;

/** The place at a centre; undefined where they do not work there. */
export function findWorkplace({ places }: Pick<Staff, 'places'>, centre: string): Workplace | undefined {
  return places.find((workplace) => workplace.centre === centre);
}

/** The place of somebody whom the platform knew before, and who has not signed in there yet; undefined of all others. */
export function findAwaitedWorkplace(staff: Pick<Staff, 'places'>, centre: string): Workplace | undefined {
  const workplace = findWorkplace(staff, centre);
  return workplace?.awaited ? workplace : undefined;
}

/** What somebody may be in a session at this centre; without one, what they are for the platform or their agency. */
export function rolesAt(staff: Pick<Staff, 'places' | 'platformRoles' | 'agency'>, centre?: string): OperatorRole[] {
  if (staff.agency !== undefined) return ['agency-clerk'];
  const workplace = centre === undefined ? undefined : findWorkplace(staff, centre);
  return [...(workplace && !workplace.suspended ? workplace.roles : []), ...staff.platformRoles];
}

/** Where they may work now, the home first. */
export function activeWorkplaces({ places }: Pick<Staff, 'places'>): string[] {
  return places.filter(({ suspended }) => !suspended).map(({ centre }) => centre);
}

/** Whether they may work at this centre; without one, for the platform or their agency. */
export function resolveEmploymentStatus(staff: Staff, centre: string | undefined): EmploymentStatus {
  const workplace = centre === undefined ? undefined : findWorkplace(staff, centre);
  return {
    suspended: staff.status === 'suspended' || workplace?.suspended === true,
    left: staff.status === 'gone' || (centre === undefined ? rolesAt(staff).length === 0 : !workplace),
    endedBefore: staff.endedBefore,
  };
}

/** Whether somebody works at a centre, and may. */
export function isActiveAt(staff: Staff, centre: string): boolean {
  const { left, suspended: isSuspended } = resolveEmploymentStatus(staff, centre);
  return !left && !isSuspended;
}

/** The teams that they lead, be it that they have not come yet: centres as manager, by code, and the platform as supervisor. */
export function findLedTeams({ places, platformRoles, status }: Staff): string[] {
  if (status !== 'invited' && status !== 'active') return [];
  const managed = places.filter(({ suspended, roles }) => !suspended && roles.includes('centre-manager'));
  const supervised = platformRoles.includes('supervisor') ? [PLATFORM_TEAM] : [];
  return [...managed.map(({ centre }) => centre), ...supervised];
}

/** A further place of somebody who is known. @throws Problem ALREADY_EXISTS, ROLES_CONFLICT */
export function withWorkplace<S extends Staff>(staff: S, centre: string, roles: CentreRole[], audit: AuditInfo): S {
  if (findWorkplace(staff, centre)) throw alreadyExists();
  if (staff.agency !== undefined || staff.places.length >= MAX_WORKPLACES) throw rolesConflict();
  const awaited = staff.history.length > 0 ? { by: audit.by, time: audit.time } : undefined;
  const places = [...staff.places, { centre, roles, suspended: false, awaited }];
  return withHistory(
    { ...staff, places, status: resolveReturnStatus(staff) },
    { action: 'invited', centre, roles },
    audit,
  );
}

/** What somebody is for the platform or an agency. */
export interface PlatformPosition {
  platformRoles: PlatformRole[];
  agency?: string | undefined;
}

/**
 * Further roles for the platform, or an agency, of somebody who is known.
 * @throws Problem ALREADY_EXISTS when they have them, ROLES_CONFLICT for a clerk of an agency who would be anything else
 */
export function withPlatformPosition<S extends Staff>(
  staff: S,
  { platformRoles, agency }: PlatformPosition,
  audit: AuditInfo,
): S {
  const all = [...new Set([...staff.platformRoles, ...platformRoles])];
  const isKnown = all.length === staff.platformRoles.length && (agency ?? staff.agency) === staff.agency;
  if (isKnown) throw alreadyExists();
  // Whoever goes to another agency leaves the one before first.
  if (agency !== undefined && staff.agency !== undefined && agency !== staff.agency) throw rolesConflict();
  const next = { ...staff, platformRoles: all, agency: agency ?? staff.agency, status: resolveReturnStatus(staff) };
  if (next.agency !== undefined && (all.length > 0 || staff.places.length > 0)) throw rolesConflict();
  return withHistory(
    next,
    { action: 'invited', roles: agency === undefined ? platformRoles : ['agency-clerk'] },
    audit,
  );
}

/** Other roles at a centre; the same document when they are what they were. @throws Problem NOT_FOUND */
export function withRoles<S extends Staff>(staff: S, centre: string, roles: CentreRole[], audit: AuditInfo): S {
  const workplace = findWorkplace(staff, centre) ?? throwNotFound();
  if (hasSameRoles(workplace.roles, roles)) return staff;
  return withHistory(
    replaceWorkplace(staff, { ...workplace, roles }),
    { action: 'roles-changed', centre, roles },
    audit,
  );
}

/** Other roles for the platform. @throws Problem ROLES_CONFLICT for a clerk of an agency */
export function withPlatformRoles<S extends Staff>(staff: S, platformRoles: PlatformRole[], audit: AuditInfo): S {
  if (hasSameRoles(staff.platformRoles, platformRoles)) return staff;
  if (staff.agency !== undefined) throw rolesConflict();
  const next = markFormerIfUnassigned({ ...staff, platformRoles });
  return withHistory(next, { action: 'roles-changed', roles: platformRoles }, audit);
}

/** Suspended at a centre, or as a whole. @throws Problem NOT_FOUND */
export function suspend<S extends Staff>(staff: S, centre: string | undefined, audit: AuditInfo): S {
  if (centre === undefined) {
    if (staff.status === 'gone') return throwNotFound();
    return withHistory({ ...staff, status: 'suspended', endedBefore: audit.time }, { action: 'suspended' }, audit);
  }
  const workplace = findWorkplace(staff, centre) ?? throwNotFound();
  if (workplace.suspended) return staff;
  return withHistory(
    replaceWorkplace(staff, { ...workplace, suspended: true }),
    { action: 'suspended', centre },
    audit,
  );
}

/** The suspension lifted, at a centre or as a whole. @throws Problem NOT_FOUND */
export function reinstate<S extends Staff>(staff: S, centre: string | undefined, audit: AuditInfo): S {
  if (centre === undefined) {
    if (staff.status === 'gone') return throwNotFound();
    return withHistory(
      { ...staff, status: resolveActiveStatus(staff), endedBefore: audit.time },
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

/** Let go from a centre, or altogether; who works nowhere any more is gone. @throws Problem NOT_FOUND */
export function remove<S extends Staff>(staff: S, centre: string | undefined, audit: AuditInfo): S {
  if (centre === undefined) {
    if (staff.status === 'gone') return throwNotFound();
    const nowhere = { ...staff, places: [], platformRoles: [], agency: undefined, endedBefore: audit.time };
    return withHistory(markFormerIfUnassigned(nowhere), { action: 'removed' }, audit);
  }
  if (!findWorkplace(staff, centre)) return throwNotFound();
  const places = staff.places.filter((workplace) => workplace.centre !== centre);
  return withHistory(markFormerIfUnassigned({ ...staff, places }), { action: 'removed', centre }, audit);
}

/** Away from a centre, or back. @throws Problem NOT_FOUND */
export function withAbsence<S extends Staff>(
  staff: S,
  centre: string,
  absence: Absence | undefined,
  audit: AuditInfo,
): S {
  const workplace = findWorkplace(staff, centre) ?? throwNotFound();
  if (!absence && !workplace.absence) return staff;
  const action = absence ? 'absent' : 'back';
  return withHistory(replaceWorkplace(staff, { ...workplace, absence }), { action, centre }, audit);
}

/** Without whom stands in, where that one has left. */
export function withoutFormerStandIn<S extends Staff>(staff: S, centre: string, hasLeft: (id: string) => boolean): S {
  const workplace = findWorkplace(staff, centre);
  const { absence } = workplace ?? {};
  if (!workplace || absence?.standIn === undefined || !hasLeft(absence.standIn)) return staff;
  return replaceWorkplace(staff, { ...workplace, absence: { from: absence.from, to: absence.to } });
}

/** So often at most a sign-in is written down. */
const SIGN_IN_RECORD_INTERVAL_MS = 60_000;

/**
 * They have signed in: who was invited is active from then on, and no longer awaited at this centre.
 * @param centre code; undefined for a session without a centre
 */
export function withSignIn<S extends Staff>(staff: S, by: string, time: Date, centre?: string): S {
  const isFirst = staff.status === 'invited';
  const arrival = centre === undefined ? undefined : findAwaitedWorkplace(staff, centre);
  const last = staff.lastSignInTime?.getTime() ?? 0;
  if (!isFirst && !arrival && time.getTime() - last < SIGN_IN_RECORD_INTERVAL_MS) return staff;
  const here = arrival ? replaceWorkplace(staff, { ...arrival, awaited: undefined }) : staff;
  const next: S = { ...here, lastSignInTime: time, status: isFirst ? 'active' : staff.status };
  if (!isFirst && !arrival) return next;
  return withHistory(next, { action: 'signed-in', centre: arrival?.centre }, { by, time });
}

/** Somebody looked at them, for a reason that they gave. */
export function withViewedEntry<S extends Staff>(staff: S, centre: string | undefined, audit: AuditInfo): S {
  return withHistory(staff, { action: 'looked-at', centre }, audit);
}

/**
 * What concerns a centre: what was done to somebody there, and to the whole person while they worked there, which begins when
 * they come. The oldest first.
 */
export function historyAt({ history, places }: Pick<Staff, 'history' | 'places'>, centre: string): StaffHistoryEntry[] {
  const first = history.find((entry) => entry.centre === centre);
  const workplace = findWorkplace({ places }, centre);
  let worksHere = first ? first.action !== 'invited' && !first.awaits : workplace !== undefined && !workplace.awaited;
  return history.filter((entry) => {
    const isHere = entry.centre === centre;
    if (isHere) worksHere = !entry.awaits;
    const concerns = isHere || (entry.centre === undefined && worksHere);
    if (concerns && entry.action === 'removed') worksHere = false;
    return concerns;
  });
}

/** When somebody left a centre; undefined for who works there, or never did. */
export function findLeaveTime(staff: Pick<Staff, 'history' | 'places'>, centre: string): Date | undefined {
  if (findWorkplace(staff, centre)) return undefined;
  return historyAt(staff, centre).findLast(({ action }) => action === 'removed')?.time;
}

/** Whether an absence is over on this day, yyyy-MM-dd. */
export const isAbsenceOver = ({ to }: Absence, today: string): boolean => to < today;

function withHistory<S extends Staff>(
  staff: S,
  entry: Omit<StaffHistoryEntry, 'time' | 'by' | 'why' | 'awaits'>,
  { by, time, why }: AuditInfo,
): S {
  const awaits = entry.centre !== undefined && findAwaitedWorkplace(staff, entry.centre) ? true : undefined;
  const history = [...staff.history, { ...entry, by, time, why, awaits }];
  if (history.length > MAX_HISTORY_ENTRIES) {
    // Looks must not push out what was done.
    const oldest = history.findIndex(({ action }) => action === 'looked-at');
    history.splice(Math.max(oldest, 0), 1);
  }
  return { ...staff, history };
}

function replaceWorkplace<S extends Staff>(staff: S, next: Workplace): S {
  return { ...staff, places: staff.places.map((workplace) => (workplace.centre === next.centre ? next : workplace)) };
}

/** What somebody is who is neither suspended nor gone. */
const resolveActiveStatus = ({ lastSignInTime }: Staff): StaffStatus => (lastSignInTime ? 'active' : 'invited');

/** A new place brings back who was gone; a suspension stays. */
const resolveReturnStatus = (staff: Staff): StaffStatus => (staff.status === 'gone' ? 'invited' : staff.status);

function markFormerIfUnassigned<S extends Staff>(staff: S): S {
  const { places, platformRoles, agency } = staff;
  const isNowhere = places.length === 0 && platformRoles.length === 0 && agency === undefined;
  return isNowhere ? { ...staff, status: 'gone' } : staff;
}

const hasSameRoles = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((role) => others.includes(role));

function throwNotFound(): never {
  throw new Problem({ reason: 'NOT_FOUND', message: 'No such operator.' });
}

const alreadyExists = (): Problem =>
  new Problem({ reason: 'ALREADY_EXISTS', message: 'This person works there already.' });

const rolesConflict = (): Problem =>
  new Problem({ reason: 'ROLES_CONFLICT', message: 'These roles, or so many places, do not go together.' });
