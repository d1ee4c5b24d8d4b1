import type { Agency, Catalog } from '../api/types.ts';

/** One working day before a deadline. */
export interface Tick {
  date: string;
  phase: 'past' | 'today' | 'future';
  /** Whether days off precede it. */
  hasGap: boolean;
  isLast: boolean;
}

/** Longer periods are shown in words only: more ticks would be indistinguishable. */
const MAX_TICKS = 32;
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const DAY_MS = 86_400_000;

export type IsWorkingDay = (date: string) => boolean;

/** Checks working days of an agency. Days of a year that its calendar lacks count by weekday. */
export function createWorkingDayCheck(agency: Agency, calendars: Catalog['calendars']): IsWorkingDay {
  const off = new Set(calendars.find(({ code }) => code === agency.calendar)?.days.map(({ date }) => date));
  return (date) => {
    const weekday = WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] as (typeof WEEKDAYS)[number];
    return agency.workingDays.includes(weekday) && !off.has(date);
  };
}

/**
 * Returns the working days of a period without its first day. The last day is included even if it is a day off. Empty
 * if the period has more than MAX_TICKS working days or ends before it starts.
 */
export function buildTicks(from: string, to: string, today: string, isWorkingDay: IsWorkingDay): Tick[] {
  const ticks: Tick[] = [];
  let hasGap = false;
  for (let date = nextDay(from); date <= to; date = nextDay(date)) {
    if (!isWorkingDay(date) && date !== to) {
      hasGap = ticks.length > 0;
      continue;
    }
    if (ticks.length === MAX_TICKS) return [];
    ticks.push({
      date,
      phase: date < today ? 'past' : date === today ? 'today' : 'future',
      hasGap,
      isLast: date === to,
    });
    hasGap = false;
  }
  return ticks;
}

function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}
