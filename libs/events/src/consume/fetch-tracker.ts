interface FetchState {
  /** The join after which it was sent. */
  epoch: number;
  startedAt: number;
  /** Undefined while the answer is awaited. */
  endedAt?: number;
}

/** Longer than kafkajs waits for any answer: a fetch that has not ended by then never will. */
const MAX_FETCH_MS = 20_000;
/** What a fetch brought is handed over within the wait of `Member` for room; this long after its end nothing of it is on its way. */
const MAX_HAND_OVER_MS = 3_000;

/**
 * Whether what kafkajs hands over was asked for after the last join of the group. Pure.
 *
 * kafkajs reads from each broker by itself. When one of them tells of a new leader, the member joins again in the middle
 * of the others' fetches and goes on from what is committed; an answer of those that comes in afterwards stands further
 * on, and whoever took it would skip all that was in work. It is not told which broker a batch came from, so nothing is
 * taken until every broker has been asked anew, or its old answer can not come any more.
 */
export function createFetchTracker() {
  const fetches = new Map<number, FetchState>();
  let epoch = 0;

  const isOver = ({ startedAt, endedAt }: FetchState, now: number): boolean =>
    endedAt === undefined ? now - startedAt > MAX_FETCH_MS : now - endedAt > MAX_HAND_OVER_MS;

  return {
    groupJoined(): void {
      epoch += 1;
    },
    /** A fetch is sent to a broker. */
    fetchStarted(nodeId: number, now: number): void {
      fetches.set(nodeId, { epoch, startedAt: now });
    },
    /** It was answered, or given up. */
    fetchEnded(nodeId: number, now: number): void {
      const fetching = fetches.get(nodeId);
      if (fetching) fetching.endedAt = now;
    },
    /** Whether nothing that was asked for before the last join can come now. */
    isFresh(now: number): boolean {
      for (const [nodeId, fetching] of fetches) {
        if (fetching.epoch === epoch) continue;
        if (!isOver(fetching, now)) return false;
        fetches.delete(nodeId);
      }
      return true;
    },
  };
}
