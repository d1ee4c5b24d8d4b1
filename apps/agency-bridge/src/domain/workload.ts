import type { Delivery } from './delivery.ts';

/** What the clerks of an agency have to do and have done. Pure functions. */

/** Period of the decisions that are counted. */
export const WORKLOAD_PERIOD_DAYS = 30;
const DAY_MS = 86_400_000;
const TENTHS = 10;

/** An open delivery. */
export type OpenWork = Pick<Delivery, 'assignee' | 'queueTime' | 'sendTime' | 'dueDate'>;
/** A delivery with a decision. */
export type DecidedWork = Pick<Delivery, 'assignee' | 'queueTime' | 'sendTime' | 'answerTime'>;

export interface Workload {
  /** operators/{id}; '' for deliveries that nobody took. */
  assignee: string;
  open: number;
  /** Open deliveries whose legal term has passed. */
  overdue: number;
  /** Arrival of the oldest open delivery. */
  oldestTime: Date | undefined;
  decided: number;
  /** Days from the arrival to the decision, rounded to tenths; undefined without a decision. */
  medianDays: number | undefined;
}

/**
 * Returns one row for each assignee, most open deliveries first.
 * @param today yyyy-MM-dd, the last day of terms that have not passed
 */
export function computeWorkload(open: readonly OpenWork[], decided: readonly DecidedWork[], today: string): Workload[] {
  const openBy = Map.groupBy(open, assigneeOf);
  const decidedBy = Map.groupBy(decided, assigneeOf);
  const rows = [...new Set([...openBy.keys(), ...decidedBy.keys()])].map((assignee): Workload => {
    const [own, done] = [openBy.get(assignee) ?? [], decidedBy.get(assignee) ?? []];
    return {
      assignee,
      open: own.length,
      overdue: own.filter(({ dueDate }) => dueDate !== undefined && dueDate < today).length,
      oldestTime: own.map(arrivalOf).sort((a, b) => a.getTime() - b.getTime())[0],
      decided: done.length,
      medianDays: median(done.flatMap(daysToDecision)),
    };
  });
  return rows.sort((a, b) => b.open - a.open || (a.assignee < b.assignee ? -1 : 1));
}

const assigneeOf = ({ assignee }: { assignee?: string }): string => assignee ?? '';

const arrivalOf = ({ sendTime, queueTime }: Pick<Delivery, 'sendTime' | 'queueTime'>): Date => sendTime ?? queueTime;

const daysToDecision = (work: DecidedWork): number[] =>
  work.answerTime ? [(work.answerTime.getTime() - arrivalOf(work).getTime()) / DAY_MS] : [];

/** Returns the median, of an even number the mean of the middle two; rounded to tenths. */
function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]];
  if (low === undefined || high === undefined) return undefined;
  return Math.round(((low + high) / 2) * TENTHS) / TENTHS;
}
