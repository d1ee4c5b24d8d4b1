import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Consumer, EachBatchPayload, KafkaMessage, Producer } from 'kafkajs';
// eslint-disable-next-line @typescript-eslint/ban-ts-comment
// @ts-ignore kafkajs has no types for its inner parts; a project compiled together with this one may declare some.
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import type { Offset } from './cases.ts';
import type { Log } from './log.ts';

// An idle kafkajs connection re-arms a 1 ms timer for ever; with nothing pending there is nothing to check.
const queue = (RequestQueue as { prototype: { pending: unknown[]; scheduleCheckPendingRequests(): void } }).prototype;
const schedule = queue.scheduleCheckPendingRequests;
queue.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0) schedule.call(this);
};

export type Outgoing = { topic: string; key: string; headers: Record<string, string>; value: Buffer };
export type Connection = {
  /** Begins to connect; returns at once. */
  start(): void;
  /** Resolves when all are at the broker, on all replicas. */
  send(messages: Outgoing[]): Promise<void>;
  /** Commits for the group; rejects while the group is not joined. */
  commit(offsets: Offset[]): Promise<void>;
  /** Whether messages can come in and go out now. */
  ready(): boolean;
  stop(): Promise<void>;
};

// Longer than any fetch may take; a consumer that falls silent without an error is built anew.
const STALL_MS = 60_000;

/**
 * Keeps one consumer and one producer connected from `start` on, whatever comes: brokers that are away, topics that are not there yet
 * (they are awaited, never created), a consumer that crashes or stalls.
 * @param options `onBatch` must not throw and gets messages in order for each partition, some of them again after a
 *   rebalance. `counting`: only consume, and let kafkajs commit what was handed over.
 */
export function connect(options: {
  brokers: string[];
  clientId: string;
  groupId: string;
  consume: string[];
  produce: string[];
  counting: boolean;
  onBatch: (topic: string, partition: number, messages: KafkaMessage[]) => void;
  log: Log;
}): Connection {
  const { consume, counting, log } = options;
  const kafka = new Kafka({
    clientId: options.clientId,
    brokers: options.brokers,
    connectionTimeout: 3000,
    retry: { retries: 2, initialRetryTime: 200 },
    // What matters is logged below, once.
    logLevel: logLevel.NOTHING,
  });
  const ending = new AbortController();
  let producer: Producer | undefined;
  let consumer: Consumer | undefined;
  let joined = false;

  async function missingTopics(): Promise<string[]> {
    const admin = kafka.admin();
    try {
      await admin.connect();
      const there = new Set(await admin.listTopics());
      return [...consume, ...options.produce].filter((topic) => !there.has(topic));
    } finally {
      await admin.disconnect();
    }
  }

  async function eachBatch({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    options.onBatch(batch.topic, batch.partition, batch.messages);
    resolveOffset(batch.lastOffset());
    await heartbeat();
  }

  /** Ends when the consumer has crashed or stalled, or when all is stopped. */
  async function consumeOnce(): Promise<void> {
    const mine = kafka.consumer({
      groupId: options.groupId,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 1000,
      // After a kill the next start gets the partitions when this is over.
      sessionTimeout: 10_000,
      retry: { retries: 2, initialRetryTime: 200, restartOnFailure: async () => false },
    });
    consumer = mine;
    let watch: NodeJS.Timeout | undefined;
    try {
      let heard = Date.now();
      const over = new Promise<string>((resolve) => {
        mine.on(mine.events.CRASH, ({ payload }) => resolve(payload.error.name));
        mine.on(mine.events.FETCH, () => void (heard = Date.now()));
        mine.on(mine.events.GROUP_JOIN, () => void (joined = true));
        ending.signal.addEventListener('abort', () => resolve('stopped'), { once: true });
        watch = setInterval(() => {
          if (Date.now() - heard > STALL_MS) resolve('stalled');
        }, STALL_MS / 2);
      });
      await mine.connect();
      await mine.subscribe({ topics: consume, fromBeginning: true });
      await mine.run({
        autoCommit: counting,
        ...(counting ? { autoCommitInterval: 5000 } : {}),
        eachBatchAutoResolve: false,
        eachBatch,
      });
      const reason = await over;
      if (reason !== 'stopped') log('warn', 'consumer ended', { reason });
    } finally {
      clearInterval(watch);
      joined = false;
      if (!ending.signal.aborted) await mine.disconnect().catch(() => undefined);
    }
  }

  async function run(): Promise<void> {
    let told = '';
    for (let failures = 0; !ending.signal.aborted; failures += 1) {
      try {
        const missing = await missingTopics();
        if (missing.length > 0) {
          if (told !== missing.join()) log('info', 'waiting for topics', { topics: missing });
          told = missing.join();
        } else {
          if (!producer && options.produce.length > 0) {
            const mine = kafka.producer({
              allowAutoTopicCreation: false,
              createPartitioner: Partitioners.DefaultPartitioner,
            });
            await mine.connect();
            producer = mine;
          }
          failures = 0;
          await consumeOnce();
        }
      } catch (error) {
        log('warn', 'not connected', { reason: (error as Error).name });
      }
      await pause(Math.min(5000, 200 * 2 ** Math.min(failures, 5)), undefined, { signal: ending.signal }).catch(
        () => undefined,
      );
    }
  }

  let running: Promise<void> | undefined;
  return {
    start: () => void (running ??= run()),
    async send(messages) {
      if (!producer) throw new Error('not connected');
      const topics = Map.groupBy(messages, (message) => message.topic);
      await producer.sendBatch({
        acks: -1,
        topicMessages: [...topics].map(([topic, all]) => ({
          topic,
          messages: all.map(({ key, headers, value }) => ({ key, headers, value })),
        })),
      });
    },
    async commit(offsets) {
      if (!joined || !consumer) throw new Error('not joined');
      await consumer.commitOffsets(offsets);
    },
    ready: () => joined && (producer !== undefined || options.produce.length === 0),
    async stop() {
      ending.abort();
      await running;
      await Promise.allSettled([consumer?.disconnect(), producer?.disconnect()]);
    },
  };
}
