import { backoffMs } from '@cups/contracts';

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

/** What is known of a consumer from one look to the next; each map and set is by `topic/partition`. */
export interface Progress {
  standings: Map<string, Standing>;
  /** How many messages its member has taken and dealt with in a partition, and since when (ms) there was no further one. */
  activity: Map<string, { since: number; count: number }>;
  stuck: Set<string>;
}

/** What one more look at a consumer means. */
export interface Observation {
  progress: Progress;
  /** Partitions that have lag and have not moved for long. */
  stuck: Standing[];
  /** Those of them that were not stuck at the last look. */
  newlyStuck: Standing[];
  /** The topic of each partition that was stuck and is not any more. */
  moves: string[];
  /**
   * In a stuck partition nothing at all has happened for as long: its consumer is to be built anew. Where single keys hold up the position while
   * others flow, that would only disturb those.
   */
  silent: boolean;
}

const nameOf = ({ topic, partition }: Reading): string => `${topic}/${partition}`;

export const noProgress = (): Progress => ({ standings: new Map(), activity: new Map(), stuck: new Set() });

/**
 * What is known of a group's positions after one more reading. Pure. A partition without lag, or whose position moved,
 * starts anew.
 * @param before by `topic/partition`
 */
export function follow(before: Map<string, Standing>, readings: Reading[], now: number): Map<string, Standing> {
  return new Map(
    readings.map((reading) => {
      const name = nameOf(reading);
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

/**
 * What one more reading of a group's positions means. Pure.
 * @param activity how many messages the member has taken and dealt with in a partition
 */
export function observe(
  before: Progress,
  readings: Reading[],
  activity: (topic: string, partition: number) => number,
  now: number,
  stuckMs: number,
): Observation {
  const standings = follow(before.standings, readings, now);
  const stuck = stuckOf(standings, now, stuckMs);
  const progress: Progress = { standings, activity: new Map(), stuck: new Set(stuck.map(nameOf)) };
  let silent = false;
  for (const [name, { topic, partition }] of standings) {
    const count = activity(topic, partition);
    const known = before.activity.get(name);
    const last = known?.count === count ? known : { since: now, count };
    progress.activity.set(name, last);
    if (progress.stuck.has(name) && now - last.since >= stuckMs) silent = true;
  }
  return {
    progress,
    stuck,
    newlyStuck: stuck.filter((standing) => !before.stuck.has(nameOf(standing))),
    moves: [...before.stuck]
      .filter((name) => !progress.stuck.has(name))
      .map((name) => name.slice(0, name.lastIndexOf('/'))),
    silent,
  };
}

/** ms to wait before a stuck consumer is built anew for the n-th time in a row: `stuckMs`, doubled up to 16 times of it. */
export const rebuildAfterMs = (stuckMs: number, times: number): number =>
  backoffMs(times + 1, { first: stuckMs, most: 16 * stuckMs, jitter: 0 });
