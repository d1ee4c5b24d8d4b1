import { setTimeout as after } from 'node:timers/promises';
import type { Log, Metrics } from '@cups/contracts';
import type { Admin } from 'kafkajs';
import type { KafkaAccess } from '../access.ts';
import { connectKafka } from '../kafka.ts';
import {
  trackPositions,
  createEmptyProgress,
  observe,
  findStuck,
  type PartitionProgress,
  type PartitionPosition,
  type TrackedPosition,
} from './progress.ts';

/** What the watch needs of a consumer; topics and groups without the prefix. */
export interface WatchedConsumer {
  groupId: string;
  topics: string[];
  /** Whether this member reads the partition; true before the first assignment. */
  isAssigned(topic: string, partition: number): boolean;
  /** Returns a counter that increases with each message accepted or completed in the partition. */
  activity(topic: string, partition: number): number;
  /** Called when a partition has lag and no activity. */
  rebuild(): void;
}

/** A partition with lag whose group has not moved for a long time; names without the prefix. */
export interface StuckPartition {
  groupId: string;
  topic: string;
  partition: number;
  since: Date;
  /** Number of unprocessed messages. */
  unread: bigint;
}

/** Detects stuck consumers from the outside, over a connection of its own. */
export interface LagWatch {
  /** @returns the function that ends the watch */
  add(watched: WatchedConsumer): () => void;
  /** Returns the unread messages of a group over all its members; undefined if the broker is unavailable. */
  unread(groupId: string, topics: string[]): Promise<bigint | undefined>;
  /**
   * Returns the stuck partitions of all watched groups, including other replicas; oldest first, as of the last check.
   */
  stuck(): StuckPartition[];
  stuckMs: number;
  stop(): Promise<void>;
}

export interface LagWatchOptions {
  brokers: string[];
  access?: KafkaAccess | undefined;
  prefix: string;
  log: Log;
  metrics?: Metrics;
  /** Default 60,000. */
  stuckMs?: number;
}

const STUCK_AFTER_MS = 60_000;
const STOP_TIMEOUT_MS = 2_000;

/** Returns the position of a group in all partitions of its topics. */
async function readPositions(
  admin: Admin,
  prefix: string,
  watched: Pick<WatchedConsumer, 'groupId' | 'topics'>,
): Promise<PartitionPosition[]> {
  const groupId = prefix + watched.groupId;
  const committed = await admin.fetchOffsets({ groupId, topics: watched.topics.map((topic) => prefix + topic) });
  const readings: PartitionPosition[] = [];
  for (const { topic: full, partitions } of committed) {
    const topic = full.slice(prefix.length);
    const ends = new Map((await admin.fetchTopicOffsets(full)).map((one) => [one.partition, one]));
    for (const { partition, offset } of partitions) {
      const known = ends.get(partition);
      if (!known) continue;
      const position = BigInt(offset) < BigInt(known.low) ? known.low : offset;
      readings.push({ topic, partition, position: BigInt(position), end: BigInt(known.high) });
    }
  }
  return readings;
}

/** State of a consumer between two checks. */
interface ConsumerProgress {
  /** Partitions of this member. */
  own: PartitionProgress;
  /** Partitions of the whole group, by `topic/partition`; any replica can report another's. */
  all: Map<string, TrackedPosition>;
}

/** Checks all consumers one after another. Nothing is known while the broker is unavailable. */
class LagMonitor {
  readonly #options: LagWatchOptions;
  readonly #stuckMs: number;
  readonly #gauge: ReturnType<Metrics['gauge']> | undefined;
  readonly #consumers = new Map<WatchedConsumer, ConsumerProgress>();
  #admin: Admin | undefined;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> | undefined;
  #stopped = false;

  constructor(options: LagWatchOptions, stuckMs: number) {
    this.#options = options;
    this.#stuckMs = stuckMs;
    this.#gauge = options.metrics?.gauge('consumer_stuck', '1 while a partition of the topic has lag and no progress', [
      'topic',
    ]);
    this.#scheduleCheck();
  }

  add(watched: WatchedConsumer): void {
    this.#consumers.set(watched, { own: createEmptyProgress(), all: new Map() });
  }

  remove(watched: WatchedConsumer): void {
    this.#consumers.delete(watched);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#consumers.clear();
    const left = Promise.resolve(this.#checking).then(() => this.#admin?.disconnect());
    // An unresponsive broker must not delay the end of the process.
    await Promise.race([left.catch(() => {}), after(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  }

  async unread(groupId: string, topics: string[]): Promise<bigint | undefined> {
    try {
      const admin = await this.#connect();
      const readings = await readPositions(admin, this.#options.prefix, { groupId, topics });
      return readings.reduce((sum, { position, end }) => sum + end - position, 0n);
    } catch {
      // The broker is unavailable, or the topic does not exist yet.
      return undefined;
    }
  }

  stuck(): StuckPartition[] {
    const found = [...this.#consumers].flatMap(([{ groupId }, { all }]) =>
      findStuck(all, Date.now(), this.#stuckMs).map(({ topic, partition, position, end, since }) => {
        return { groupId, topic, partition, since: new Date(since), unread: end - position };
      }),
    );
    return found.sort((one, other) => one.since.getTime() - other.since.getTime());
  }

  #scheduleCheck(): void {
    if (this.#stopped) return;
    const delay = (this.#stuckMs / 3) * (0.9 + Math.random() / 5);
    this.#timer = setTimeout(() => {
      this.#checking = this.#check();
      void this.#checking.then(() => this.#scheduleCheck());
    }, delay);
    this.#timer.unref();
  }

  async #check(): Promise<void> {
    try {
      const admin = await this.#connect();
      for (const watched of this.#consumers.keys()) {
        // A protocol error, such as a missing topic, concerns only this consumer.
        const readings = await readPositions(admin, this.#options.prefix, watched).catch((error: { type?: string }) => {
          if (error.type !== undefined) return [];
          throw error;
        });
        this.#evaluate(watched, readings);
      }
    } catch {
      // The broker is unavailable; the consumers report it.
      await this.#admin?.disconnect().catch(() => {});
      this.#admin = undefined;
    }
  }

  async #connect(): Promise<Admin> {
    if (this.#admin) return this.#admin;
    const fresh = connectKafka(this.#options.brokers, 'cups-watch', this.#options.access).admin();
    await fresh.connect();
    this.#admin = fresh;
    return fresh;
  }

  #evaluate(watched: WatchedConsumer, readings: PartitionPosition[]): void {
    const { log } = this.#options;
    const before = this.#consumers.get(watched);
    // Removed during the check.
    if (!before) return;
    const activity = (topic: string, partition: number) => watched.activity(topic, partition);
    const now = Date.now();
    const own = readings.filter(({ topic, partition }) => watched.isAssigned(topic, partition));
    const observation = observe(before.own, own, activity, now, this.#stuckMs);
    this.#consumers.set(watched, { own: observation.progress, all: trackPositions(before.all, readings, now) });
    const group = watched.groupId;
    for (const { topic } of observation.newlyStuck) log.error({ event: 'consumer-stuck', group, topic });
    for (const topic of observation.recoveredTopics) log.info({ event: 'consumer-recovered', group, topic });
    for (const topic of watched.topics) {
      this.#gauge?.set({ topic }, observation.stuck.some((one) => one.topic === topic) ? 1 : 0);
    }
    if (observation.isSilent) watched.rebuild();
  }
}

/**
 * Opens a watch. A partition with lag is stuck if its committed position does not move for `stuckMs`. The gauge
 * `consumer_stuck` of its topic is then 1, and one error line is logged. Its consumer is rebuilt if nothing happens at
 * all; while some keys progress, a rebuild would only disturb them. The watch uses one connection per process, and
 * knows nothing while the broker is unavailable.
 */
export function openLagWatch(options: LagWatchOptions): LagWatch {
  const { stuckMs = STUCK_AFTER_MS } = options;
  const monitor = new LagMonitor(options, stuckMs);
  return {
    stuckMs,
    add(watched) {
      monitor.add(watched);
      return () => monitor.remove(watched);
    },
    unread: (groupId, topics) => monitor.unread(groupId, topics),
    stuck: () => monitor.stuck(),
    stop: () => monitor.stop(),
  };
}
