import { addCivilDays, toCivilDate } from '@cups/application';
import type { Documents, Store } from '@cups/store';
import { encodeRows, tallyRows } from '../domain/statistics-rows.ts';
import type { GroupedRow } from '../domain/statistics-rows.ts';
import { toCountedRow } from '../domain/statistics.ts';
import type { CountedApplication, Tally } from '../domain/statistics.ts';
import { endOfDay } from '../domain/terms.ts';
import type { StoredApplication } from '../store.ts';
import { openStatisticsMonths } from './statistics-months.ts';
import type { StatisticsMonths, StoredMonth } from './statistics-months.ts';

/**
 * Rollups of the statistics by centre and day of filing, in one document for each centre and month.
 *
 * A write that changes what the statistics count sets `uncounted` of its application to its revision, in the same
 * write. A recompute reads the applications of the changed days, replaces those days, and then removes the marks that
 * it read, unless they have changed since. A mark therefore survives every crash, and a day is never incremented.
 * Two recomputes of a month do not overwrite each other: each replaces the version that it began with, or begins again.
 */

type Applications = Documents<StoredApplication>;

interface ChangedMonth extends CentreMonth {
  /** yyyy-MM-dd */
  days: Set<string>;
}

/** Civil dates, both included. */
export interface Period {
  fromDate: string;
  toDate: string;
}

/** `centres/{code}`, at least one. */
type Centres = readonly string[];

type TallyOf = (centre: string, publicService: string, agency: string) => Tally;

export interface StatisticsStore {
  /**
   * Adds the applications filed in a period to the tallies of their groups, after recomputing its changed days. The
   * result contains every write that was acknowledged before the call. A tally may stay empty.
   * @param centres only applications of these; absent for all
   */
  tally(period: Period, tallyOf: TallyOf, centres?: Centres): Promise<void>;
  /** Recomputes all changed days. */
  recomputeChanged(signal: AbortSignal): Promise<void>;
  /**
   * Computes months without a rollup, for applications that were written without marks. Until it has returned,
   * `tally` does the same for its period. Returns the number of months.
   */
  computeMissing(signal: AbortSignal): Promise<number>;
}

/** Fields read for statistics; none of them is personal. */
const STATISTICS_PROJECTION = {
  publicService: 1,
  agency: 1,
  createTime: 1,
  submitTime: 1,
  state: 1,
  dueDate: 1,
  training: 1,
  uncounted: 1,
  'decision.approved': 1,
  'outcome.needMet': 1,
  'history.kind': 1,
  'history.fromState': 1,
  'history.toState': 1,
  'history.recordTime': 1,
} as const;

type ReadApplication = CountedApplication &
  Required<Pick<StoredApplication, '_id' | 'submitTime' | 'publicService' | 'agency'>> &
  Pick<StoredApplication, 'uncounted'>;

const ALL_TIME: Period = { fromDate: '1970-01-02', toDate: '9999-12-31' };

/** Number of changed applications read at once. */
const CHANGES_PER_PASS = 2_000;
const CONCURRENCY = 4;
/** Concurrent recomputes of one month are rare: other replicas, and requests beside the background task. */
const MAX_ATTEMPTS = 20;

export function openStatistics(store: Store, applications: Applications): StatisticsStore {
  const parts: StatisticsParts = { store, applications, months: openStatisticsMonths(store) };
  let isComplete = false;
  return {
    recomputeChanged: (signal) => recomputeChanged(parts, { period: ALL_TIME }, signal),
    async tally(period, tallyOf, centres) {
      const range = { period, centres };
      if (!isComplete) await computeMissing(parts, range);
      await recomputeChanged(parts, range);
      await tallyMonths(parts.months, range, tallyOf);
    },
    async computeMissing(signal) {
      const count = await computeMissing(parts, { period: ALL_TIME }, signal);
      if (!signal.aborted) isComplete = true;
      return count;
    },
  };
}

interface StatisticsParts {
  store: Store;
  applications: Applications;
  months: StatisticsMonths;
}

/** What is counted. */
interface Range {
  period: Period;
  /** All, if undefined. */
  centres?: Centres | undefined;
}

async function tallyMonths(months: StatisticsMonths, { period, centres }: Range, tallyOf: TallyOf): Promise<void> {
  const { fromDate, toDate } = period;
  const read = centres
    ? months.readSome(centres.flatMap((centre) => monthsOf(period).map((month) => `${month} ${centre}`)))
    : months.readAll(fromDate.slice(0, 7), toDate.slice(0, 7));
  for await (const { _id, days, groups } of read) {
    const [month = '', centre = ''] = _id.split(' ');
    const tallies = groups.map((group) => tallyOf(centre, ...(group.split(' ') as [string, string])));
    for (const [day, rows] of Object.entries(days)) {
      const date = `${month}-${day}`;
      if (date >= fromDate && date <= toDate) tallyRows(rows, tallies);
    }
  }
}

async function recomputeChanged(parts: StatisticsParts, range: Range, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted) {
    const changed = await findChanged(parts.applications, range);
    const queue = groupByMonth(changed);
    const work = async () => {
      for (let next = queue.pop(); next && !signal?.aborted; next = queue.pop()) await recomputeMonth(parts, next);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    if (changed.length < CHANGES_PER_PASS) return;
  }
}

async function computeMissing(parts: StatisticsParts, range: Range, signal?: AbortSignal): Promise<number> {
  let count = 0;
  for await (const { centre, month } of walkFiledMonths(parts.applications, range)) {
    if (signal?.aborted) return count;
    if (await parts.months.get(`${month} ${centre}`)) continue;
    await recomputeMonth(parts, { centre, month, days: new Set() });
    count += 1;
  }
  return count;
}

/** Replaces the given days of a month, or computes the whole month if it is missing. */
async function recomputeMonth(parts: StatisticsParts, { centre, month, days }: ChangedMonth): Promise<void> {
  const { applications, months } = parts;
  const _id = `${month} ${centre}`;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const stored = await months.get(_id);
    const periods = stored ? [...days].map((day) => ({ fromDate: day, toDate: day })) : [monthPeriod(month)];
    const groups = stored?.groups ?? [];
    const encoded = stored ? encodeDays([], groups, days) : {};
    const marked: ReadApplication[] = [];
    // One day at a time, whose applications are then released: a month of a large centre has tens of thousands.
    for (const period of periods) {
      const read = await readFiled(applications, centre, period);
      Object.assign(encoded, encodeDays(read, groups));
      marked.push(...read.filter(({ uncounted }) => uncounted !== undefined));
    }
    const isWritten = stored
      ? await months.replaceDays({ _id, version: stored.version, days: encoded, groups })
      : await months.insert({ _id, version: 1, days: encoded, groups });
    if (isWritten) return removeMarks(parts, marked);
  }
  throw new Error('Too many concurrent recomputes of one month.');
}

async function removeMarks({ store }: StatisticsParts, read: readonly ReadApplication[]): Promise<void> {
  const removals = read.flatMap(({ _id, uncounted }) =>
    uncounted === undefined
      ? []
      : [{ updateOne: { filter: { _id, uncounted }, update: { $unset: { uncounted: '' as const } } } }],
  );
  if (removals.length === 0) return;
  const collection = store.collection<Pick<StoredApplication, '_id' | 'uncounted'>>('applications');
  await collection.bulkWrite(removals, { ordered: false }).catch((error: unknown) => {
    throw store.failure(error, 'applications.count');
  });
}

/** Returns the first instant of a period and the first one after it. */
const toInstants = ({ fromDate, toDate }: Period): [from: Date, until: Date] => [
  endOfDay(addCivilDays(fromDate, -1)),
  endOfDay(toDate),
];

const monthPeriod = (month: string): Period => {
  return { fromDate: `${month}-01`, toDate: addCivilDays(`${nextMonth(month)}-01`, -1) };
};

const nextMonth = (month: string): string => addCivilDays(`${month}-28`, 4).slice(0, 7);

function monthsOf({ fromDate, toDate }: Period): string[] {
  const months: string[] = [];
  for (let month = fromDate.slice(0, 7); month <= toDate.slice(0, 7); month = nextMonth(month)) months.push(month);
  return months;
}

function readFiled(applications: Applications, centre: string, period: Period): Promise<ReadApplication[]> {
  const [from, until] = toInstants(period);
  return applications.find(
    { submitTime: { $gte: from, $lt: until } },
    { scope: { centre }, limit: 0, projection: STATISTICS_PROJECTION },
  ) as Promise<ReadApplication[]>;
}

/** Encodes the rows by day. The given days are present even without applications. */
function encodeDays(
  read: readonly ReadApplication[],
  groups: string[],
  days: ReadonlySet<string> = new Set(),
): StoredMonth['days'] {
  const rowsByDay = new Map<string, GroupedRow[]>([...days].map((day) => [day.slice(8), []]));
  for (const app of read) {
    const row = toCountedRow(app);
    if (!row) continue;
    const day = toCivilDate(app.submitTime).slice(8);
    const rows = rowsByDay.get(day) ?? [];
    rowsByDay.set(day, rows);
    rows.push({ ...row, publicService: app.publicService, agency: app.agency });
  }
  return Object.fromEntries([...rowsByDay].map(([day, rows]) => [day, encodeRows(rows, groups)]));
}

type ChangedApplication = Required<Pick<StoredApplication, 'centre' | 'submitTime'>>;

function findChanged(applications: Applications, { period, centres }: Range): Promise<ChangedApplication[]> {
  const [from, until] = toInstants(period);
  return applications.find(
    { uncounted: { $gt: 0 }, submitTime: { $gte: from, $lt: until } },
    {
      scope: centres ? { centre: centres } : 'service',
      limit: CHANGES_PER_PASS,
      projection: { centre: 1, submitTime: 1 },
    },
  ) as Promise<unknown> as Promise<ChangedApplication[]>;
}

function groupByMonth(changed: readonly ChangedApplication[]): ChangedMonth[] {
  const found = new Map<string, ChangedMonth>();
  for (const { centre, submitTime } of changed) {
    const day = toCivilDate(submitTime);
    const month = day.slice(0, 7);
    const key = `${month} ${centre}`;
    const entry = found.get(key) ?? { centre, month, days: new Set() };
    found.set(key, entry);
    entry.days.add(day);
  }
  return [...found.values()];
}

interface CentreMonth {
  centre: string;
  /** yyyy-MM */
  month: string;
}

/** Returns the months of a period with filed applications, by one index look-up for each centre and month. */
async function* walkFiledMonths(applications: Applications, { period, centres }: Range): AsyncGenerator<CentreMonth> {
  if (centres) {
    for (const centre of centres) yield* walkMonthsOf(applications, centre, period);
    return;
  }
  for (let centre = ''; ;) {
    const [next] = await applications.find(
      { centre: { $gt: centre } },
      { scope: 'service', sort: { centre: 1 }, limit: 1, projection: { centre: 1 } },
    );
    if (!next) return;
    centre = next.centre;
    yield* walkMonthsOf(applications, centre, period);
  }
}

async function* walkMonthsOf(applications: Applications, centre: string, period: Period): AsyncGenerator<CentreMonth> {
  for (let [from, until] = toInstants(period); ;) {
    const [next] = await applications.find(
      { submitTime: { $gte: from, $lt: until } },
      { scope: { centre }, sort: { submitTime: 1 }, limit: 1, projection: { submitTime: 1 } },
    );
    if (!next?.submitTime) return;
    const month = toCivilDate(next.submitTime).slice(0, 7);
    yield { centre, month };
    [, from] = toInstants(monthPeriod(month));
  }
}
