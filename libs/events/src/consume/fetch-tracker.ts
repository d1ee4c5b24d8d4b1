interface FetchState {
  /** The join before this fetch. */
  epoch: number;
  startedAt: number;
  /** Undefined while pending. */
  endedAt?: number;
}

/** Longer than any request timeout of kafkajs; an older fetch never completes. */
const MAX_FETCH_MS = 20_000;
/** Time after a fetch within which its messages are handed over; covers the wait of `GroupMember` for room. */
const MAX_HAND_OVER_MS = 3_000;

/**
 * Tracks whether messages from kafkajs were fetched after the last join. Pure. kafkajs fetches from each broker
 * independently. When one reports a new leader, the member rejoins during the other fetches and restarts at the
 * committed offsets. A late response is further ahead, and accepting it would skip messages in progress. kafkajs does
 * not say which broker a batch came from, so nothing is accepted until every broker was fetched again or its old
 * response cannot arrive.
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
    /** Records a fetch from a broker. */
    fetchStarted(nodeId: number, now: number): void {
      fetches.set(nodeId, { epoch, startedAt: now });
    },
    /** Records its response or failure. */
    fetchEnded(nodeId: number, now: number): void {
      const fetching = fetches.get(nodeId);
      if (fetching) fetching.endedAt = now;
    },
    /** Whether no fetch from before the last join can still arrive. */
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
