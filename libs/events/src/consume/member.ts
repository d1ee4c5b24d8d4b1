import type { Consumer as KafkaConsumer, EachBatchPayload, Kafka } from 'kafkajs';
import { setTimeout as after } from 'node:timers/promises';
import { openFreshness } from './freshness.ts';
import { failureOf } from '../kafka.ts';
import type { Work } from './work.ts';

/** A member of a group, from its start to its end. */
export interface Member {
  /** Resolves with the reason when it has ended, whatever the reason. */
  ended: Promise<string>;
  joined(): boolean;
  reads(topic: string, partition: number): boolean;
  commit(offsets: { topic: string; partition: number; offset: string }[]): Promise<void>;
  resume(topic: string, partition: number): void;
  /** Ends it soon. */
  giveUp(reason: string): void;
}

export interface MemberOptions {
  prefix: string;
  groupId: string;
  topics: string[];
  maxWaitMs: number;
}

const silenceMs = 45_000;
/** So that what is not taken is not asked for without a pause. */
const staleMs = 50;

const consumerOf = (kafka: Kafka, { prefix, groupId, maxWaitMs }: MemberOptions): KafkaConsumer =>
  kafka.consumer({
    groupId: prefix + groupId,
    allowAutoTopicCreation: false,
    // As short as is safe: so long do the partitions of a killed process, or of us after a broker's death, stand still.
    sessionTimeout: 10_000,
    heartbeatInterval: 3_000,
    maxWaitTimeInMs: maxWaitMs,
    minBytes: 1,
    retry: {
      retries: 12,
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      restartOnFailure: () => Promise.resolve(false),
    },
  });

/** Also when stopping: who stops waits until the group knows that this member has left. */
async function leave(consumer: KafkaConsumer): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => (late = setTimeout(resolve, 5_000)));
  await Promise.race([consumer.disconnect().catch(() => {}), bound]);
  clearTimeout(late);
}

/** Joins, fetches and hands over to `work` until it is given up or kafkajs ends it. */
export function startMember(kafka: Kafka, options: MemberOptions, work: Work): Member {
  const { prefix, topics } = options;
  const names = topics.map((topic) => prefix + topic);
  const consumer = consumerOf(kafka, options);
  let assigned: Record<string, number[]> | undefined;
  let lastSign = Date.now();
  let end!: (reason: string) => void;
  const over = new Promise<string>((resolve) => (end = resolve));
  const short = (topic: string) => topic.slice(prefix.length);
  const freshness = openFreshness();

  const eachBatch = async ({ batch, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<void> => {
    const { topic, partition, messages } = batch;
    const last = messages.at(-1);
    if (!assigned || !last || !isRunning() || isStale()) return;
    // Not resolved, it is fetched again, from where the group stands.
    if (!freshness.isFresh(Date.now())) return after(staleMs);
    const full = work.take(short(topic), partition, messages, BigInt(batch.lastOffset()));
    resolveOffset(last.offset);
    if (full) consumer.pause([{ topic, partitions: [partition] }]);
  };

  const sign = (): void => void (lastSign = Date.now());
  // kafkajs may stop fetching without an error.
  const watch = setInterval(() => {
    if (assigned && Date.now() - lastSign > silenceMs) end('silent');
  }, 10_000);
  watch.unref();

  consumer.on('consumer.crash', ({ payload }) => end(failureOf(payload.error)));
  // A crash stops first and says why afterwards.
  consumer.on('consumer.stop', () => void setTimeout(() => end('stopped'), 2_000).unref());
  consumer.on('consumer.fetch_start', ({ payload }) => freshness.starts(payload.nodeId, Date.now()));
  consumer.on('consumer.fetch', ({ payload }) => {
    freshness.ends(payload.nodeId, Date.now());
    sign();
  });
  consumer.on('consumer.heartbeat', sign);
  consumer.on('consumer.rebalancing', () => void work.flush());
  consumer.on('consumer.end_batch_process', ({ payload }) => {
    // Markers of transactions are never handed over, but the group's position must get behind them.
    if (payload.batchSize > 0 || !assigned || !freshness.isFresh(Date.now())) return;
    work.take(short(payload.topic), payload.partition, [], BigInt(payload.lastOffset));
  });
  consumer.on('consumer.group_join', ({ payload }) => {
    assigned = payload.memberAssignment;
    freshness.joined();
    work.begin();
    // kafkajs keeps a pause over a join, and the windows that would have ended it are gone.
    consumer.resume(names.map((topic) => ({ topic })));
    sign();
  });

  const run = async (): Promise<string> => {
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: names, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 8,
        eachBatch,
      });
      return await over;
    } catch (error) {
      return failureOf(error);
    } finally {
      clearInterval(watch);
      assigned = undefined;
      work.end();
      await leave(consumer);
    }
  };

  return {
    ended: run(),
    joined: () => assigned !== undefined,
    reads: (topic, partition) => assigned?.[prefix + topic]?.includes(partition) ?? true,
    commit: (offsets) => consumer.commitOffsets(offsets),
    resume: (topic, partition) => {
      if (assigned) consumer.resume([{ topic: prefix + topic, partitions: [partition] }]);
    },
    giveUp: (reason) => end(reason),
  };
}
