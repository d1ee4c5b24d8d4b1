import type { Agency, Registry } from '../api/types.ts';

/** One working day of a term. */
export interface Tick {
  date: string;
  is: 'past' | 'today' | 'future';
  /** Days off stand before it. */
  gap: boolean;
  last: boolean;
}

/** A longer term is said in words only: more ticks could not be told apart. */
const MOST_TICKS = 32;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const DAY_MS = 86_400_000;

export type IsWorking = (date: string) => boolean;

/** Working days of an agency; a day of a year that its calendar does not know counts by its weekday. */
export function workingDays(agency: Agency, calendars: Registry['calendars']): IsWorking {
  const off = new Set(calendars.find(({ code }) => code === agency.calendar)?.days.map(({ date }) => date));
  return (date) => {
    const weekday = DAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] as (typeof DAYS)[number];
    return agency.workingDays.includes(weekday) && !off.has(date);
  };
}

/**
 * The working days of a term, the day it begins not counted; the last day is there even when it is a day off.
 * Empty for a term that is too long, or that ended before it began.
 */
export function ticksOf(from: string, to: string, today: string, isWorking: IsWorking): Tick[] {
  const ticks: Tick[] = [];
  let gap = false;
  for (let date = nextDay(from); date <= to; date = nextDay(date)) {
    if (!isWorking(date) && date !== to) {
      gap = ticks.length > 0;
      continue;
    }
    if (ticks.length === MOST_TICKS) return [];
    ticks.push({ date, is: date < today ? 'past' : date === today ? 'today' : 'future', gap, last: date === to });
    gap = false;
  }
  return ticks;
}

function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}
