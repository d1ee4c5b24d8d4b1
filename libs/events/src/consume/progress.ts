/** Where a group stands in a partition, as the broker tells it. */
export interface Reading {
  topic: string;
  partition: number;
  /** The group's committed offset, or where the partition begins when there is none. */
  position: bigint;
  /** The offset after the last message. */
  end: bigint;
}

export interface Standing extends Reading {
  /** ms; since when the position has not moved while there was something to read. */
  since: number;
}

/**
 * What is known of a group's positions after one more reading. Pure. A partition without lag, or whose position moved,
 * starts anew.
 * @param before by `topic/partition`
 */
export function follow(before: Map<string, Standing>, readings: Reading[], now: number): Map<string, Standing> {
  return new Map(
    readings.map((reading) => {
      const name = `${reading.topic}/${reading.partition}`;
      const known = before.get(name);
      const stands = known !== undefined && reading.position < reading.end && known.position === reading.position;
      const wasBehind = known !== undefined && known.position < known.end;
      return [name, Object.assign({ since: stands && wasBehind ? known.since : now }, reading)];
    }),
  );
}

/** Partitions that have lag and have not moved for `stuckMs`. */
export function stuckOf(standings: Map<string, Standing>, now: number, stuckMs: number): Standing[] {
  return [...standings.values()].filter(({ position, end, since }) => position < end && now - since >= stuckMs);
}

/** ms to wait before a stuck consumer is built anew for the n-th time in a row: `stuckMs`, doubled up to 16 times of it. */
export const rebuildAfterMs = (stuckMs: number, times: number): number => stuckMs * 2 ** Math.min(times, 4);
