import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Admin, Consumer, EachBatchPayload, KafkaMessage, Producer } from 'kafkajs';
// eslint-disable-next-line @typescript-eslint/ban-ts-comment
// @ts-ignore kafkajs has no types for its inner parts; a project compiled together with this one may declare some.
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import type { OutgoingMessage } from '@cups/agency-contract';
import { registerCodecs } from './compression.ts';
import { reasonOf, toSecurityConfig } from './sign-in.ts';
import type { Access } from './sign-in.ts';
import type { Log } from './log.ts';
import type { Position } from './positions.ts';

registerCodecs();

// An idle kafkajs connection re-arms a 1 ms timer for ever; with nothing pending there is nothing to check.
const queue = (RequestQueue as { prototype: { pending: unknown[]; scheduleCheckPendingRequests(): void } }).prototype;
const schedule = queue.scheduleCheckPendingRequests;
queue.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0) schedule.call(this);
};

export type ConnectionOptions = {
  brokers: string[];
  access: Access;
  clientId: string;
  groupId: string;
  /** The topic that is read. */
  reads: string;
  /** The topic that is written to; without one nothing is sent. */
  writes: string | undefined;
  /**
   * Where it begins: `committed` where its group stands, or with all that is there; `now` with what comes after the first connection,
   * each message once, whatever the group has committed.
   */
  startAt?: 'committed' | 'now';
  /** How long the broker holds a fetch that finds nothing (ms); default 1,000. */
  maxWaitMs?: number;
  /** Only consume, and let kafkajs commit what was handed over. */
  consumeOnly: boolean;
  /** Must not throw; messages come in order for each partition, some of them again after a rebalance. */
  onBatch: (partition: number, messages: KafkaMessage[]) => void;
  log: Log;
};

// Longer than any fetch may take; a consumer that falls silent without an error is built anew.
const STALL_TIMEOUT_MS = 60_000;
const MAX_PAUSE_MS = 5_000;

const createClient = ({ brokers, access, clientId }: ConnectionOptions): Kafka =>
  new Kafka({
    ...toSecurityConfig(access),
    clientId,
    brokers,
    connectionTimeout: 3000,
    retry: { retries: 2, initialRetryTime: 200 },
    // What matters is logged by the connection, once.
    logLevel: logLevel.NOTHING,
  });

const createConsumer = (kafka: Kafka, { groupId, maxWaitMs = 1000 }: ConnectionOptions): Consumer =>
  kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: maxWaitMs,
    // After a kill the next start gets the partitions when this is over.
    sessionTimeout: 10_000,
    retry: { retries: 2, initialRetryTime: 200, restartOnFailure: async () => false },
  });

/** Why a consumer has come to its end: an error of kafkajs, `stalled`, or `stopped` when the signal asks for it. */
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
 * One consumer and one producer that are kept connected from `start` on, whatever comes: brokers that are away, topics that
 * are not there yet (they are awaited, never created), a consumer that crashes or stalls.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #kafka: Kafka;
  readonly #ending = new AbortController();
  #producer: Producer | undefined;
  #consumer: Consumer | undefined;
  #joined = false;
  #running: Promise<void> | undefined;
  /** By partition, the next message, where it began with `now`. */
  #next: Map<number, number> | undefined;
  /** Topics whose absence was logged. */
  #missed = '';

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#kafka = createClient(options);
  }

  /** Begins to connect; returns at once. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Whether messages can come in and go out now. */
  isReady(): boolean {
    return this.#joined && (this.#producer !== undefined || this.#options.writes === undefined);
  }

  /** Resolves when all are at the broker, on all replicas. */
  async send(messages: OutgoingMessage[]): Promise<void> {
    if (!this.#producer || this.#options.writes === undefined) throw new Error('not connected');
    await this.#producer.send({ acks: -1, topic: this.#options.writes, messages });
  }

  /** How many partitions each of these topics has. */
  partitions(topics: string[]): Promise<number[]> {
    return this.#asAdmin(async (admin) => {
      const found = (await admin.fetchTopicMetadata({ topics })).topics;
      return topics.map((name) => found.find((one) => one.name === name)?.partitions.length ?? 0);
    });
  }

  /** Commits for the group; rejects while the group is not joined. */
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
        if (await this.#topicsAreThere()) {
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

  async #topicsAreThere(): Promise<boolean> {
    const { reads, writes, log } = this.#options;
    const there = new Set(await this.#asAdmin((admin) => admin.listTopics()));
    const missing = [reads, writes].filter((topic) => topic !== undefined && !there.has(topic)) as string[];
    if (missing.length > 0 && this.#missed !== missing.join()) log('info', 'waiting for topics', { topics: missing });
    this.#missed = missing.join();
    return missing.length === 0;
  }

  async #openProducer(): Promise<void> {
    if (this.#producer || this.#options.writes === undefined) return;
    const mine = this.#kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await mine.connect();
    this.#producer = mine;
  }

  /** Ends when the consumer has crashed or stalled, or when all is stopped. */
  async #consume(): Promise<void> {
    const { reads, consumeOnly: counting, log, startAt: from = 'committed' } = this.#options;
    if (from === 'now') this.#next ??= await this.#ends();
    const mine = createConsumer(this.#kafka, this.#options);
    this.#consumer = mine;
    const started = new AbortController();
    const over = awaitEnd(mine, AbortSignal.any([this.#ending.signal, started.signal]));
    try {
      mine.on(mine.events.GROUP_JOIN, () => void (this.#joined = true));
      await mine.connect();
      await mine.subscribe({ topics: [reads], fromBeginning: true });
      await mine.run({
        autoCommit: counting,
        autoCommitInterval: counting ? 5000 : null,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#eachBatch(payload),
      });
      for (const [partition, offset] of this.#next ?? [])
        mine.seek({ topic: reads, partition, offset: String(offset) });
      const reason = await over;
      if (reason !== 'stopped') log('warn', 'consumer ended', { reason });
    } finally {
      started.abort();
      this.#joined = false;
      if (!this.#ending.signal.aborted) await mine.disconnect().catch(() => undefined);
    }
  }

  /** Where each partition of the topic ends. */
  async #ends(): Promise<Map<number, number>> {
    const offsets = await this.#asAdmin((admin) => admin.fetchTopicOffsets(this.#options.reads));
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  }

  async #asAdmin<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      return await ask(admin);
    } finally {
      await admin.disconnect();
    }
  }

  async #eachBatch({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    const { partition, messages } = batch;
    this.#options.onBatch(partition, this.#notYet(partition, messages));
    resolveOffset(batch.lastOffset());
    await heartbeat();
  }

  /** Of a batch, what was not handed over before and is not older than where it began. */
  #notYet(partition: number, messages: KafkaMessage[]): KafkaMessage[] {
    const from = this.#next?.get(partition) ?? 0;
    this.#next?.set(partition, Math.max(from, ...messages.map(({ offset }) => Number(offset) + 1)));
    return this.#next ? messages.filter(({ offset }) => Number(offset) >= from) : messages;
  }
}
