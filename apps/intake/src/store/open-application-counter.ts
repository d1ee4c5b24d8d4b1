import { END_STATES } from '@cups/application';
import type { Documents } from '@cups/store';
import type { StoredApplication } from '../store.ts';

/** Maximum age of a count that may reject a draft, ms. */
const MAX_REFUSAL_COUNT_AGE_MS = 10_000;
/** Maximum age of a count before a background recount, ms. */
const MAX_COUNT_AGE_MS = 300_000;

/** Counts the open applications of each centre. Training applications have a separate count with the same limit. */
export interface OpenApplicationCounter {
  isLimitReached(centre: string, training: boolean, limit: number): Promise<boolean>;
  /** Counts a draft that this replica created. */
  recordOpened(centre: string, training: boolean): void;
}

const keyOf = (centre: string, training = false): string => (training ? `${centre} training` : centre);

/**
 * Creates a counter for all centres. It recounts in the background and adds drafts created here in between. The
 * limit guards against runaway clients, so the count may lag, and a draft costs no query.
 */
export function createOpenApplicationCounter(
  documents: Documents<StoredApplication>,
  now: () => Date,
): OpenApplicationCounter {
  let counts = new Map<string, number>();
  let countedAt: number | undefined;
  let counting: Promise<void> | undefined;
  const recount = (): Promise<void> =>
    (counting ??= documents
      .aggregate<{ _id: { centre: string; training?: boolean | null }; count: number }>(
        [
          { $match: { state: { $nin: [...END_STATES] } } },
          { $group: { _id: { centre: '$centre', training: '$training' }, count: { $sum: 1 } } },
        ],
        { scope: 'service' },
      )
      .then((found) => {
        counts = new Map(found.map(({ _id, count }) => [keyOf(_id.centre, _id.training === true), count]));
        countedAt = now().getTime();
      })
      .finally(() => (counting = undefined)));
  return {
    async isLimitReached(centre, training, limit) {
      const key = keyOf(centre, training);
      const age = countedAt === undefined ? Infinity : now().getTime() - countedAt;
      const full = (counts.get(key) ?? 0) >= limit;
      // A recount is a full scan: only a caller that would be rejected waits for it.
      if (age === Infinity || (full && age > MAX_REFUSAL_COUNT_AGE_MS)) await recount();
      else if (age > MAX_COUNT_AGE_MS) recount().catch(() => {});
      return (counts.get(key) ?? 0) >= limit;
    },
    recordOpened(centre, training) {
      const key = keyOf(centre, training);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
  };
}
