import type { Session, TeamMember } from '../api/types.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import { formatDayAndTime, shortDate } from '../language/dates.ts';
import { TEAM } from '../texts/team.ts';
import type { TeamScope } from './queries.ts';

/** The status of a staff member in words, and the actions offered. */

export type StatusTone = 'plain' | 'away' | 'quiet' | 'trouble';
export type MemberStatus = 'works' | 'away' | 'invited' | 'suspended' | 'former';

export const STATUS_TONES: Readonly<Record<MemberStatus, StatusTone>> = {
  works: 'plain',
  away: 'away',
  invited: 'quiet',
  suspended: 'trouble',
  former: 'quiet',
};

/**
 * Returns the status of a member.
 * @param today a civil date of the centre
 */
export function resolveMemberStatus(
  { status, suspended, absence, leaveTime }: TeamMember,
  today: string,
): MemberStatus {
  if (status === 'former' || leaveTime !== undefined) return 'former';
  if (suspended || status === 'suspended') return 'suspended';
  if (absence && absence.from <= today && today <= absence.to) return 'away';
  return status === 'invited' ? 'invited' : 'works';
}

type TextContext = Pick<LanguageContextValue, 't'> & { today: string };

/**
 * Returns `Lipsește până la 14.08.2026` or a future absence; undefined without one.
 * @param isStated the absence is shown beside it, so the text is `până la 14.08.2026`
 */
export function absenceText({ absence }: TeamMember, { t, today }: TextContext, isStated = false): string | undefined {
  if (!absence || absence.to < today) return undefined;
  const { from, to } = absence;
  return from <= today
    ? t(isStated ? TEAM.until : TEAM.awayUntil, { day: shortDate(to) })
    : t(TEAM.awayFrom, { from: shortDate(from).slice(0, 5), to: shortDate(to) });
}

/** Returns the stand-in, if the list contains them. */
export function standInText(
  { absence }: TeamMember,
  members: readonly TeamMember[],
  t: LanguageContextValue['t'],
): string {
  const standIn = members.find(({ name }) => name === absence?.standIn);
  return standIn ? t(TEAM.standsIn, { who: standIn.displayName }) : t(TEAM.noStandIn);
}

export function lastSeenText({ status, lastSignInTime, leaveTime }: TeamMember, t: LanguageContextValue['t']): string {
  if (leaveTime) return t(TEAM.left, { when: formatDayAndTime(leaveTime) });
  if (lastSignInTime) return t(TEAM.seen, { when: formatDayAndTime(lastSignInTime) });
  return status === undefined ? '' : t(TEAM.neverSeen);
}

/** The actions to offer; the platform decides. */
export interface MemberPermissions {
  /** Suspend, reinstate and remove. */
  access: boolean;
  roles: boolean;
  absence: boolean;
  /** May act on the person platform-wide, not only at one centre. */
  everywhere: boolean;
}
const NO_PERMISSIONS: MemberPermissions = { access: false, roles: false, absence: false, everywhere: false };

export function resolvePermissions(
  { operator, centre }: Pick<Session, 'operator' | 'centre'>,
  scope: TeamScope,
  member: TeamMember,
): MemberPermissions {
  const isSelf = operator.name === member.name;
  const isFormer = member.status === 'former' || member.leaveTime !== undefined;
  if (operator.roles.includes('supervisor')) {
    const access = !isSelf && !isFormer;
    return { access, roles: access, absence: scope !== 'staff' && !isFormer, everywhere: access };
  }
  if (!managesCentre({ operator, centre }, scope) || isFormer) return NO_PERMISSIONS;
  const access = !isSelf && !member.roles.includes('centre-manager') && member.status !== 'suspended';
  // Managers assign one role only, so there is nothing to choose.
  return { access, roles: false, absence: true, everywhere: false };
}

/** Whether the operator may invite to this team. */
export const canInvite = (session: Pick<Session, 'operator' | 'centre'>, scope: TeamScope): boolean =>
  session.operator.roles.includes('supervisor') || managesCentre(session, scope);

/** Whether the operator manages this centre in the present session. */
export const managesCentre = (
  { operator, centre }: { operator: Session['operator']; centre?: string | undefined },
  scope: TeamScope,
): boolean => operator.roles.includes('centre-manager') && centre === `centres/${scope}`;

/** Whether the operator may list and revoke the devices of this team. The platform's staff has none. */
export const canManageDevices = (session: Pick<Session, 'operator' | 'centre'>, scope: TeamScope): boolean =>
  scope !== 'staff' && canInvite(session, scope);

/** Returns the roles that the operator may assign in this team. */
export function assignableRoles({ operator }: Pick<Session, 'operator'>, scope: TeamScope): TeamMember['roles'] {
  if (scope === 'staff') return ['supervisor', 'support', 'agency-clerk'];
  return operator.roles.includes('supervisor') ? ['specialist', 'centre-manager'] : ['specialist'];
}

/** Whether the dates are in order and do not end in the past. */
export function isValidAbsence({ from, to }: { from: string; to: string }, today: string): boolean {
  return from !== '' && from <= to && to >= today;
}

export const operatorIdOf = ({ name }: Pick<TeamMember, 'name'>): string => name.replace('operators/', '');
