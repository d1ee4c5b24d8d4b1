import type { Documents } from '@cups/store';
import type { StoredApplication } from '../store.ts';

/** Maximum age of a count that may reject a draft, ms. */
const MAX_REFUSAL_COUNT_AGE_MS = 10_000;
/** Maximum age of a count before a background recount, ms. */
const MAX_COUNT_AGE_MS = 300_000;
/** Only open applications have a queue status; as an index range, which `$exists` is not. */
const OPEN_FILTER = { 'queue.since': { $gt: new Date(0) } };

/** Counts the open applications of each centre. Training applications have a separate count with the same limit. */
export interface OpenApplicationCounter {
  isLimitReached(centre: string, training: boolean, limit: number): Promise<boolean>;
  /** Counts a draft that this replica created. */
  recordOpened(centre: string, training: boolean): void;
}

/** Number of open applications, at most the limit. */
interface OpenCount {
  value: number;
  /** ms since 1970; -Infinity before the first count. */
  countTime: number;
  counting?: Promise<void> | undefined;
}

const kindOf = (centre: string, training: boolean): string => `${centre} ${training ? 'training' : 'real'}`;

/**
 * Creates a counter for all centres. It counts both kinds of a centre together, from an index alone, recounts in the
 * background, and adds drafts created here in between. Only when both together reach the limit does it count the kind
 * of the draft, which reads at most `limit` documents of that kind. The limit guards against runaway clients, so a
 * count may lag.
 */
export function createOpenApplicationCounter(
  documents: Documents<StoredApplication>,
  now: () => Date,
): OpenApplicationCounter {
  /** By centre, and by centre and kind. */
  const counts = new Map<string, OpenCount>();
  const countOf = (name: string): OpenCount => {
    const count = counts.get(name) ?? { value: 0, countTime: -Infinity };
    counts.set(name, count);
    return count;
  };
  const ageOf = ({ countTime }: OpenCount): number => now().getTime() - countTime;
  const recount = (count: OpenCount, centre: string, filter: object, limit: number): Promise<void> =>
    (count.counting ??= documents
      .countEach([filter], { scope: { centre }, limit })
      .then(([value = 0]) => Object.assign(count, { value, countTime: now().getTime() }))
      .then(() => {})
      .finally(() => (count.counting = undefined)));

  return {
    async isLimitReached(centre, training, limit) {
      const both = countOf(centre);
      if (ageOf(both) === Infinity) await recount(both, centre, OPEN_FILTER, limit);
      else if (ageOf(both) > MAX_COUNT_AGE_MS) recount(both, centre, OPEN_FILTER, limit).catch(() => {});
      if (both.value < limit) return false;
      const own = countOf(kindOf(centre, training));
      const filter = { ...OPEN_FILTER, training: training ? true : { $ne: true } };
      if (ageOf(own) > MAX_REFUSAL_COUNT_AGE_MS) await recount(own, centre, filter, limit);
      return own.value >= limit;
    },
    recordOpened(centre, training) {
      countOf(centre).value += 1;
      countOf(kindOf(centre, training)).value += 1;
    },
  };
}
