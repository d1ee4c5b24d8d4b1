import { END_STATES } from '@cups/application';
import type { Documents } from '@cups/store';
import type { StoredApplication } from '../store.ts';

/** Nobody is refused by a count that is older, ms. */
const MAX_REFUSAL_COUNT_AGE_MS = 10_000;
/** A count that is older is taken anew in the background, ms. */
const MAX_COUNT_AGE_MS = 300_000;

/** How many applications each centre has open; those of trainings take no room of the others, and are bounded alike. */
export interface OpenApplicationCounter {
  /** Whether a centre has as many open applications as it may. */
  isLimitReached(centre: string, training: boolean, limit: number): Promise<boolean>;
  /** A draft was opened here. */
  recordOpened(centre: string, training: boolean): void;
}

const keyOf = (centre: string, training = false): string => (training ? `${centre} training` : centre);

/**
 * One count for all centres, taken anew in the background and raised by every draft opened here in between: the limit
 * guards against a desk run wild, so it may be a little late, and a draft costs no query.
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
      // Taking it costs a scan, for which nobody waits but whoever would be refused otherwise.
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
