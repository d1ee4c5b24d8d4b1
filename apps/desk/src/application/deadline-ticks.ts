import type { Agency, Catalog } from '../api/types.ts';

/** One working day of a term. */
export interface Tick {
  date: string;
  phase: 'past' | 'today' | 'future';
  /** Days off stand before it. */
  hasGap: boolean;
  isLast: boolean;
}

/** A longer term is said in words only: more ticks could not be told apart. */
const MAX_TICKS = 32;
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const DAY_MS = 86_400_000;

export type IsWorkingDay = (date: string) => boolean;

/** Working days of an agency; a day of a year that its calendar does not know counts by its weekday. */
export function createWorkingDayCheck(agency: Agency, calendars: Catalog['calendars']): IsWorkingDay {
  const off = new Set(calendars.find(({ code }) => code === agency.calendar)?.days.map(({ date }) => date));
  return (date) => {
    const weekday = WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] as (typeof WEEKDAYS)[number];
    return agency.workingDays.includes(weekday) && !off.has(date);
  };
}

/**
 * The working days of a term, the day it begins not counted; the last day is there even when it is a day off.
 * Empty for a term that is too long, or that ended before it began.
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
