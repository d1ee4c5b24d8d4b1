import type { StaffAct } from '@cups/application';
import { Problem } from '@cups/problem';
import { PLATFORM } from './managers.ts';
import type { OperatorRole } from './operators.ts';
import type { Standing } from './sessions.ts';

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
export interface Act {
  time: Date;
  /** `operators/{id}`, or the name of who did it by the tool. */
  by: string;
  action: Exclude<StaffAct, 'other'>;
  /** Code of the centre where; absent as a whole. */
  centre?: string | undefined;
  roles?: OperatorRole[] | undefined;
  why?: string | undefined;
  /** True while the person was awaited at the centre of the act. */
  awaits?: boolean | undefined;
}

/** The personal number: sealed, and as keyed hashes by which it is found. */
export interface SealedPerson {
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
  person?: SealedPerson | undefined;
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
  /** The newest last, at most {@link MOST_ACTS}. */
  history: Act[];
}

/** Who does something, when and why. */
export interface Deed {
  by: string;
  time: Date;
  why?: string | undefined;
}

const MOST_ACTS = 200;
/** One person works at no more centres than these. */
const MOST_PLACES = 20;

/** The place at a centre; undefined where they do not work there. */
export function placeOf({ places }: Pick<Staff, 'places'>, centre: string): Workplace | undefined {
  return places.find((place) => place.centre === centre);
}

/** The place of somebody whom the platform knew before, and who has not signed in there yet; undefined of all others. */
export function awaitedAt(staff: Pick<Staff, 'places'>, centre: string): Workplace | undefined {
  const place = placeOf(staff, centre);
  return place?.awaited ? place : undefined;
}

/** What somebody may be in a session at this centre; without one, what they are for the platform or their agency. */
export function rolesAt(staff: Pick<Staff, 'places' | 'platformRoles' | 'agency'>, centre?: string): OperatorRole[] {
  if (staff.agency !== undefined) return ['agency-clerk'];
  const place = centre === undefined ? undefined : placeOf(staff, centre);
  return [...(place && !place.suspended ? place.roles : []), ...staff.platformRoles];
}

/** Where they may work now, the home first. */
export function openPlaces({ places }: Pick<Staff, 'places'>): string[] {
  return places.filter(({ suspended }) => !suspended).map(({ centre }) => centre);
}

/** Whether they may work at this centre; without one, for the platform or their agency. */
export function standingAt(staff: Staff, centre: string | undefined): Standing {
  const place = centre === undefined ? undefined : placeOf(staff, centre);
  return {
    suspended: staff.status === 'suspended' || place?.suspended === true,
    left: staff.status === 'gone' || (centre === undefined ? rolesAt(staff).length === 0 : !place),
    endedBefore: staff.endedBefore,
  };
}

/** Whether somebody works at a centre, and may. */
export function worksAt(staff: Staff, centre: string): boolean {
  const { left, suspended: isSuspended } = standingAt(staff, centre);
  return !left && !isSuspended;
}

/** The teams that they lead, be it that they have not come yet: centres as manager, by code, and the platform as supervisor. */
export function teamsLed({ places, platformRoles, status }: Staff): string[] {
  if (status !== 'invited' && status !== 'active') return [];
  const managed = places.filter(({ suspended, roles }) => !suspended && roles.includes('centre-manager'));
  const supervised = platformRoles.includes('supervisor') ? [PLATFORM] : [];
  return [...managed.map(({ centre }) => centre), ...supervised];
}

/** A further place of somebody who is known. @throws Problem ALREADY_EXISTS, ROLES_CONFLICT */
export function placed<S extends Staff>(staff: S, centre: string, roles: CentreRole[], deed: Deed): S {
  if (placeOf(staff, centre)) throw knownHere();
  if (staff.agency !== undefined || staff.places.length >= MOST_PLACES) throw conflict();
  const awaited = staff.history.length > 0 ? { by: deed.by, time: deed.time } : undefined;
  const places = [...staff.places, { centre, roles, suspended: false, awaited }];
  return acted({ ...staff, places, status: cameBack(staff) }, { action: 'invited', centre, roles }, deed);
}

/** What somebody is for the platform or an agency. */
export interface Office {
  platformRoles: PlatformRole[];
  agency?: string | undefined;
}

/**
 * Further roles for the platform, or an agency, of somebody who is known.
 * @throws Problem ALREADY_EXISTS when they have them, ROLES_CONFLICT for a clerk of an agency who would be anything else
 */
export function appointed<S extends Staff>(staff: S, { platformRoles, agency }: Office, deed: Deed): S {
  const all = [...new Set([...staff.platformRoles, ...platformRoles])];
  const isKnown = all.length === staff.platformRoles.length && (agency ?? staff.agency) === staff.agency;
  if (isKnown) throw knownHere();
  // Whoever goes to another agency leaves the one before first.
  if (agency !== undefined && staff.agency !== undefined && agency !== staff.agency) throw conflict();
  const next = { ...staff, platformRoles: all, agency: agency ?? staff.agency, status: cameBack(staff) };
  if (next.agency !== undefined && (all.length > 0 || staff.places.length > 0)) throw conflict();
  return acted(next, { action: 'invited', roles: agency === undefined ? platformRoles : ['agency-clerk'] }, deed);
}

/** Other roles at a centre; the same document when they are what they were. @throws Problem NOT_FOUND */
export function rolesSet<S extends Staff>(staff: S, centre: string, roles: CentreRole[], deed: Deed): S {
  const place = placeOf(staff, centre) ?? notHere();
  if (sameRoles(place.roles, roles)) return staff;
  return acted(withPlace(staff, { ...place, roles }), { action: 'roles-changed', centre, roles }, deed);
}

/** Other roles for the platform. @throws Problem ROLES_CONFLICT for a clerk of an agency */
export function platformRolesSet<S extends Staff>(staff: S, platformRoles: PlatformRole[], deed: Deed): S {
  if (sameRoles(staff.platformRoles, platformRoles)) return staff;
  if (staff.agency !== undefined) throw conflict();
  const next = goneIfNowhere({ ...staff, platformRoles });
  return acted(next, { action: 'roles-changed', roles: platformRoles }, deed);
}

/** Suspended at a centre, or as a whole. @throws Problem NOT_FOUND */
export function suspended<S extends Staff>(staff: S, centre: string | undefined, deed: Deed): S {
  if (centre === undefined) {
    if (staff.status === 'gone') return notHere();
    return acted({ ...staff, status: 'suspended', endedBefore: deed.time }, { action: 'suspended' }, deed);
  }
  const place = placeOf(staff, centre) ?? notHere();
  if (place.suspended) return staff;
  return acted(withPlace(staff, { ...place, suspended: true }), { action: 'suspended', centre }, deed);
}

/** The suspension lifted, at a centre or as a whole. @throws Problem NOT_FOUND */
export function reinstated<S extends Staff>(staff: S, centre: string | undefined, deed: Deed): S {
  if (centre === undefined) {
    if (staff.status === 'gone') return notHere();
    return acted({ ...staff, status: hereAs(staff), endedBefore: deed.time }, { action: 'reinstated' }, deed);
  }
  const place = placeOf(staff, centre) ?? notHere();
  if (!place.suspended) return staff;
  return acted(withPlace(staff, { ...place, suspended: false }), { action: 'reinstated', centre }, deed);
}

/** Let go from a centre, or altogether; who works nowhere any more is gone. @throws Problem NOT_FOUND */
export function removed<S extends Staff>(staff: S, centre: string | undefined, deed: Deed): S {
  if (centre === undefined) {
    if (staff.status === 'gone') return notHere();
    const nowhere = { ...staff, places: [], platformRoles: [], agency: undefined, endedBefore: deed.time };
    return acted(goneIfNowhere(nowhere), { action: 'removed' }, deed);
  }
  if (!placeOf(staff, centre)) return notHere();
  const places = staff.places.filter((place) => place.centre !== centre);
  return acted(goneIfNowhere({ ...staff, places }), { action: 'removed', centre }, deed);
}

/** Away from a centre, or back. @throws Problem NOT_FOUND */
export function absenceSet<S extends Staff>(staff: S, centre: string, absence: Absence | undefined, deed: Deed): S {
  const place = placeOf(staff, centre) ?? notHere();
  if (!absence && !place.absence) return staff;
  const action = absence ? 'absent' : 'back';
  return acted(withPlace(staff, { ...place, absence }), { action, centre }, deed);
}

/** Without whom stands in, where that one has left. */
export function withoutStandIn<S extends Staff>(staff: S, centre: string, hasLeft: (id: string) => boolean): S {
  const place = placeOf(staff, centre);
  const { absence } = place ?? {};
  if (!place || absence?.standIn === undefined || !hasLeft(absence.standIn)) return staff;
  return withPlace(staff, { ...place, absence: { from: absence.from, to: absence.to } });
}

/** So often at most a sign-in is written down. */
const SIGN_IN_EVERY_MS = 60_000;

/**
 * They have signed in: who was invited is active from then on, and no longer awaited at this centre.
 * @param centre code; undefined for a session without a centre
 */
export function signedIn<S extends Staff>(staff: S, by: string, time: Date, centre?: string): S {
  const isFirst = staff.status === 'invited';
  const arrival = centre === undefined ? undefined : awaitedAt(staff, centre);
  const last = staff.lastSignInTime?.getTime() ?? 0;
  if (!isFirst && !arrival && time.getTime() - last < SIGN_IN_EVERY_MS) return staff;
  const here = arrival ? withPlace(staff, { ...arrival, awaited: undefined }) : staff;
  const next: S = { ...here, lastSignInTime: time, status: isFirst ? 'active' : staff.status };
  if (!isFirst && !arrival) return next;
  return acted(next, { action: 'signed-in', centre: arrival?.centre }, { by, time });
}

/** Somebody looked at them, for a reason that they gave. */
export function lookedAt<S extends Staff>(staff: S, centre: string | undefined, deed: Deed): S {
  return acted(staff, { action: 'looked-at', centre }, deed);
}

/**
 * What concerns a centre: what was done to somebody there, and to the whole person while they worked there, which begins when
 * they come. The oldest first.
 */
export function actsAt({ history, places }: Pick<Staff, 'history' | 'places'>, centre: string): Act[] {
  const first = history.find((act) => act.centre === centre);
  const place = placeOf({ places }, centre);
  let worksHere = first ? first.action !== 'invited' && !first.awaits : place !== undefined && !place.awaited;
  return history.filter((act) => {
    const isHere = act.centre === centre;
    if (isHere) worksHere = !act.awaits;
    const concerns = isHere || (act.centre === undefined && worksHere);
    if (concerns && act.action === 'removed') worksHere = false;
    return concerns;
  });
}

/** When somebody left a centre; undefined for who works there, or never did. */
export function leftAt(staff: Pick<Staff, 'history' | 'places'>, centre: string): Date | undefined {
  if (placeOf(staff, centre)) return undefined;
  return actsAt(staff, centre).findLast(({ action }) => action === 'removed')?.time;
}

/** Whether an absence is over on this day, yyyy-MM-dd. */
export const isOver = ({ to }: Absence, today: string): boolean => to < today;

function acted<S extends Staff>(
  staff: S,
  act: Omit<Act, 'time' | 'by' | 'why' | 'awaits'>,
  { by, time, why }: Deed,
): S {
  const awaits = act.centre !== undefined && awaitedAt(staff, act.centre) ? true : undefined;
  const history = [...staff.history, { ...act, by, time, why, awaits }];
  if (history.length > MOST_ACTS) {
    // Looks must not push out what was done.
    const oldest = history.findIndex(({ action }) => action === 'looked-at');
    history.splice(Math.max(oldest, 0), 1);
  }
  return { ...staff, history };
}

function withPlace<S extends Staff>(staff: S, next: Workplace): S {
  return { ...staff, places: staff.places.map((place) => (place.centre === next.centre ? next : place)) };
}

/** What somebody is who is neither suspended nor gone. */
const hereAs = ({ lastSignInTime }: Staff): StaffStatus => (lastSignInTime ? 'active' : 'invited');

/** A new place brings back who was gone; a suspension stays. */
const cameBack = (staff: Staff): StaffStatus => (staff.status === 'gone' ? 'invited' : staff.status);

function goneIfNowhere<S extends Staff>(staff: S): S {
  const { places, platformRoles, agency } = staff;
  const isNowhere = places.length === 0 && platformRoles.length === 0 && agency === undefined;
  return isNowhere ? { ...staff, status: 'gone' } : staff;
}

const sameRoles = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((role) => others.includes(role));

function notHere(): never {
  throw new Problem({ reason: 'NOT_FOUND', message: 'No such operator.' });
}

const knownHere = (): Problem => new Problem({ reason: 'ALREADY_EXISTS', message: 'This person works there already.' });

const conflict = (): Problem =>
  new Problem({ reason: 'ROLES_CONFLICT', message: 'These roles, or so many places, do not go together.' });
