import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Admin, Consumer, EachBatchPayload, KafkaMessage, Producer } from 'kafkajs';
import type { OutgoingMessage } from '@cups/agency-contract';
import { patchConsumerStop, patchIdleTimers } from '@cups/kafka-driver';
import { registerCodecs } from './compression.ts';
import { reasonOf, toSecurityConfig } from './sign-in.ts';
import type { Access } from './sign-in.ts';
import type { Log } from './log.ts';
import type { Position } from './positions.ts';

registerCodecs();
patchConsumerStop();
patchIdleTimers();

export type ConnectionOptions = {
  brokers: string[];
  access: Access;
  clientId: string;
  groupId: string;
  /** Topic to consume. */
  reads: string;
  /** Topic to produce to; undefined if the connection sends nothing. */
  writes: string | undefined;
  /**
   * Where consumption starts. `committed`: at the committed offset, else at the start of the topic. `now`: after the
   * last message at the first connection; each message once, whatever the group committed.
   */
  startAt?: 'committed' | 'now';
  /** Maximum time that the broker holds an empty fetch, in ms; default 4,000. A message ends it. */
  maxWaitMs?: number;
  /** Must not throw. Messages arrive in order per partition; a rebalance may repeat some. */
  onBatch: (partition: number, messages: KafkaMessage[]) => void;
  log: Log;
};

// Exceeds every fetch time; a consumer without fetches for this long is replaced.
const STALL_TIMEOUT_MS = 60_000;
const MAX_PAUSE_MS = 5_000;

const createClient = ({ brokers, access, clientId }: ConnectionOptions): Kafka =>
  new Kafka({
    ...toSecurityConfig(access),
    clientId,
    brokers,
    connectionTimeout: 3000,
    retry: { retries: 2, initialRetryTime: 200 },
    // The connection logs errors itself, once.
    logLevel: logLevel.NOTHING,
  });

const createConsumer = (kafka: Kafka, { groupId, maxWaitMs = 4000 }: ConnectionOptions): Consumer =>
  kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: maxWaitMs,
    // After a crash the partitions are reassigned when this expires.
    sessionTimeout: 10_000,
    retry: { retries: 2, initialRetryTime: 200, restartOnFailure: async () => false },
  });

/** Returns why a consumer ended: a kafkajs error, `stalled`, or `stopped` when the signal aborts. */
function awaitEnd(consumer: Consumer, signal: AbortSignal): Promise<string> {
  let lastFetchTime = Date.now();
  let release = (): void => {};
  const ended = new Promise<string>((resolve) => {
    const watch = setInterval(() => {
      if (Date.now() - lastFetchTime > STALL_TIMEOUT_MS) resolve('stalled');
    }, STALL_TIMEOUT_MS / 2);
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(reasonOf(payload.error)));
    consumer.on(consumer.events.FETCH, () => void (lastFetchTime = Date.now()));
    const stop = () => resolve('stopped');
    signal.addEventListener('abort', stop, { once: true });
    release = () => {
      clearInterval(watch);
      signal.removeEventListener('abort', stop);
    };
  });
  return ended.finally(() => release());
}

/**
 * One consumer and one producer that stay connected from `start` on. They recover from unavailable brokers, missing
 * topics (awaited, never created), crashes and stalls.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #kafka: Kafka;
  readonly #ending = new AbortController();
  #producer: Producer | undefined;
  #consumer: Consumer | undefined;
  #joined = false;
  #running: Promise<void> | undefined;
  /** Next offset by partition, if `startAt` is `now`. */
  #next: Map<number, number> | undefined;
  /** Missing topics that were logged. */
  #missed = '';

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#kafka = createClient(options);
  }

  /** Starts to connect; returns immediately. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Returns whether messages can be consumed and produced now. */
  isReady(): boolean {
    return this.#joined && (this.#producer !== undefined || this.#options.writes === undefined);
  }

  /** Resolves when all replicas have stored the messages. */
  async send(messages: OutgoingMessage[]): Promise<void> {
    if (!this.#producer || this.#options.writes === undefined) throw new Error('not connected');
    await this.#producer.send({ acks: -1, topic: this.#options.writes, messages });
  }

  /** Returns the partition count of each topic. */
  partitions(topics: string[]): Promise<number[]> {
    return this.#asAdmin(async (admin) => {
      const found = (await admin.fetchTopicMetadata({ topics })).topics;
      return topics.map((name) => found.find((topic) => topic.name === name)?.partitions.length ?? 0);
    });
  }

  /**
   * Returns the offset after the last message of a topic with one partition.
   * @throws Error if the broker is unavailable or the topic is missing
   */
  async nextOffset(): Promise<number> {
    return (await this.#endOffsets()).get(0) ?? 0;
  }

  /**
   * Commits offsets for the group.
   * @throws Error while the group is not joined
   */
  async commit(positions: Position[]): Promise<void> {
    if (!this.#joined || !this.#consumer) throw new Error('not joined');
    const topic = this.#options.reads;
    await this.#consumer.commitOffsets(positions.map(({ partition, offset }) => ({ topic, partition, offset })));
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await Promise.allSettled([this.#consumer?.disconnect(), this.#producer?.disconnect()]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        if (await this.#hasTopics()) {
          await this.#openProducer();
          failures = 0;
          await this.#consume();
        }
      } catch (error) {
        this.#options.log('warn', 'not connected', { reason: reasonOf(error) });
      }
      const delay = Math.min(MAX_PAUSE_MS, 200 * 2 ** Math.min(failures, 5));
      await pause(delay, undefined, { signal }).catch(() => undefined);
    }
  }

  async #hasTopics(): Promise<boolean> {
    const { reads, writes, log } = this.#options;
    const existing = new Set(await this.#asAdmin((admin) => admin.listTopics()));
    const missing = [reads, writes].filter((topic) => topic !== undefined && !existing.has(topic)) as string[];
    if (missing.length > 0 && this.#missed !== missing.join()) log('info', 'waiting for topics', { topics: missing });
    this.#missed = missing.join();
    return missing.length === 0;
  }

  async #openProducer(): Promise<void> {
    if (this.#producer || this.#options.writes === undefined) return;
    const producer = this.#kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    this.#producer = producer;
  }

  /** Resolves when the consumer crashed, stalled or was stopped. */
  async #consume(): Promise<void> {
    const { reads, log, startAt = 'committed' } = this.#options;
    if (startAt === 'now') this.#next ??= await this.#endOffsets();
    const consumer = createConsumer(this.#kafka, this.#options);
    this.#consumer = consumer;
    const started = new AbortController();
    const ended = awaitEnd(consumer, AbortSignal.any([this.#ending.signal, started.signal]));
    try {
      consumer.on(consumer.events.GROUP_JOIN, () => void (this.#joined = true));
      await consumer.connect();
      await consumer.subscribe({ topics: [reads], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#eachBatch(payload),
      });
      for (const [partition, offset] of this.#next ?? [])
        consumer.seek({ topic: reads, partition, offset: String(offset) });
      const reason = await ended;
      if (reason !== 'stopped') log('warn', 'consumer ended', { reason });
    } finally {
      started.abort();
      this.#joined = false;
      if (!this.#ending.signal.aborted) await consumer.disconnect().catch(() => undefined);
    }
  }

  /** Returns the end offset of each partition. */
  async #endOffsets(): Promise<Map<number, number>> {
    const offsets = await this.#asAdmin((admin) => admin.fetchTopicOffsets(this.#options.reads));
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  }

  async #asAdmin<T>(task: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      return await task(admin);
    } finally {
      await admin.disconnect();
    }
  }

  async #eachBatch({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    const { partition, messages } = batch;
    this.#options.onBatch(partition, this.#withoutSeen(partition, messages));
    resolveOffset(batch.lastOffset());
    await heartbeat();
  }

  /** Returns the messages of a batch that are new and not older than the start position. */
  #withoutSeen(partition: number, messages: KafkaMessage[]): KafkaMessage[] {
    const from = this.#next?.get(partition) ?? 0;
    this.#next?.set(partition, Math.max(from, ...messages.map(({ offset }) => Number(offset) + 1)));
    return this.#next ? messages.filter(({ offset }) => Number(offset) >= from) : messages;
  }
}
