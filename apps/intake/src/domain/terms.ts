import { DateTime } from 'luxon';

/**
 * Terms and due dates. The working time of the agency counts, whatever the zone of the centre. The day of filing is not counted
 * (Civil Code of the Republic of Moldova, book one, on terms), a last day off rolls forward, and hours run inside working
 * time.
 */

/** Where civil dates are meant that are of no agency: the law's, and the last day to answer. */
const ZONE = 'Europe/Chisinau';

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
  off: Holidays;
}

/** Of an agency that is not known here: whoever counts by it learns that its days off are not known. */
export const UNKNOWN_WORKING_TIME: WorkingTime = {
  timeZone: ZONE,
  days: new Set(),
  opens: { hour: 0, minute: 0 },
  closes: { hour: 24, minute: 0 },
  off: new Map(),
};

/** The days off of a year are not known: whoever counts days must say so, and not guess. */
export class UnknownYear extends Error {
  override readonly name = 'UnknownYear';

  constructor(year: number) {
    super(`The days off of ${year} are not in data/calendars yet.`);
  }
}

/** The civil date at an instant, in Chisinau where no zone is named. */
export function today(now: Date, zone = ZONE): string {
  return DateTime.fromJSDate(now, { zone }).toISODate()!;
}

/** The civil date so many days before another; after it for a negative number. */
export function daysBefore(date: string, days: number): string {
  return civilDay(date).minus({ days }).toISODate()!;
}

/** The first instant after the civil date ends in Chisinau. */
export function endOfDay(date: string): Date {
  return DateTime.fromISO(date, { zone: ZONE }).plus({ days: 1 }).startOf('day').toJSDate();
}

/**
 * When a term that starts at an instant ends.
 * @throws UnknownYear when the days off of a year are unknown: holidays are data, not a guess
 */
export function dueAfter(from: Date, term: Term, working: WorkingTime): Due {
  const filed = civilDay(today(from, working.timeZone));
  switch (term.unit) {
    case 'working-days': {
      let day = filed;
      for (let left = term.amount; left > 0;) {
        day = day.plus({ days: 1 });
        if (isWorkingDay(day, working)) left -= 1;
      }
      return { dueDate: rollForward(day, working).toISODate()! };
    }
    case 'calendar-days':
      return { dueDate: rollForward(filed.plus({ days: term.amount }), working).toISODate()! };
    case 'hours': {
      let at = intoWorkingTime(DateTime.fromJSDate(from, { zone: working.timeZone }), working);
      let minutes = term.amount * 60;
      for (;;) {
        const closes = atClock(at, working.closes);
        const left = closes.diff(at, 'minutes').minutes;
        if (minutes <= left) {
          at = at.plus({ minutes });
          return { dueDate: at.toISODate()!, dueTime: at.toJSDate() };
        }
        minutes -= left;
        at = intoWorkingTime(closes, working);
      }
    }
  }
}

/**
 * What is left of a running term at an instant: the clock stands while documents are awaited. At least one unit is left,
 * since an agency that asks on the last day still has to look at what comes.
 * @throws UnknownYear
 */
export function remaining(at: Date, due: Due, unit: Term['unit'], working: WorkingTime): Term {
  const zone = working.timeZone;
  if (unit === 'hours' && due.dueTime) {
    const end = DateTime.fromJSDate(due.dueTime, { zone });
    const now = DateTime.fromJSDate(at, { zone });
    let minutes = 0;
    // Of a term that has passed nothing is left, whether or not the calendar of today is there.
    for (let t = now < end ? intoWorkingTime(now, working) : end; t < end;) {
      const closes = DateTime.min(atClock(t, working.closes), end);
      minutes += closes.diff(t, 'minutes').minutes;
      t = closes < end ? intoWorkingTime(closes, working) : end;
    }
    return { unit, amount: Math.max(1, Math.ceil(minutes / 60)) };
  }
  const end = civilDay(due.dueDate);
  let amount = 0;
  for (let day = civilDay(today(at, zone)).plus({ days: 1 }); day <= end; day = day.plus({ days: 1 })) {
    if (unit === 'calendar-days' || isWorkingDay(day, working)) amount += 1;
  }
  return { unit, amount: Math.max(1, amount) };
}

/** A civil date to count with: in UTC, where a day has no change of clocks and costs nothing to find. */
function civilDay(date: string): DateTime {
  return DateTime.fromISO(date, { zone: 'utc' });
}

function atClock(day: DateTime, { hour, minute }: ClockTime): DateTime {
  return day.set({ hour, minute, second: 0, millisecond: 0 });
}

function isWorkingDay(day: DateTime, { days, off }: WorkingTime): boolean {
  const ofYear = off.get(day.year);
  if (!ofYear) throw new UnknownYear(day.year);
  return days.has(day.weekday) && !ofYear.has(day.toISODate()!);
}

function rollForward(day: DateTime, working: WorkingTime): DateTime {
  while (!isWorkingDay(day, working)) day = day.plus({ days: 1 });
  return day;
}

function intoWorkingTime(at: DateTime, working: WorkingTime): DateTime {
  if (isWorkingDay(at, working)) {
    const opens = atClock(at, working.opens);
    if (at < opens) return opens;
    if (at < atClock(at, working.closes)) return at;
  }
  return atClock(rollForward(at.startOf('day').plus({ days: 1 }), working), working.opens);
}
