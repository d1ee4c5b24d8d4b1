import type { Centre, StatisticsRow } from '../api/types.ts';

/** The rows of the statistics table. */

export interface StatisticsLine {
  key: string;
  name: string;
  /** Secondary text below the name. */
  more: string;
  centre?: Centre;
  counts: StatisticsRow;
}
export const NUMERIC_COLUMNS = [
  'filed',
  'open',
  'overdue',
  'deskSeconds',
  'agencySeconds',
  'citizenSeconds',
  'needMet',
] as const;
export type Column = 'name' | 'status' | 'wave' | (typeof NUMERIC_COLUMNS)[number];
export interface SortOrder {
  column: Column;
  descending: boolean;
}

const ZERO_COUNTS: StatisticsRow = {
  filed: 0,
  open: 0,
  approved: 0,
  rejected: 0,
  withdrawn: 0,
  expired: 0,
  overdue: 0,
  toHandOver: 0,
  needMet: 0,
  needNotMet: 0,
};

/** Returns a line per centre, also without applications. Includes planned and closed centres only if `all`. */
export function centreLines(
  centres: readonly Centre[],
  rows: readonly StatisticsRow[],
  all: boolean,
): StatisticsLine[] {
  const counted = new Map(rows.map((row) => [row.name, row]));
  return centres
    .filter(({ name, status }) => all || counted.has(name) || (status !== 'planned' && status !== 'closed'))
    .map((centre) => ({
      key: centre.name,
      name: centre.displayName,
      more: centre.district ?? '',
      centre,
      counts: counted.get(centre.name) ?? ZERO_COUNTS,
    }));
}

/** Returns a line per service or agency with applications. */
export function namedLines(rows: readonly StatisticsRow[], nameOf: (name: string) => string): StatisticsLine[] {
  return rows.map((counts) => {
    const key = counts.name ?? '';
    return { key, name: nameOf(key), more: '', counts };
  });
}

/** Sorts lines, stably. Unknown values come last in both directions. */
export function sortLines(lines: readonly StatisticsLine[], { column, descending }: SortOrder): StatisticsLine[] {
  const value = (line: StatisticsLine): string | number | undefined => {
    if (column === 'name') return line.name;
    if (column === 'status' || column === 'wave') return line.centre?.[column];
    return line.counts[column];
  };
  return [...lines].sort((a, b) => compareValues(value(a), value(b), descending));
}

const COLLATOR = new Intl.Collator('ro', { numeric: true });

function compareValues(a: string | number | undefined, b: string | number | undefined, descending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : COLLATOR.compare(String(a), String(b));
  return descending ? -order : order;
}

/** Counts centres by wave and status, ordered by wave. */
export function countByWave(centres: readonly Centre[]): { wave: string; states: Map<Centre['status'], number> }[] {
  const waves = new Map<string, Map<Centre['status'], number>>();
  for (const { wave = '–', status } of centres) {
    const states = waves.get(wave) ?? new Map<Centre['status'], number>();
    waves.set(wave, states.set(status, (states.get(status) ?? 0) + 1));
  }
  return [...waves].map(([wave, states]) => ({ wave, states })).sort((a, b) => COLLATOR.compare(a.wave, b.wave));
}
