import { addCivilDays, CHISINAU_TIME_ZONE, toCivilDate, weekdayOf } from '@cups/application';
import { DateTime } from 'luxon';

/**
 * Terms and due dates, counted in the working time of the agency, whatever the zone of the centre. The day of
 * filing does not count (Civil Code of the Republic of Moldova, book one, on terms). A term that ends on a day off
 * rolls to the next working day. Hours count only during working time.
 */

export interface Term {
  amount: number;
  unit: 'hours' | 'working-days' | 'calendar-days';
}

/** End of a term: a day for day terms, also an instant for hour terms. */
export interface Due {
  dueDate: string;
  dueTime?: Date;
}

/** Days off other than weekends, by year. A missing year is unknown, never guessed. */
export type Holidays = ReadonlyMap<number, ReadonlySet<string>>;

export interface ClockTime {
  hour: number;
  minute: number;
}

export interface WorkingTime {
  /** IANA zone of its days and hours. */
  timeZone: string;
  /** Working days of the week; 1 is Monday. */
  days: ReadonlySet<number>;
  opens: ClockTime;
  /** Later than `opens`. */
  closes: ClockTime;
  holidays: Holidays;
}

/** For an agency without a file. Counting by it throws {@link UnknownYearError}. */
export const UNKNOWN_WORKING_TIME: WorkingTime = {
  timeZone: CHISINAU_TIME_ZONE,
  days: new Set(),
  opens: { hour: 0, minute: 0 },
  closes: { hour: 24, minute: 0 },
  holidays: new Map(),
};

/** Thrown if the days off of a needed year are unknown. */
export class UnknownYearError extends Error {
  override readonly name = 'UnknownYear';

  constructor(year: number) {
    super(`The days off of ${year} are not in data/calendars yet.`);
  }
}

/** Returns the first instant after the civil date in Chisinau. */
export function endOfDay(date: string): Date {
  return DateTime.fromISO(date, { zone: CHISINAU_TIME_ZONE }).plus({ days: 1 }).startOf('day').toJSDate();
}

/** Ends of day terms by day and term. A changed file gives a new working time, and with it new ends. */
const knownDueDates = new WeakMap<WorkingTime, Map<string, string>>();
const MAX_KNOWN_DUE_DATES = 1_000;

/**
 * Returns when a term that starts at an instant ends.
 * @param workingTime must not change afterwards
 * @throws UnknownYearError if the days off of a needed year are unknown
 */
export function computeDue(from: Date, term: Term, workingTime: WorkingTime): Due {
  if (term.unit === 'hours') return computeHourDue(from, term.amount, workingTime);
  const filed = toCivilDate(from, workingTime.timeZone);
  const dueDates = knownDueDates.get(workingTime) ?? new Map<string, string>();
  knownDueDates.set(workingTime, dueDates);
  const key = `${filed} ${term.amount} ${term.unit}`;
  let dueDate = dueDates.get(key);
  if (dueDate === undefined) {
    dueDate = computeDueDate(filed, term, workingTime);
    if (dueDates.size >= MAX_KNOWN_DUE_DATES) dueDates.clear();
    dueDates.set(key, dueDate);
  }
  return { dueDate };
}

/** @param filed yyyy-MM-dd */
function computeDueDate(filed: string, { amount, unit }: Term, workingTime: WorkingTime): string {
  if (unit === 'calendar-days') return rollToWorkingDay(addCivilDays(filed, amount), workingTime);
  let day = filed;
  for (let left = amount; left > 0;) {
    day = addCivilDays(day, 1);
    if (isWorkingDay(day, workingTime)) left -= 1;
  }
  return rollToWorkingDay(day, workingTime);
}

function computeHourDue(from: Date, hours: number, workingTime: WorkingTime): Due {
  const at = walkForward(from, hours * 60, workingTime);
  return { dueDate: at.toISODate()!, dueTime: at.toJSDate() };
}

/** Moves an instant forward by minutes of working time; by 0, into working time. */
function walkForward(from: Date, minutes: number, workingTime: WorkingTime): DateTime {
  let at = moveIntoWorkingTime(DateTime.fromJSDate(from, { zone: workingTime.timeZone }), workingTime);
  for (;;) {
    const closes = atClockTime(at, workingTime.closes);
    const left = closes.diff(at, 'minutes').minutes;
    if (minutes <= left) return at.plus({ minutes });
    minutes -= left;
    at = moveIntoWorkingTime(closes, workingTime);
  }
}

/**
 * Returns the instant after these minutes of working time, or before a negative number of them.
 * @throws UnknownYearError if the days off of a needed year are unknown
 */
export function addWorkingMinutes(from: Date, minutes: number, workingTime: WorkingTime): Date {
  if (minutes >= 0) return walkForward(from, minutes, workingTime).toJSDate();
  const at = DateTime.fromJSDate(from, { zone: workingTime.timeZone });
  let left = -minutes;
  for (let day = at.startOf('day'); ; day = day.minus({ days: 1 })) {
    if (!isWorkingDay(day.toISODate()!, workingTime)) continue;
    const closes = DateTime.min(at, atClockTime(day, workingTime.closes));
    const worked = closes.diff(atClockTime(day, workingTime.opens), 'minutes').minutes;
    if (worked >= left) return closes.minus({ minutes: left }).toJSDate();
    left -= Math.max(0, worked);
  }
}

const minutesOfDay = ({ opens, closes }: WorkingTime): number =>
  (closes.hour - opens.hour) * 60 + closes.minute - opens.minute;

/**
 * Returns the working minutes of a whole term: at least one working day, or one hour of a term in hours.
 * @param from start of the term
 * @throws UnknownYearError if the days off of a needed year are unknown
 */
export function computeTermMinutes(from: Date, { amount, unit }: Term, workingTime: WorkingTime): number {
  const dayMinutes = minutesOfDay(workingTime);
  if (unit === 'hours') return Math.max(1, amount) * 60;
  if (unit === 'working-days') return Math.max(1, amount) * dayMinutes;
  const start = toCivilDate(from, workingTime.timeZone);
  const days = Array.from({ length: amount }, (_, n) => addCivilDays(start, n + 1));
  return Math.max(1, days.filter((day) => isWorkingDay(day, workingTime)).length) * dayMinutes;
}

/** Returns the end of working time on the last day of a term; of a term in hours, its end. */
export function lastWorkingInstantOf({ dueDate, dueTime }: Due, { timeZone, closes }: WorkingTime): Date {
  return dueTime ?? atClockTime(DateTime.fromISO(dueDate, { zone: timeZone }), closes).toJSDate();
}

/**
 * Returns the remaining part of a running term. At least one unit remains, so that an agency that asks on the last
 * day has time to review the answer.
 * @throws UnknownYearError if the days off of a needed year are unknown
 */
export function computeRemainingTerm(at: Date, due: Due, unit: Term['unit'], workingTime: WorkingTime): Term {
  const zone = workingTime.timeZone;
  if (unit === 'hours' && due.dueTime) {
    const end = DateTime.fromJSDate(due.dueTime, { zone });
    const now = DateTime.fromJSDate(at, { zone });
    let minutes = 0;
    // Nothing remains of an expired term, even if the calendar of this year is missing.
    for (let t = now < end ? moveIntoWorkingTime(now, workingTime) : end; t < end;) {
      const closes = DateTime.min(atClockTime(t, workingTime.closes), end);
      minutes += closes.diff(t, 'minutes').minutes;
      t = closes < end ? moveIntoWorkingTime(closes, workingTime) : end;
    }
    return { unit, amount: Math.max(1, Math.ceil(minutes / 60)) };
  }
  let amount = 0;
  for (let day = addCivilDays(toCivilDate(at, zone), 1); day <= due.dueDate; day = addCivilDays(day, 1)) {
    if (unit === 'calendar-days' || isWorkingDay(day, workingTime)) amount += 1;
  }
  return { unit, amount: Math.max(1, amount) };
}

function atClockTime(day: DateTime, { hour, minute }: ClockTime): DateTime {
  return day.set({ hour, minute, second: 0, millisecond: 0 });
}

/** @param day yyyy-MM-dd */
function isWorkingDay(day: string, { days, holidays }: WorkingTime): boolean {
  const year = Number(day.slice(0, 4));
  const yearHolidays = holidays.get(year);
  if (!yearHolidays) throw new UnknownYearError(year);
  return days.has(weekdayOf(day)) && !yearHolidays.has(day);
}

function rollToWorkingDay(day: string, workingTime: WorkingTime): string {
  while (!isWorkingDay(day, workingTime)) day = addCivilDays(day, 1);
  return day;
}

function moveIntoWorkingTime(at: DateTime, workingTime: WorkingTime): DateTime {
  const today = at.toISODate()!;
  if (isWorkingDay(today, workingTime)) {
    const opens = atClockTime(at, workingTime.opens);
    if (at < opens) return opens;
    if (at < atClockTime(at, workingTime.closes)) return at;
  }
  const day = rollToWorkingDay(addCivilDays(today, 1), workingTime);
  return atClockTime(DateTime.fromISO(day, { zone: workingTime.timeZone }), workingTime.opens);
}
