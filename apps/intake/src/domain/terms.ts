import { DateTime } from 'luxon';

/**
 * Terms and due dates. Agencies work in Chisinau, so their calendar counts, whatever the zone of the centre. The day of
 * filing is not counted (Civil Code of the Republic of Moldova, book one, on terms), a last day off rolls forward, and
 * hours run inside working time.
 */

const ZONE = 'Europe/Chisinau';
/** Working time of public offices, Monday to Friday. */
const OPENS = 8;
const CLOSES = 17;

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

/** The days off of a year are not known: whoever counts days must say so, and not guess. */
export class UnknownYear extends Error {
  override readonly name = 'UnknownYear';

  constructor(year: number) {
    super(`The days off of ${year} are not in data/calendars yet.`);
  }
}

/** The civil date in Chisinau at an instant. */
export function today(now: Date): string {
  return DateTime.fromJSDate(now, { zone: ZONE }).toISODate()!;
}

/** The first instant after the civil date ends in Chisinau. */
export function endOfDay(date: string): Date {
  return DateTime.fromISO(date, { zone: ZONE }).plus({ days: 1 }).startOf('day').toJSDate();
}

/**
 * When a term that starts at an instant ends.
 * @throws UnknownYear when the calendar of a year is unknown: holidays are data, not a guess.
 */
export function dueAfter(from: Date, term: Term, holidays: Holidays): Due {
  switch (term.unit) {
    case 'working-days': {
      let day = civilDay(today(from));
      for (let left = term.amount; left > 0;) {
        day = day.plus({ days: 1 });
        if (isWorkingDay(day, holidays)) left -= 1;
      }
      return { dueDate: rollForward(day, holidays).toISODate()! };
    }
    case 'calendar-days':
      return { dueDate: rollForward(civilDay(today(from)).plus({ days: term.amount }), holidays).toISODate()! };
    case 'hours': {
      let at = intoWorkingTime(DateTime.fromJSDate(from, { zone: ZONE }), holidays);
      let minutes = term.amount * 60;
      for (;;) {
        const closes = at.set({ hour: CLOSES, minute: 0, second: 0, millisecond: 0 });
        const left = closes.diff(at, 'minutes').minutes;
        if (minutes <= left) {
          at = at.plus({ minutes });
          return { dueDate: at.toISODate()!, dueTime: at.toJSDate() };
        }
        minutes -= left;
        at = intoWorkingTime(closes, holidays);
      }
    }
  }
}

/**
 * What is left of a running term at an instant: the clock stands while documents are awaited. At least one unit is left,
 * since an agency that asks on the last day still has to look at what comes.
 */
export function remaining(at: Date, due: Due, unit: Term['unit'], holidays: Holidays): Term {
  if (unit === 'hours' && due.dueTime) {
    const end = DateTime.fromJSDate(due.dueTime, { zone: ZONE });
    const now = DateTime.fromJSDate(at, { zone: ZONE });
    let minutes = 0;
    // Of a term that has passed nothing is left, whether or not the calendar of today is there.
    for (let t = now < end ? intoWorkingTime(now, holidays) : end; t < end;) {
      const closes = DateTime.min(t.set({ hour: CLOSES, minute: 0, second: 0, millisecond: 0 }), end);
      minutes += closes.diff(t, 'minutes').minutes;
      t = closes < end ? intoWorkingTime(closes, holidays) : end;
    }
    return { unit, amount: Math.max(1, Math.ceil(minutes / 60)) };
  }
  const end = civilDay(due.dueDate);
  let amount = 0;
  for (let day = civilDay(today(at)).plus({ days: 1 }); day <= end; day = day.plus({ days: 1 })) {
    if (unit === 'calendar-days' || isWorkingDay(day, holidays)) amount += 1;
  }
  return { unit, amount: Math.max(1, amount) };
}

/** A civil date to count with: in UTC, where a day has no change of clocks and costs nothing to find. */
function civilDay(date: string): DateTime {
  return DateTime.fromISO(date, { zone: 'utc' });
}

function isWorkingDay(day: DateTime, holidays: Holidays): boolean {
  const off = holidays.get(day.year);
  if (!off) {
    throw new UnknownYear(day.year);
  }
  return day.weekday <= 5 && !off.has(day.toISODate()!);
}

function rollForward(day: DateTime, holidays: Holidays): DateTime {
  while (!isWorkingDay(day, holidays)) day = day.plus({ days: 1 });
  return day;
}

function intoWorkingTime(at: DateTime, holidays: Holidays): DateTime {
  const open = (day: DateTime) => day.set({ hour: OPENS, minute: 0, second: 0, millisecond: 0 });
  if (isWorkingDay(at, holidays) && at < open(at)) return open(at);
  if (isWorkingDay(at, holidays) && at.hour < CLOSES) return at;
  return open(rollForward(at.startOf('day').plus({ days: 1 }), holidays));
}
