import { END_STATES } from '@cups/application';
import type { Documents } from '@cups/store';
import type { StoredApplication } from '../store.ts';

/** Nobody is refused by a count that is older, ms. */
const REFUSING_AGE = 10_000;
/** A count that is older is taken anew in the background, ms. */
const LONGEST_AGE = 300_000;

/** How many applications each centre has open. */
export interface OpenCounter {
  /** Whether a centre has as many open applications as it may. */
  reached(centre: string, limit: number): Promise<boolean>;
  /** A draft was opened here. */
  opened(centre: string): void;
}

/**
 * One count for all centres, taken anew in the background and raised by every draft opened here in between: the limit
 * guards against a desk run wild, so it may be a little late, and a draft costs no query.
 */
export function openCounter(documents: Documents<StoredApplication>, now: () => Date): OpenCounter {
  let counts = new Map<string, number>();
  let countedAt: number | undefined;
  let counting: Promise<void> | undefined;
  const recount = (): Promise<void> =>
    (counting ??= documents
      .aggregate<{ _id: string; count: number }>(
        [{ $match: { state: { $nin: [...END_STATES] } } }, { $group: { _id: '$centre', count: { $sum: 1 } } }],
        { scope: 'service' },
      )
      .then((found) => {
        counts = new Map(found.map(({ _id, count }) => [_id, count]));
        countedAt = now().getTime();
      })
      .finally(() => (counting = undefined)));
  return {
    async reached(centre, limit) {
      const age = countedAt === undefined ? Infinity : now().getTime() - countedAt;
      const full = (counts.get(centre) ?? 0) >= limit;
      // Taking it costs a scan, for which nobody waits but whoever would be refused otherwise.
      if (age === Infinity || (full && age > REFUSING_AGE)) await recount();
      else if (age > LONGEST_AGE) recount().catch(() => {});
      return (counts.get(centre) ?? 0) >= limit;
    },
    opened: (centre) => void counts.set(centre, (counts.get(centre) ?? 0) + 1),
  };
}
