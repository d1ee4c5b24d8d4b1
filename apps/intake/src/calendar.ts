import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Holidays } from './domain/terms.ts';

/**
 * Days off from `<data>/calendars/*.yaml`.
 * @throws Error with one sentence when a file is not readable as a calendar
 */
export function readHolidays(dataDir: string): Holidays {
  const years = new Map<number, Set<string>>();
  const dir = join(dataDir, 'calendars');
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.yaml'))) {
    const calendar = parse(readFileSync(join(dir, file), 'utf8')) as { years?: Record<string, { date?: string }[]> };
    if (!calendar.years) throw new Error(`${file}: a calendar has years`);
    for (const [year, days] of Object.entries(calendar.years)) {
      const off = years.get(Number(year)) ?? new Set();
      for (const { date } of days) {
        if (!date?.startsWith(`${year}-`)) throw new Error(`${file}: a day of ${year} is not written yyyy-MM-dd`);
        off.add(date);
      }
      years.set(Number(year), off);
    }
  }
  return years;
}
