import { DateTime } from 'luxon';

/**
 * Terms and due dates. The working time of the agency counts, whatever the zone of the centre. The day of filing is not counted
 * (Civil Code of the Republic of Moldova, book one, on terms), a last day off rolls forward, and hours run inside working
 * time.
 */

/** Where civil dates are meant that are of no agency: the law's, and the last day to answer. */
const CHISINAU_TIME_ZONE = 'Europe/Chisinau';

export interface Term {
  amount: number;
  unit: 'hours' | 'working-days' | 'calendar-days';
}

/** A day for day terms, an instant for hour terms. */
export interface Due {
  dueDate: string;
  dueTime?: Date;
}

/** Days off other than weekends, by year: a year that is not there is unknown, never guessed. */
export type Holidays = ReadonlyMap<number, ReadonlySet<string>>;

/** A time of day. */
export interface ClockTime {
  hour: number;
  minute: number;
}

/** When an agency works. */
export interface WorkingTime {
  /** IANA name of the zone in which its days and hours are meant. */
  timeZone: string;
  /** Days of the week, 1 is Monday. */
  days: ReadonlySet<number>;
  opens: ClockTime;
  /** Later than it opens. */
  closes: ClockTime;
  holidays: Holidays;
}

/** Of an agency that is not known here: whoever counts by it learns that its days off are not known. */
export const UNKNOWN_WORKING_TIME: WorkingTime = {
  timeZone: CHISINAU_TIME_ZONE,
  days: new Set(),
  opens: { hour: 0, minute: 0 },
  closes: { hour: 24, minute: 0 },
  holidays: new Map(),
};

/** The days off of a year are not known: whoever counts days must say so, and not guess. */
export class UnknownYearError extends Error {
  override readonly name = 'UnknownYear';

  constructor(year: number) {
    super(`The days off of ${year} are not in data/calendars yet.`);
  }
}

/** The civil date at an instant, in Chisinau where no zone is named. */
export function toCivilDate(now: Date, zone = CHISINAU_TIME_ZONE): string {
  return DateTime.fromJSDate(now, { zone }).toISODate()!;
}

/** The civil date so many days before another; after it for a negative number. */
export function subtractCivilDays(date: string, days: number): string {
  return parseCivilDate(date).minus({ days }).toISODate()!;
}

/** The first instant after the civil date ends in Chisinau. */
export function endOfDay(date: string): Date {
  return DateTime.fromISO(date, { zone: CHISINAU_TIME_ZONE }).plus({ days: 1 }).startOf('day').toJSDate();
}

/**
 * When a term that starts at an instant ends.
 * @throws UnknownYear when the days off of a year are unknown: holidays are data, not a guess
 */
export function computeDue(from: Date, term: Term, workingTime: WorkingTime): Due {
  const filed = parseCivilDate(toCivilDate(from, workingTime.timeZone));
  switch (term.unit) {
    case 'working-days': {
      let day = filed;
      for (let left = term.amount; left > 0;) {
        day = day.plus({ days: 1 });
        if (isWorkingDay(day, workingTime)) left -= 1;
      }
      return { dueDate: rollToWorkingDay(day, workingTime).toISODate()! };
    }
    case 'calendar-days':
      return { dueDate: rollToWorkingDay(filed.plus({ days: term.amount }), workingTime).toISODate()! };
    case 'hours': {
      let at = moveIntoWorkingTime(DateTime.fromJSDate(from, { zone: workingTime.timeZone }), workingTime);
      let minutes = term.amount * 60;
      for (;;) {
        const closes = atClockTime(at, workingTime.closes);
        const left = closes.diff(at, 'minutes').minutes;
        if (minutes <= left) {
          at = at.plus({ minutes });
          return { dueDate: at.toISODate()!, dueTime: at.toJSDate() };
        }
        minutes -= left;
        at = moveIntoWorkingTime(closes, workingTime);
      }
    }
  }
}

/**
 * What is left of a running term at an instant: the clock stands while documents are awaited. At least one unit is left,
 * since an agency that asks on the last day still has to look at what comes.
 * @throws UnknownYear
 */
export function computeRemainingTerm(at: Date, due: Due, unit: Term['unit'], workingTime: WorkingTime): Term {
  const zone = workingTime.timeZone;
  if (unit === 'hours' && due.dueTime) {
    const end = DateTime.fromJSDate(due.dueTime, { zone });
    const now = DateTime.fromJSDate(at, { zone });
    let minutes = 0;
    // Of a term that has passed nothing is left, whether or not the calendar of today is there.
    for (let t = now < end ? moveIntoWorkingTime(now, workingTime) : end; t < end;) {
      const closes = DateTime.min(atClockTime(t, workingTime.closes), end);
      minutes += closes.diff(t, 'minutes').minutes;
      t = closes < end ? moveIntoWorkingTime(closes, workingTime) : end;
    }
    return { unit, amount: Math.max(1, Math.ceil(minutes / 60)) };
  }
  const end = parseCivilDate(due.dueDate);
  let amount = 0;
  for (let day = parseCivilDate(toCivilDate(at, zone)).plus({ days: 1 }); day <= end; day = day.plus({ days: 1 })) {
    if (unit === 'calendar-days' || isWorkingDay(day, workingTime)) amount += 1;
  }
  return { unit, amount: Math.max(1, amount) };
}

/** A civil date to count with: in UTC, where a day has no change of clocks and costs nothing to find. */
function parseCivilDate(date: string): DateTime {
  return DateTime.fromISO(date, { zone: 'utc' });
}

function atClockTime(day: DateTime, { hour, minute }: ClockTime): DateTime {
  return day.set({ hour, minute, second: 0, millisecond: 0 });
}

function isWorkingDay(day: DateTime, { days, holidays: off }: WorkingTime): boolean {
  const yearHolidays = off.get(day.year);
  if (!yearHolidays) throw new UnknownYearError(day.year);
  return days.has(day.weekday) && !yearHolidays.has(day.toISODate()!);
}

function rollToWorkingDay(day: DateTime, workingTime: WorkingTime): DateTime {
  while (!isWorkingDay(day, workingTime)) day = day.plus({ days: 1 });
  return day;
}

function moveIntoWorkingTime(at: DateTime, workingTime: WorkingTime): DateTime {
  if (isWorkingDay(at, workingTime)) {
    const opens = atClockTime(at, workingTime.opens);
    if (at < opens) return opens;
    if (at < atClockTime(at, workingTime.closes)) return at;
  }
  return atClockTime(rollToWorkingDay(at.startOf('day').plus({ days: 1 }), workingTime), workingTime.opens);
}
