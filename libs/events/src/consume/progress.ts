import { backoffMs } from '@cups/contracts';

/** Where a group stands in a partition, as the broker tells it. */
export interface PartitionPosition {
  topic: string;
  partition: number;
  /** The group's committed offset, or where the partition begins when there is none. */
  position: bigint;
  /** The offset after the last message. */
  end: bigint;
}

export interface TrackedPosition extends PartitionPosition {
  /** ms; since when the position has not moved while there was something to read. */
  since: number;
}

/** What is known of a consumer from one look to the next; each map and set is by `topic/partition`. */
export interface PartitionProgress {
  positions: Map<string, TrackedPosition>;
  /** How many messages its member has taken and dealt with in a partition, and since when (ms) there was no further one. */
  activity: Map<string, { since: number; count: number }>;
  stuck: Set<string>;
}

/** What one more look at a consumer means. */
export interface Observation {
  progress: PartitionProgress;
  /** Partitions that have lag and have not moved for long. */
  stuck: TrackedPosition[];
  /** Those of them that were not stuck at the last look. */
  newlyStuck: TrackedPosition[];
  /** The topic of each partition that was stuck and is not any more. */
  recoveredTopics: string[];
  /**
   * In a stuck partition nothing at all has happened for as long: its consumer is to be built anew. Where single keys hold up the position while
   * others flow, that would only disturb those.
   */
  isSilent: boolean;
}

const partitionName = ({ topic, partition }: PartitionPosition): string => `${topic}/${partition}`;

export const createEmptyProgress = (): PartitionProgress => ({
  positions: new Map(),
  activity: new Map(),
  stuck: new Set(),
});

/**
 * What is known of a group's positions after one more reading. Pure. A partition without lag, or whose position moved,
 * starts anew.
 * @param before by `topic/partition`
 */
export function trackPositions(
  before: Map<string, TrackedPosition>,
  readings: PartitionPosition[],
  now: number,
): Map<string, TrackedPosition> {
  return new Map(
    readings.map((reading) => {
      const name = partitionName(reading);
      const known = before.get(name);
      const stands = known !== undefined && reading.position < reading.end && known.position === reading.position;
      const wasBehind = known !== undefined && known.position < known.end;
      return [name, Object.assign({ since: stands && wasBehind ? known.since : now }, reading)];
    }),
  );
}

/** Partitions that have lag and have not moved for `stuckMs`. */
export function findStuck(positions: Map<string, TrackedPosition>, now: number, stuckMs: number): TrackedPosition[] {
  return [...positions.values()].filter(({ position, end, since }) => position < end && now - since >= stuckMs);
}

/**
 * What one more reading of a group's positions means. Pure.
 * @param activity how many messages the member has taken and dealt with in a partition
 */
export function observe(
  before: PartitionProgress,
  readings: PartitionPosition[],
  activity: (topic: string, partition: number) => number,
  now: number,
  stuckMs: number,
): Observation {
  const positions = trackPositions(before.positions, readings, now);
  const stuck = findStuck(positions, now, stuckMs);
  const progress: PartitionProgress = { positions, activity: new Map(), stuck: new Set(stuck.map(partitionName)) };
  let isSilent = false;
  for (const [name, { topic, partition }] of positions) {
    const count = activity(topic, partition);
    const known = before.activity.get(name);
    const last = known?.count === count ? known : { since: now, count };
    progress.activity.set(name, last);
    if (progress.stuck.has(name) && now - last.since >= stuckMs) isSilent = true;
  }
  return {
    progress,
    stuck,
    newlyStuck: stuck.filter((standing) => !before.stuck.has(partitionName(standing))),
    recoveredTopics: [...before.stuck]
      .filter((name) => !progress.stuck.has(name))
      .map((name) => name.slice(0, name.lastIndexOf('/'))),
    isSilent,
  };
}

/** ms to wait before a stuck consumer is built anew for the n-th time in a row: `stuckMs`, doubled up to 16 times of it. */
export const rebuildDelayMs = (stuckMs: number, times: number): number =>
  backoffMs(times + 1, { initialMs: stuckMs, maxMs: 16 * stuckMs, jitter: 0 });
