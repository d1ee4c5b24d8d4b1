import { setTimeout as after } from 'node:timers/promises';
import type { Log, Metrics } from '@cups/contracts';
import type { Admin } from 'kafkajs';
import type { KafkaAccess } from '../access.ts';
import { connectKafka } from '../kafka.ts';
import { noProgress, observe, type Progress, type Reading } from './progress.ts';

/** What the watch must know of a consumer; names of topics and groups are without the prefix. */
export interface Watched {
  groupId: string;
  topics: string[];
  /** Whether this member reads the partition, or nobody has told it yet what it reads. */
  reads(topic: string, partition: number): boolean;
  /** Grows with each message of the partition that is taken or dealt with. */
  activity(topic: string, partition: number): number;
  /** Nothing at all has happened in a partition that has lag. */
  rebuild(): void;
}

/** Looks from outside, through a connection of its own, whether consumers stand still. */
export interface LagWatch {
  /** @returns ends the watching */
  add(watched: Watched): () => void;
  /** Messages that a group has not read yet, whoever of its members reads them; undefined when the broker does not say. */
  unread(groupId: string, topics: string[]): Promise<bigint | undefined>;
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

const STUCK_MS = 60_000;
const STOP_MS = 2_000;

/** Where the group of a consumer stands in the partitions that its member reads. */
async function readPositions(
  admin: Admin,
  prefix: string,
  watched: Pick<Watched, 'groupId' | 'topics' | 'reads'>,
): Promise<Reading[]> {
  const groupId = prefix + watched.groupId;
  const committed = await admin.fetchOffsets({ groupId, topics: watched.topics.map((topic) => prefix + topic) });
  const readings: Reading[] = [];
  for (const { topic: full, partitions } of committed) {
    const topic = full.slice(prefix.length);
    const ends = new Map((await admin.fetchTopicOffsets(full)).map((one) => [one.partition, one]));
    for (const { partition, offset } of partitions) {
      const known = ends.get(partition);
      if (!known || !watched.reads(topic, partition)) continue;
      const position = BigInt(offset) < BigInt(known.low) ? known.low : offset;
      readings.push({ topic, partition, position: BigInt(position), end: BigInt(known.high) });
    }
  }
  return readings;
}

/** One look after the other at all consumers that were added; nothing is known while the broker is away. */
class Lookout {
  readonly #options: LagWatchOptions;
  readonly #stuckMs: number;
  readonly #gauge: ReturnType<Metrics['gauge']> | undefined;
  readonly #consumers = new Map<Watched, Progress>();
  #admin: Admin | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(options: LagWatchOptions, stuckMs: number) {
    this.#options = options;
    this.#stuckMs = stuckMs;
    this.#gauge = options.metrics?.gauge('consumer_stuck', 'Has lag and does not move', ['topic']);
    this.#lookLater();
  }

  add(watched: Watched): void {
    this.#consumers.set(watched, noProgress());
  }

  remove(watched: Watched): void {
    this.#consumers.delete(watched);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#consumers.clear();
    const left = Promise.resolve(this.#looking).then(() => this.#admin?.disconnect());
    // A broker that says nothing does not hold up the end of a process.
    await Promise.race([left.catch(() => {}), after(STOP_MS, undefined, { ref: false })]);
  }

  async unread(groupId: string, topics: string[]): Promise<bigint | undefined> {
    try {
      const admin = await this.#connect();
      const readings = await readPositions(admin, this.#options.prefix, { groupId, topics, reads: () => true });
      return readings.reduce((sum, { position, end }) => sum + end - position, 0n);
    } catch {
      // The broker is away, or has no such topic yet.
      return undefined;
    }
  }

  #lookLater(): void {
    if (this.#stopped) return;
    const delay = (this.#stuckMs / 3) * (0.9 + Math.random() / 5);
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
      void this.#looking.then(() => this.#lookLater());
    }, delay);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    try {
      const admin = await this.#connect();
      for (const watched of this.#consumers.keys()) {
        // What the broker answers about one group or topic, such as that it is missing, is a matter of that one alone.
        const readings = await readPositions(admin, this.#options.prefix, watched).catch((error: { type?: string }) => {
          if (error.type !== undefined) return [];
          throw error;
        });
        this.#judge(watched, readings);
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

  #judge(watched: Watched, readings: Reading[]): void {
    const { log } = this.#options;
    const before = this.#consumers.get(watched);
    // Removed while the broker was asked.
    if (!before) return;
    const activity = (topic: string, partition: number) => watched.activity(topic, partition);
    const seen = observe(before, readings, activity, Date.now(), this.#stuckMs);
    this.#consumers.set(watched, seen.progress);
    const group = watched.groupId;
    for (const { topic } of seen.newlyStuck) log.error({ event: 'consumer-stuck', group, topic });
    for (const topic of seen.moves) log.info({ event: 'consumer-moves', group, topic });
    for (const topic of watched.topics) {
      this.#gauge?.set({ topic }, seen.stuck.some((one) => one.topic === topic) ? 1 : 0);
    }
    if (seen.silent) watched.rebuild();
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
  const { stuckMs = STUCK_MS } = options;
  const lookout = new Lookout(options, stuckMs);
  return {
    stuckMs,
    add(watched) {
      lookout.add(watched);
      return () => lookout.remove(watched);
    },
    unread: (groupId, topics) => lookout.unread(groupId, topics),
    stop: () => lookout.stop(),
  };
}
