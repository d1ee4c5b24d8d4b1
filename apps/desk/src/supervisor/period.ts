import { daysBetween } from '../language/dates.ts';

/** Filing dates to count: civil dates in Chisinau, both inclusive. */
export interface Period {
  from: string;
  to: string;
}

export const PERIODS = ['month', 'days30', 'year'] as const;
export type PeriodName = (typeof PERIODS)[number];

const MAX_DAYS = 366;
const DAY_MS = 86_400_000;

/** Returns a period that ends today. */
export function resolvePeriod(name: PeriodName, today: string): Period {
  if (name === 'month') return { from: `${today.slice(0, 8)}01`, to: today };
  if (name === 'year') return { from: `${today.slice(0, 5)}01-01`, to: today };
  return { from: new Date(Date.parse(today) - 29 * DAY_MS).toISOString().slice(0, 10), to: today };
}

/** Whether the dates are in order and at most MAX_DAYS apart. */
export function isValidPeriod({ from, to }: Period): boolean {
  if (from === '' || to === '') return false;
  const days = daysBetween(from, to) + 1;
  return days >= 1 && days <= MAX_DAYS;
}
