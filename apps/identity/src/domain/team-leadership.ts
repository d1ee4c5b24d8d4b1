import { Problem } from '@cups/problem';

/**
 * An open centre keeps a manager, and the platform a supervisor.
 * One document per team serialises departures: a leader is recorded there before their own document changes,
 * so two leaders who leave concurrently see each other.
 */

/** The team that supervisors lead. All other teams are centres, named by code. */
export const PLATFORM_TEAM = 'platform';

/** A leader who is about to stop leading a team. */
export interface LeaderDeparture {
  operator: string;
  time: Date;
}

/** Longer than a call can run: by then the leader's own document has changed, or never will. */
const DEPARTURE_TTL_MS = 60_000;

/** IDs of all leaders according to their own documents. */
export interface TeamLeaders {
  team: string;
  ids: readonly string[];
}

/**
 * Adds a departure and drops expired ones.
 * @throws Problem LAST_MANAGER or LAST_SUPERVISOR if no leader would remain
 */
export function addDeparture(
  departures: readonly LeaderDeparture[],
  next: LeaderDeparture,
  { team, ids }: TeamLeaders,
): LeaderDeparture[] {
  const others = departures.filter(
    ({ operator, time }) => operator !== next.operator && next.time.getTime() - time.getTime() < DEPARTURE_TTL_MS,
  );
  const away = new Set([next.operator, ...others.map(({ operator }) => operator)]);
  if (ids.every((id) => away.has(id))) throw lastLeader(team);
  return [...others, next];
}

export function removeDeparture(departures: readonly LeaderDeparture[], operator: string): LeaderDeparture[] {
  return departures.filter((departure) => departure.operator !== operator);
}

const lastLeader = (team: string): Problem =>
  team === PLATFORM_TEAM
    ? new Problem({ reason: 'LAST_SUPERVISOR', message: 'The platform must keep at least one supervisor.' })
    : new Problem({ reason: 'LAST_MANAGER', message: 'An open centre must keep at least one manager.' });
