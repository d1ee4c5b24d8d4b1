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

/** What the watch must know of a consumer; names of topics and groups are without the prefix. */
export interface WatchedConsumer {
  groupId: string;
  topics: string[];
  /** Whether this member reads the partition, or nobody has told it yet what it reads. */
  isAssigned(topic: string, partition: number): boolean;
  /** Grows with each message of the partition that is taken or dealt with. */
  activity(topic: string, partition: number): number;
  /** Nothing at all has happened in a partition that has lag. */
  rebuild(): void;
}

/** A partition that has lag and in which its group has not moved for long; names are without the prefix. */
export interface StuckPartition {
  groupId: string;
  topic: string;
  partition: number;
  since: Date;
  /** Messages that the group has not dealt with. */
  unread: bigint;
}

/** Looks from outside, through a connection of its own, whether consumers stand still. */
export interface LagWatch {
  /** @returns ends the watching */
  add(watched: WatchedConsumer): () => void;
  /** Messages that a group has not read yet, whoever of its members reads them; undefined when the broker does not say. */
  unread(groupId: string, topics: string[]): Promise<bigint | undefined>;
  /** What stands still in the groups of all consumers, whoever of their members reads it; oldest first, as of the last look. */
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

/** Where the group of a consumer stands, in all partitions of its topics. */
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

/** What is known of a consumer from one look to the next. */
interface ConsumerProgress {
  /** In the partitions that its member reads. */
  own: PartitionProgress;
  /** In all of its group, by `topic/partition`: any replica can name what stands still at another. */
  all: Map<string, TrackedPosition>;
}

/** One look after the other at all consumers that were added; nothing is known while the broker is away. */
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
    this.#gauge = options.metrics?.gauge('consumer_stuck', 'Has lag and does not move', ['topic']);
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
    // A broker that says nothing does not hold up the end of a process.
    await Promise.race([left.catch(() => {}), after(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  }

  async unread(groupId: string, topics: string[]): Promise<bigint | undefined> {
    try {
      const admin = await this.#connect();
      const readings = await readPositions(admin, this.#options.prefix, { groupId, topics });
      return readings.reduce((sum, { position, end }) => sum + end - position, 0n);
    } catch {
      // The broker is away, or has no such topic yet.
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
        // What the broker answers about one group or topic, such as that it is missing, is a matter of that one alone.
        const readings = await readPositions(admin, this.#options.prefix, watched).catch((error: { type?: string }) => {
          if (error.type !== undefined) return [];
          throw error;
        });
        this.#evaluate(watched, readings);
      }
    } catch {
      // The broker is away, or restarts: the consumers say so.
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
    // Removed while the broker was asked.
    if (!before) return;
    const activity = (topic: string, partition: number) => watched.activity(topic, partition);
    const now = Date.now();
    const own = readings.filter(({ topic, partition }) => watched.isAssigned(topic, partition));
    const seen = observe(before.own, own, activity, now, this.#stuckMs);
    this.#consumers.set(watched, { own: seen.progress, all: trackPositions(before.all, readings, now) });
    const group = watched.groupId;
    for (const { topic } of seen.newlyStuck) log.error({ event: 'consumer-stuck', group, topic });
    for (const topic of seen.recoveredTopics) log.info({ event: 'consumer-moves', group, topic });
    for (const topic of watched.topics) {
      this.#gauge?.set({ topic }, seen.stuck.some((one) => one.topic === topic) ? 1 : 0);
    }
    if (seen.isSilent) watched.rebuild();
  }
}

/**
 * A partition that has lag while the group's committed position does not move for `stuckMs` is stuck: the gauge `consumer_stuck` of
 * its topic becomes 1 and a line is logged at level error, once. If nothing at all happened in it, its consumer is
 * built anew; where single keys hold up the position while others flow, that would only disturb those.
 *
 * One connection for all consumers of a process; nothing is known while the broker is away.
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
