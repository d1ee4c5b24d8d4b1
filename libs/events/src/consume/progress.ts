import { backoffMs } from '@cups/contracts';

/** Position of a group in a partition, as the broker reports it. */
export interface PartitionPosition {
  topic: string;
  partition: number;
  /** The committed offset, or the start of the partition. */
  position: bigint;
  /** The offset after the last message. */
  end: bigint;
}

export interface TrackedPosition extends PartitionPosition {
  /** Time (ms) since which the position has not moved despite lag. */
  since: number;
}

/** State of a consumer between two checks; maps and sets by `topic/partition`. */
export interface PartitionProgress {
  positions: Map<string, TrackedPosition>;
  /** Messages that the member accepted and completed in a partition, and the time (ms) of the last change. */
  activity: Map<string, { since: number; count: number }>;
  stuck: Set<string>;
}

/** Result of one check. */
export interface Observation {
  progress: PartitionProgress;
  /** Partitions with lag that have not moved for a long time. */
  stuck: TrackedPosition[];
  /** Those that were not stuck at the previous check. */
  newlyStuck: TrackedPosition[];
  /** Topics of partitions that are no longer stuck. */
  recoveredTopics: string[];
  /**
   * Whether a stuck partition had no activity, so that its consumer must be rebuilt. False while some keys progress:
   * a rebuild would only disturb them.
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
 * Returns the positions after another reading. Pure. A partition without lag, or whose position moved, restarts its
 * time.
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
      const isUnchanged = known !== undefined && reading.position < reading.end && known.position === reading.position;
      const wasBehind = known !== undefined && known.position < known.end;
      return [name, Object.assign({ since: isUnchanged && wasBehind ? known.since : now }, reading)];
    }),
  );
}

/** Returns the partitions with lag that have not moved for `stuckMs`. */
export function findStuck(positions: Map<string, TrackedPosition>, now: number, stuckMs: number): TrackedPosition[] {
  return [...positions.values()].filter(({ position, end, since }) => position < end && now - since >= stuckMs);
}

/**
 * Evaluates another reading of a group's positions. Pure.
 * @param activity returns the messages that the member accepted and completed in a partition
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
    newlyStuck: stuck.filter((position) => !before.stuck.has(partitionName(position))),
    recoveredTopics: [...before.stuck]
      .filter((name) => !progress.stuck.has(name))
      .map((name) => name.slice(0, name.lastIndexOf('/'))),
    isSilent,
  };
}

/** Returns the delay before the n-th consecutive rebuild, ms: `stuckMs`, doubling up to 16 times that. */
export const rebuildDelayMs = (stuckMs: number, times: number): number =>
  backoffMs(times + 1, { initialMs: stuckMs, maxMs: 16 * stuckMs, jitter: 0 });
