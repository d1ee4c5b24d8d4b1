import { END_STATES, toCivilDate } from '@cups/application';
import type { State } from '@cups/application';
import type { Application, ActionRecord } from './application.ts';

/**
 * Counts and durations for supervisors and centre managers, computed over all applications filed in a period. No content and no
 * personal names.
 */

export type CountedApplication = Pick<Application, 'createTime' | 'submitTime' | 'state' | 'dueDate' | 'training'> & {
  history: Pick<ActionRecord, 'kind' | 'fromState' | 'toState' | 'recordTime'>[];
  decision?: { approved: boolean };
  outcome?: { needMet: boolean };
};

/** What the statistics count of one filed application. Durations are whole seconds. */
export interface CountedRow {
  state: State;
  approved: boolean | undefined;
  needMet: boolean | undefined;
  /** Due date as the number yyyyMMdd; 0 without one. */
  dueDay: number;
  deskSeconds: number;
  /** Undefined until the agency has decided. */
  agencySeconds: number | undefined;
  /** Undefined until the applicant has collected the result. */
  citizenSeconds: number | undefined;
}

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
  /** Decided, and the result or rejection is not handed over. */
  toHandOver: number;
  needMet: number;
  needNotMet: number;
  deskSeconds?: number;
  agencySeconds?: number;
  citizenSeconds?: number;
}

const HOLDER_BY_STATE = {
  draft: 'desk',
  submitted: 'agency',
  'in-progress': 'agency',
  'documents-requested': 'citizen',
  ready: 'citizen',
  rejected: 'citizen',
} as const;

/** Returns what the statistics count of an application; undefined for drafts and training applications. */
export function toCountedRow(app: CountedApplication): CountedRow | undefined {
  if (!app.submitTime || app.training) return undefined;
  const { state, dueDate, decision, outcome } = app;
  return {
    state,
    approved: decision?.approved,
    needMet: outcome?.needMet,
    dueDay: dueDate === undefined ? 0 : toDayNumber(dueDate),
    ...computeTimeSpent(app),
  };
}

const toDayNumber = (date: string): number => Number(date.replaceAll('-', ''));

function computeTimeSpent({
  createTime,
  history,
}: CountedApplication): Pick<CountedRow, 'deskSeconds' | 'agencySeconds' | 'citizenSeconds'> {
  const spent = { desk: 0, agency: 0, citizen: 0 };
  let decided = false;
  let collected = false;
  let since = createTime;
  for (const { kind, fromState, toState, recordTime } of history) {
    // A paper result was on its way until then: neither the agency nor the citizen had it.
    if (kind === 'confirm-arrival') since = recordTime;
    if (fromState === toState) continue;
    if (fromState in HOLDER_BY_STATE) {
      spent[HOLDER_BY_STATE[fromState as keyof typeof HOLDER_BY_STATE]] += Math.max(
        0,
        recordTime.getTime() - since.getTime(),
      );
    }
    if (toState === 'ready' || toState === 'rejected') decided = true;
    if (toState === 'handed-over') collected = true;
    since = recordTime;
  }
  return {
    deskSeconds: Math.round(spent.desk / 1000),
    agencySeconds: decided ? Math.round(spent.agency / 1000) : undefined,
    citizenSeconds: collected ? Math.round(spent.citizen / 1000) : undefined,
  };
}

/** Whether the statistics count both alike. */
export function isCountedAlike(before: CountedApplication, after: CountedApplication): boolean {
  return JSON.stringify(toCountedRow(before)) === JSON.stringify(toCountedRow(after));
}

const HOLDERS = ['desk', 'agency', 'citizen'] as const;
type Counts = Omit<Statistics, `${(typeof HOLDERS)[number]}Seconds`>;

/** Adds up the rows of one group. */
export class Tally {
  readonly #today: number;
  readonly #counts: Counts = {
    filed: 0,
    open: 0,
    approved: 0,
    rejected: 0,
    withdrawn: 0,
    expired: 0,
    overdue: 0,
    toHandOver: 0,
    needMet: 0,
    needNotMet: 0,
  };
  readonly #seconds = { desk: new Durations(), agency: new Durations(), citizen: new Durations() };

  constructor(now: Date) {
    this.#today = toDayNumber(toCivilDate(now));
  }

  add({ state, approved, needMet, dueDay, deskSeconds, agencySeconds, citizenSeconds }: CountedRow): void {
    const counts = this.#counts;
    counts.filed += 1;
    if (!END_STATES.includes(state)) counts.open += 1;
    if (approved !== undefined) counts[approved ? 'approved' : 'rejected'] += 1;
    if (needMet !== undefined) counts[needMet ? 'needMet' : 'needNotMet'] += 1;
    if (state === 'withdrawn' || state === 'expired') counts[state] += 1;
    const isWithAgency = state === 'submitted' || state === 'in-progress';
    if (isWithAgency && dueDay !== 0 && dueDay < this.#today) counts.overdue += 1;
    if (state === 'ready' || state === 'rejected') counts.toHandOver += 1;
    this.#seconds.desk.push(deskSeconds);
    if (agencySeconds !== undefined) this.#seconds.agency.push(agencySeconds);
    if (citizenSeconds !== undefined) this.#seconds.citizen.push(citizenSeconds);
  }

  /** Adds all rows of another tally. */
  addAll(other: Tally): void {
    for (const name of Object.keys(this.#counts) as (keyof Counts)[]) this.#counts[name] += other.#counts[name];
    for (const holder of HOLDERS) this.#seconds[holder].pushAll(other.#seconds[holder]);
  }

  result(): Statistics {
    const result: Statistics = { ...this.#counts };
    for (const holder of HOLDERS) {
      const median = computeMedian(this.#seconds[holder].toArray());
      if (median !== undefined) result[`${holder}Seconds`] = median;
    }
    return result;
  }
}

/** A growing list of whole seconds. */
class Durations {
  #values = new Uint32Array(16);
  #length = 0;

  push(seconds: number): void {
    this.#reserve(1);
    this.#values[this.#length] = seconds;
    this.#length += 1;
  }

  pushAll(other: Durations): void {
    this.#reserve(other.#length);
    this.#values.set(other.#values.subarray(0, other.#length), this.#length);
    this.#length += other.#length;
  }

  /** Returns a copy. */
  toArray(): Uint32Array {
    return this.#values.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#values.length) return;
    const values = new Uint32Array(2 * (this.#length + more));
    values.set(this.#values);
    this.#values = values;
  }
}

/** Returns the median in whole seconds, or undefined without values. Reorders the values. */
export function computeMedian(sorted: Uint32Array): number | undefined {
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  partition(sorted, middle);
  if (sorted.length % 2 === 1) return sorted[middle]!;
  const below = sorted.subarray(0, middle).reduce((greatest, value) => Math.max(greatest, value));
  return Math.round((below + sorted[middle]!) / 2);
}

/** Moves the value of a position in sorted order there, smaller ones before and greater ones after it (quickselect). */
function partition(values: Uint32Array, position: number): void {
  let first = 0;
  let last = values.length - 1;
  while (first < last) {
    const pivot = values[(first + last) >> 1]!;
    let low = first;
    let high = last;
    while (low <= high) {
      while (values[low]! < pivot) low += 1;
      while (values[high]! > pivot) high -= 1;
      if (low > high) break;
      [values[low], values[high]] = [values[high]!, values[low]!];
      low += 1;
      high -= 1;
    }
    if (position <= high) last = high;
    else if (position >= low) first = low;
    else return;
  }
}
