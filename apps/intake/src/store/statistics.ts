import type { Documents } from '@cups/store';
import type { CountedApplication } from '../domain/statistics.ts';
import type { StoredApplication } from '../store.ts';

/** Fields read for statistics; none of them is personal. */
const STATISTICS_PROJECTION = {
  centre: 1,
  publicService: 1,
  agency: 1,
  createTime: 1,
  submitTime: 1,
  state: 1,
  dueDate: 1,
  'decision.approved': 1,
  'outcome.needMet': 1,
  'history.fromState': 1,
  'history.toState': 1,
  'history.recordTime': 1,
} as const;

export type CountedRow = CountedApplication & Pick<StoredApplication, '_id' | 'centre' | 'publicService' | 'agency'>;

/** Maximum number of applications per request. Above it, the caller must shorten the period. */
export const MAX_COUNTED = 200_000;

/**
 * Returns the applications filed at all centres in a period, without training. Returns at most one more than the
 * maximum.
 */
export function findFiledBetween(
  documents: Documents<StoredApplication>,
  from: Date,
  until: Date,
): Promise<CountedRow[]> {
  return documents.find(
    { submitTime: { $gte: from, $lt: until }, training: { $ne: true } },
    { scope: 'platform', limit: MAX_COUNTED + 1, projection: STATISTICS_PROJECTION },
  );
}
