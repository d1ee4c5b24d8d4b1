import type { Documents } from '@cups/store';
import type { CountedApplication } from '../domain/statistics.ts';
import type { StoredApplication } from '../store.ts';

/** What of an application is read to be counted: states, times and whose it is, and nothing of a person. */
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

/** More than so many are not counted at once: the period must be made shorter. */
export const MAX_COUNTED = 200_000;

/** What was filed at all centres from one instant until another, without trainings; one more than may be counted at most. */
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
