import type { Session, TeamMember } from '../api/types.ts';
import type { Spoken } from '../language/language.tsx';
import { dayAndClock, shortDate } from '../language/dates.ts';
import { TEAM } from '../texts/team.ts';
import type { Of } from './reads.ts';

/** How one of the staff stands, in words; and what whoever looks may do about it. */

export type Tone = 'plain' | 'away' | 'quiet' | 'trouble';
export type Standing = 'works' | 'away' | 'invited' | 'suspended' | 'gone';

export const TONES: Readonly<Record<Standing, Tone>> = {
  works: 'plain',
  away: 'away',
  invited: 'quiet',
  suspended: 'trouble',
  gone: 'quiet',
};

/** @param today a civil date of the centre */
export function standingOf({ status, suspended, absence, leaveTime }: TeamMember, today: string): Standing {
  if (status === 'gone' || leaveTime !== undefined) return 'gone';
  if (suspended || status === 'suspended') return 'suspended';
  if (absence && absence.from <= today && today <= absence.to) return 'away';
  return status === 'invited' ? 'invited' : 'works';
}

type Words = Pick<Spoken, 't'> & { today: string };

/**
 * `Lipsește până la 14.08.2026`, or the days of an absence to come; undefined while there is none.
 * @param said that they are away is said beside it: `până la 14.08.2026`
 */
export function absenceWords({ absence }: TeamMember, { t, today }: Words, said = false): string | undefined {
  if (!absence || absence.to < today) return undefined;
  const { from, to } = absence;
  return from <= today
    ? t(said ? TEAM.until : TEAM.awayUntil, { day: shortDate(to) })
    : t(TEAM.awayFrom, { from: shortDate(from).slice(0, 5), to: shortDate(to) });
}

/** Who stands in, of those that are in the list. */
export function standInWords({ absence }: TeamMember, members: readonly TeamMember[], t: Spoken['t']): string {
  const who = members.find(({ name }) => name === absence?.standIn);
  return who ? t(TEAM.standsIn, { who: who.displayName }) : t(TEAM.noStandIn);
}

export function seenWords({ status, lastSignInTime, leaveTime }: TeamMember, t: Spoken['t']): string {
  if (leaveTime) return t(TEAM.left, { when: dayAndClock(leaveTime) });
  if (lastSignInTime) return t(TEAM.seen, { when: dayAndClock(lastSignInTime) });
  return status === undefined ? '' : t(TEAM.neverSeen);
}

/** What may be done to one of the staff by whoever looks; the platform decides, this is what is offered. */
export interface May {
  /** Suspends, reinstates, removes. */
  access: boolean;
  roles: boolean;
  absence: boolean;
  /** The whole person, beside the place at a centre. */
  everywhere: boolean;
}
const NOTHING: May = { access: false, roles: false, absence: false, everywhere: false };

export function mayDo({ operator, centre }: Pick<Session, 'operator' | 'centre'>, of: Of, member: TeamMember): May {
  const isSelf = operator.name === member.name;
  const isGone = member.status === 'gone' || member.leaveTime !== undefined;
  if (operator.roles.includes('supervisor')) {
    const access = !isSelf && !isGone;
    return { access, roles: access, absence: of !== 'staff' && !isGone, everywhere: access };
  }
  const manages = operator.roles.includes('centre-manager') && centre === `centres/${of}`;
  if (!manages || isGone) return NOTHING;
  const access = !isSelf && !member.roles.includes('centre-manager') && member.status !== 'suspended';
  // A place has one role at least, and a manager gives one only: there is nothing to choose.
  return { access, roles: false, absence: true, everywhere: false };
}

/** Whether whoever looks invites to this team. */
export function mayInvite({ operator, centre }: Pick<Session, 'operator' | 'centre'>, of: Of): boolean {
  if (operator.roles.includes('supervisor')) return true;
  return operator.roles.includes('centre-manager') && centre === `centres/${of}`;
}

/** The roles that whoever looks may give in this team. */
export function rolesToGive({ operator }: Pick<Session, 'operator'>, of: Of): TeamMember['roles'] {
  if (of === 'staff') return ['supervisor', 'support', 'agency-clerk'];
  return operator.roles.includes('supervisor') ? ['specialist', 'centre-manager'] : ['specialist'];
}

/** Whether days make an absence: in order, and not over. */
export function isAbsence({ from, to }: { from: string; to: string }, today: string): boolean {
  return from !== '' && from <= to && to >= today;
}

/** Last part of operators/{id}. */
export const idOf = ({ name }: Pick<TeamMember, 'name'>): string => name.replace('operators/', '');
