import { END_STATES } from '@cups/application';
import type { Application, ActionRecord } from './application.ts';
import { today } from './terms.ts';

/** Counts and times for supervisors: pure sums over what was filed in a period, without content or names of people. */

/** What is read of an application to count it. */
export type Counted = Pick<Application, 'createTime' | 'submitTime' | 'state' | 'dueDate'> & {
  history: Pick<ActionRecord, 'fromState' | 'toState' | 'recordTime'>[];
  decision?: { approved: boolean };
  outcome?: { needMet: boolean };
};

/** Seconds; a median is of those that have left that place, absent when none has. */
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

/** Where an application was, how long, ms. */
interface Spent {
  desk: number;
  agency: number;
  citizen: number;
  /** Whether the agency has decided, and whether the citizen has collected. */
  decided: boolean;
  collected: boolean;
}

const WHERE = {
  draft: 'desk',
  submitted: 'agency',
  'in-progress': 'agency',
  'documents-requested': 'citizen',
  ready: 'citizen',
  rejected: 'citizen',
} as const;

/** How long it was at the desk, at the agency and at the citizen, by its history. */
function spentBy({ createTime, history }: Counted): Spent {
  const spent: Spent = { desk: 0, agency: 0, citizen: 0, decided: false, collected: false };
  let since = createTime;
  for (const { fromState, toState, recordTime } of history) {
    if (fromState === toState) continue;
    if (fromState in WHERE) {
      spent[WHERE[fromState as keyof typeof WHERE]] += Math.max(0, recordTime.getTime() - since.getTime());
    }
    if (toState === 'ready' || toState === 'rejected') spent.decided = true;
    if (toState === 'handed-over') spent.collected = true;
    since = recordTime;
  }
  return spent;
}

const isOverdue = ({ state, dueDate }: Counted, day: string): boolean =>
  (state === 'submitted' || state === 'in-progress') && dueDate !== undefined && dueDate < day;

/** The sums over these applications at an instant. */
export function statisticsOf(applications: readonly Counted[], now: Date): Statistics {
  const day = today(now);
  const many = (counts: (app: Counted) => boolean) => applications.filter(counts).length;
  const spent = applications.map(spentBy);
  const statistics: Statistics = {
    filed: applications.length,
    open: many(({ state }) => !END_STATES.includes(state)),
    approved: many(({ decision }) => decision?.approved === true),
    rejected: many(({ decision }) => decision?.approved === false),
    withdrawn: many(({ state }) => state === 'withdrawn'),
    expired: many(({ state }) => state === 'expired'),
    overdue: many((app) => isOverdue(app, day)),
    needMet: many(({ outcome }) => outcome?.needMet === true),
    needNotMet: many(({ outcome }) => outcome?.needMet === false),
  };
  const times: [keyof Statistics, number[]][] = [
    ['deskSeconds', spent.map(({ desk }) => desk)],
    ['agencySeconds', spent.filter(({ decided }) => decided).map(({ agency }) => agency)],
    ['citizenSeconds', spent.filter(({ collected }) => collected).map(({ citizen }) => citizen)],
  ];
  for (const [name, values] of times) {
    const seconds = median(values);
    if (seconds !== undefined) statistics[name] = Math.round(seconds / 1000);
  }
  return statistics;
}

function median(values: number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
