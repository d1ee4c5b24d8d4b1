import { END_STATES } from '@cups/application';
import type { Application, ActionRecord } from './application.ts';
import { toCivilDate } from './terms.ts';

/**
 * Counts and durations for supervisors, computed over all applications filed in a period. No content and no
 * personal names.
 */

export type CountedApplication = Pick<Application, 'createTime' | 'submitTime' | 'state' | 'dueDate'> & {
  history: Pick<ActionRecord, 'fromState' | 'toState' | 'recordTime'>[];
  decision?: { approved: boolean };
  outcome?: { needMet: boolean };
};

/**
 * Counts, and median durations in seconds. A median covers the applications that have left that holder; it is
 * absent if none has.
 */
export interface Statistics {
  filed: number;
  open: number;
  approved: number;
  rejected: number;
  withdrawn: number;
  expired: number;
  overdue: number;
  needMet: number;
  needNotMet: number;
  deskSeconds?: number;
  agencySeconds?: number;
  citizenSeconds?: number;
}

/** Time that an application spent with each holder, ms. */
interface TimeSpent {
  desk: number;
  agency: number;
  citizen: number;
  /** True once the agency has decided, and once the applicant has collected. */
  decided: boolean;
  collected: boolean;
}

const HOLDER_BY_STATE = {
  draft: 'desk',
  submitted: 'agency',
  'in-progress': 'agency',
  'documents-requested': 'citizen',
  ready: 'citizen',
  rejected: 'citizen',
} as const;

function computeTimeSpent({ createTime, history }: CountedApplication): TimeSpent {
  const spent: TimeSpent = { desk: 0, agency: 0, citizen: 0, decided: false, collected: false };
  let since = createTime;
  for (const { fromState, toState, recordTime } of history) {
    if (fromState === toState) continue;
    if (fromState in HOLDER_BY_STATE) {
      spent[HOLDER_BY_STATE[fromState as keyof typeof HOLDER_BY_STATE]] += Math.max(
        0,
        recordTime.getTime() - since.getTime(),
      );
    }
    if (toState === 'ready' || toState === 'rejected') spent.decided = true;
    if (toState === 'handed-over') spent.collected = true;
    since = recordTime;
  }
  return spent;
}

const isOverdue = ({ state, dueDate }: CountedApplication, day: string): boolean =>
  (state === 'submitted' || state === 'in-progress') && dueDate !== undefined && dueDate < day;

export function computeStatistics(applications: readonly CountedApplication[], now: Date): Statistics {
  const day = toCivilDate(now);
  const count = (matches: (app: CountedApplication) => boolean) => applications.filter(matches).length;
  const timesSpent = applications.map(computeTimeSpent);
  const statistics: Statistics = {
    filed: applications.length,
    open: count(({ state }) => !END_STATES.includes(state)),
    approved: count(({ decision }) => decision?.approved === true),
    rejected: count(({ decision }) => decision?.approved === false),
    withdrawn: count(({ state }) => state === 'withdrawn'),
    expired: count(({ state }) => state === 'expired'),
    overdue: count((app) => isOverdue(app, day)),
    needMet: count(({ outcome }) => outcome?.needMet === true),
    needNotMet: count(({ outcome }) => outcome?.needMet === false),
  };
  const times: [keyof Statistics, number[]][] = [
    ['deskSeconds', timesSpent.map(({ desk }) => desk)],
    ['agencySeconds', timesSpent.filter(({ decided }) => decided).map(({ agency }) => agency)],
    ['citizenSeconds', timesSpent.filter(({ collected }) => collected).map(({ citizen }) => citizen)],
  ];
  for (const [name, values] of times) {
    const seconds = computeMedian(values);
    if (seconds !== undefined) statistics[name] = Math.round(seconds / 1000);
  }
  return statistics;
}

function computeMedian(values: number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
