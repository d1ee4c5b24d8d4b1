import { SCHEMA_VERSION } from '../src/store.ts';
import type { SearchHasher } from '../src/domain/search-hasher.ts';

/** Applications for tests of queries, and a filter and an order in memory. */

export const NOW = new Date('2026-06-15T10:00:00Z');
export const DAY = 86_400_000;

export type Filter = Record<string, unknown>;

export interface Row {
  _id: string;
  centre: string;
  trackingNumber: string;
  content: {
    applicant: { idnp: string; givenName: string; familyName: string };
    represented?: { idnp: string; givenName: string; familyName: string };
  };
}

const STAGES = ['drafts', 'with-agency', 'documents-requested', 'on-the-way', 'ready', 'awaiting-outcome'];
const STATES = ['draft', 'submitted', 'documents-requested', 'ready', 'ready', 'handed-over'];
const FAMILY_NAMES = ['Ungureanu', 'Rusu', 'Ceban', 'Lungu', 'Popa', 'Moraru', 'Rotari'];

const personOf = (n: number) => ({
  idnp: `2900${String(n % 3_000).padStart(9, '0')}`,
  givenName: 'Ana',
  familyName: FAMILY_NAMES[n % FAMILY_NAMES.length]!,
});
const toDate = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Creates the n-th row: one in four is at the first centre, half are open, each over 60 days. */
export function createRow(n: number, hasher: SearchHasher): Row {
  const time = NOW.getTime() - ((n * 7) % 60) * DAY - n * 1_000;
  const isOpen = n % 2 === 0;
  const stage = (n >> 3) % STAGES.length;
  const applicant = personOf(n);
  const represented = n % 5 === 0 ? personOf(n + 1) : undefined;
  const queue = {
    stage: STAGES[stage],
    since: new Date(time),
    deadline: toDate(time + 50 * DAY),
    ...(n % 3 === 0 ? { actionDate: toDate(time + 30 * DAY) } : {}),
    ...(n % 7 === 0 ? { agencyUpdateTime: new Date(time) } : {}),
    ...(n % 11 === 0 ? { notifySince: new Date(time) } : {}),
  };
  const row = {
    _id: `A${String(n).padStart(8, '0')}`,
    schemaVersion: SCHEMA_VERSION,
    revision: 1,
    centre: n % 4 === 0 ? 'centres/CU-001' : `centres/CU-${String(2 + (n % 50)).padStart(3, '0')}`,
    state: isOpen ? STATES[stage] : 'closed',
    trackingNumber: `T${n}`,
    content: { applicant, ...(represented ? { represented } : {}) },
    names: [
      ...hasher.forPeople(applicant, represented),
      ...hasher.forPerson('applicant', applicant.idnp),
      ...hasher.forPerson('represented', represented?.idnp ?? ''),
    ],
    ...(isOpen ? { queue, assignee: `operators/${(n >> 4) % 10}` } : {}),
    createTime: new Date(time),
    updateTime: new Date(time),
    submitTime: new Date(time),
    outbox: [],
    requests: [],
  };
  return row;
}

const read = (row: unknown, path: string): unknown =>
  path.split('.').reduce((value, step) => (value as Record<string, unknown> | undefined)?.[step], row);

/** Returns a value that compares by `<`. */
const comparable = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value);

/** Supports equality, `$or`, and ranges of one type. */
export function matches(row: unknown, filter: Filter): boolean {
  return Object.entries(filter).every(([path, condition]) => {
    if (path === '$or') return (condition as Filter[]).some((branch) => matches(row, branch));
    const value = comparable(read(row, path)) as number;
    const isRange = typeof condition === 'object' && !(condition instanceof Date);
    if (!isRange) return value === comparable(condition);
    return Object.entries(condition as object).every(([operator, bound]) => {
      const limit = comparable(bound) as number;
      if (typeof value !== typeof limit) return false;
      if (operator === '$gt') return value > limit;
      if (operator === '$gte') return value >= limit;
      if (operator === '$lt') return value < limit;
      return value <= limit;
    });
  });
}

export function compareBy(order: Record<string, 1 | -1>): (one: Row, other: Row) => number {
  return (one, other) => {
    for (const [path, direction] of Object.entries(order)) {
      const [a, b] = [comparable(read(one, path)) as number, comparable(read(other, path)) as number];
      if (a !== b) return a < b ? -direction : direction;
    }
    return 0;
  };
}
