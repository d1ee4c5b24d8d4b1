import { setTimeout as after } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { Log, Metrics } from '@cups/contracts';
import { connectKafka } from '../kafka.ts';
import { follow, stuckOf, type Reading, type Standing } from './progress.ts';

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
  stuckMs: number;
  stop(): Promise<void>;
}

const stopMs = 2_000;

interface Known {
  standings: Map<string, Standing>;
  /** Activity at the time from which a partition stands, by its name. */
  activity: Map<string, { since: number; count: number }>;
  stuck: Set<string>;
}

/**
 * A partition that has lag while the group's committed position does not move for `stuckMs` is stuck: the gauge `consumer_stuck` of
 * its topic becomes 1 and a line is logged at level error, once. If nothing at all happened in it, its consumer is
 * built anew; where single keys hold up the position while others flow, that would only disturb those.
 *
 * One connection for all consumers of a process; nothing is known while the broker is away.
 */
export function openLagWatch(options: {
  brokers: string[];
  prefix: string;
  log: Log;
  metrics?: Metrics;
  /** Default 60,000. */
  stuckMs?: number;
}): LagWatch {
  const { brokers, prefix, log, stuckMs = 60_000 } = options;
  const gauge = options.metrics?.gauge('consumer_stuck', 'Has lag and does not move', ['topic']);
  const all = new Map<Watched, Known>();
  let admin: Admin | undefined;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const connect = async (): Promise<Admin> => {
    if (admin) return admin;
    const fresh = connectKafka(brokers, 'cups-watch').admin();
    await fresh.connect();
    admin = fresh;
    return fresh;
  };

  const readGroup = async (to: Admin, watched: Watched): Promise<Reading[]> => {
    const groupId = prefix + watched.groupId;
    const committed = await to.fetchOffsets({ groupId, topics: watched.topics.map((topic) => prefix + topic) });
    const readings: Reading[] = [];
    for (const { topic: full, partitions } of committed) {
      const topic = full.slice(prefix.length);
      const ends = new Map((await to.fetchTopicOffsets(full)).map((one) => [one.partition, one]));
      for (const { partition, offset } of partitions) {
        const known = ends.get(partition);
        if (!known || !watched.reads(topic, partition)) continue;
        const position = BigInt(offset) < BigInt(known.low) ? known.low : offset;
        readings.push({ topic, partition, position: BigInt(position), end: BigInt(known.high) });
      }
    }
    return readings;
  };

  /** Whether nothing happened in a partition since it stands. */
  const silent = (watched: Watched, known: Known, name: string, { topic, partition, since }: Standing): boolean => {
    const before = known.activity.get(name);
    const count = watched.activity(topic, partition);
    if (before?.since === since) return before.count === count;
    known.activity.set(name, { since, count });
    return false;
  };

  const judge = (watched: Watched, known: Known): void => {
    const stuck = stuckOf(known.standings, Date.now(), stuckMs);
    const names = new Set(stuck.map(({ topic, partition }) => `${topic}/${partition}`));
    let quiet = false;
    for (const [name, standing] of known.standings) {
      const nothing = silent(watched, known, name, standing);
      if (!names.has(name)) continue;
      quiet ||= nothing;
      if (known.stuck.has(name)) continue;
      log.error({ event: 'consumer-stuck', group: watched.groupId, topic: standing.topic });
    }
    for (const name of known.stuck) {
      if (!names.has(name))
        log.info({ event: 'consumer-moves', group: watched.groupId, topic: name.slice(0, name.lastIndexOf('/')) });
    }
    known.stuck = names;
    for (const topic of watched.topics) {
      gauge?.set({ topic }, stuck.some((one) => one.topic === topic) ? 1 : 0);
    }
    if (quiet) watched.rebuild();
  };

  const look = async (): Promise<void> => {
    try {
      const to = await connect();
      for (const [watched, known] of all) {
        // What the broker answers about one group or topic, such as that it is missing, is a matter of that one alone.
        const readings = await readGroup(to, watched).catch((error: { type?: string }) => {
          if (error.type !== undefined) return [];
          throw error;
        });
        known.standings = follow(known.standings, readings, Date.now());
        if (all.has(watched)) judge(watched, known);
      }
    } catch {
      // The broker is away, or restarts: the consumers say so.
      await admin?.disconnect().catch(() => {});
      admin = undefined;
    }
  };

  const later = (): void => {
    if (stopped) return;
    timer = setTimeout(
      () => {
        looking = look();
        void looking.then(later);
      },
      (stuckMs / 3) * (0.9 + Math.random() / 5),
    );
    timer.unref();
  };
  later();

  return {
    stuckMs,
    add(watched) {
      all.set(watched, { standings: new Map(), activity: new Map(), stuck: new Set() });
      return () => void all.delete(watched);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      all.clear();
      const left = Promise.resolve(looking).then(() => admin?.disconnect());
      // A broker that says nothing does not hold up the end of a process.
      await Promise.race([left.catch(() => {}), after(stopMs, undefined, { ref: false })]);
    },
  };
}
