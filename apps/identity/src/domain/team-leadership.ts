import { Problem } from '@cups/problem';

/**
 * A centre that is open keeps a manager, and the platform a supervisor. Whether another one stays is decided for each such team by
 * one document after the other: who is about to cease to lead it stands there before their own document says so, and two who
 * cease at once see each other.
 */

/** The team that supervisors lead; every other one is a centre, named by its code. */
export const PLATFORM_TEAM = 'platform';

/** Somebody who ceases to lead a team. */
export interface LeaderDeparture {
  operator: string;
  time: Date;
}

/** After so long their own document says so, or never will: the call that began it has ended. */
const DEPARTURE_TTL_MS = 60_000;

/** Who leads a team: the ids of all whose documents say so. */
export interface TeamLeaders {
  team: string;
  ids: readonly string[];
}

/**
 * Those who leave, with one more.
 * @throws Problem LAST_MANAGER or LAST_SUPERVISOR when nobody would stay
 */
export function addDeparture(
  leaving: readonly LeaderDeparture[],
  next: LeaderDeparture,
  { team, ids }: TeamLeaders,
): LeaderDeparture[] {
  const others = leaving.filter(
    ({ operator, time }) => operator !== next.operator && next.time.getTime() - time.getTime() < DEPARTURE_TTL_MS,
  );
  const away = new Set([next.operator, ...others.map(({ operator }) => operator)]);
  if (ids.every((id) => away.has(id))) throw lastLeader(team);
  return [...others, next];
}

/** Those who leave without one who stays after all, or is back. */
export function removeDeparture(leaving: readonly LeaderDeparture[], operator: string): LeaderDeparture[] {
  return leaving.filter((one) => one.operator !== operator);
}

const lastLeader = (team: string): Problem =>
  team === PLATFORM_TEAM
    ? new Problem({ reason: 'LAST_SUPERVISOR', message: 'The platform would be left without a supervisor.' })
    : new Problem({ reason: 'LAST_MANAGER', message: 'The centre is open and would be left without a manager.' });
