import type { Consumer as KafkaConsumer, EachBatchPayload, Kafka } from 'kafkajs';
import { setTimeout as after } from 'node:timers/promises';
import { failureOf } from '../kafka.ts';
import type { Offset } from './commit.ts';
import { openFreshness } from './freshness.ts';
import type { Work } from './work.ts';

export interface MemberOptions {
  prefix: string;
  groupId: string;
  topics: string[];
  maxWaitMs: number;
  /** ms without a heartbeat after which the member is given up. Default 45,000; kafkajs sends one every 3 s. */
  silenceMs?: number | undefined;
  /** Kafka has answered a fetch. */
  fetched: () => void;
}

/** ms; a member that has told its group nothing for so long is none any more, or has stopped. */
const SILENCE_MS = 45_000;
/** So many times it is looked whether it is silent before it is said to be. */
const LOOKS = 4;
/** ms, so that what is not taken is not asked for without a pause. */
const STALE_MS = 50;
/** ms; a crash stops first and says why afterwards. */
const AFTER_STOP_MS = 2_000;
const LEAVE_MS = 5_000;
/** ms; so long the other partitions of a fetch wait for one that is full. */
const ROOM_MS = 500;

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
  const bound = new Promise<void>((resolve) => (late = setTimeout(resolve, LEAVE_MS)));
  await Promise.race([consumer.disconnect().catch(() => {}), bound]);
  clearTimeout(late);
}

/** A member of a group: joins, fetches and hands over to `work` until it is given up or kafkajs ends it. */
export class Member {
  /** Resolves with the reason when it has ended, whatever the reason. */
  readonly ended: Promise<string>;
  readonly #consumer: KafkaConsumer;
  readonly #work: Work;
  readonly #prefix: string;
  readonly #fetched: () => void;
  /** With the prefix. */
  readonly #topics: string[];
  readonly #silenceMs: number;
  readonly #freshness = openFreshness();
  readonly #over: Promise<string>;
  #end!: (reason: string) => void;
  #assigned: Record<string, number[]> | undefined;
  #lastSign = Date.now();

  constructor(kafka: Kafka, options: MemberOptions, work: Work) {
    this.#work = work;
    this.#prefix = options.prefix;
    this.#fetched = options.fetched;
    this.#silenceMs = options.silenceMs ?? SILENCE_MS;
    this.#topics = options.topics.map((topic) => options.prefix + topic);
    this.#consumer = consumerOf(kafka, options);
    this.#over = new Promise((resolve) => (this.#end = resolve));
    this.#listen();
    this.ended = this.#run();
  }

  joined(): boolean {
    return this.#assigned !== undefined;
  }

  /** Whether it reads the partition, or nobody has told it yet what it reads; topic without the prefix. */
  reads(topic: string, partition: number): boolean {
    return this.#assigned?.[this.#prefix + topic]?.includes(partition) ?? true;
  }

  commit(offsets: Offset[]): Promise<void> {
    return this.#consumer.commitOffsets(offsets);
  }

  resume(topic: string, partition: number): void {
    if (this.joined()) this.#consumer.resume([{ topic: this.#prefix + topic, partitions: [partition] }]);
  }

  /** Ends it soon. */
  giveUp(reason: string): void {
    this.#end(reason);
  }

  async #run(): Promise<string> {
    // kafkajs may stop fetching without an error. Or it goes on and is no member: when the group has forgotten it and the join that
    // follows fails, it fetches again under no name, sends no heartbeat, and can commit nothing.
    const watch = setInterval(() => {
      if (this.joined() && Date.now() - this.#lastSign > this.#silenceMs) this.#end('silent');
    }, this.#silenceMs / LOOKS);
    watch.unref();
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: this.#topics, fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 8,
        eachBatch: (payload) => this.#take(payload),
      });
      return await this.#over;
    } catch (error) {
      return failureOf(error);
    } finally {
      clearInterval(watch);
      this.#assigned = undefined;
      this.#work.end();
      await leave(this.#consumer);
    }
  }

  #listen(): void {
    const consumer = this.#consumer;
    consumer.on('consumer.crash', ({ payload }) => this.#end(failureOf(payload.error)));
    consumer.on('consumer.stop', () => void setTimeout(() => this.#end('stopped'), AFTER_STOP_MS).unref());
    consumer.on('consumer.fetch_start', ({ payload }) => this.#freshness.starts(payload.nodeId, Date.now()));
    consumer.on('consumer.fetch', ({ payload }) => {
      this.#freshness.ends(payload.nodeId, Date.now());
      this.#fetched();
    });
    consumer.on('consumer.heartbeat', () => this.#sign());
    consumer.on('consumer.rebalancing', () => void this.#work.flush());
    consumer.on('consumer.end_batch_process', ({ payload }) => this.#passMarkers(payload));
    consumer.on('consumer.group_join', ({ payload }) => this.#begin(payload.memberAssignment));
  }

  #sign(): void {
    this.#lastSign = Date.now();
  }

  #begin(assigned: Record<string, number[]>): void {
    this.#assigned = assigned;
    this.#freshness.joined();
    this.#work.begin();
    // kafkajs keeps a pause over a join, and the windows that would have ended it are gone.
    this.#consumer.resume(this.#topics.map((topic) => ({ topic })));
    this.#sign();
  }

  async #take({ batch, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = batch;
    const last = messages.at(-1);
    if (!this.joined() || !last || !isRunning() || isStale()) return;
    // Not resolved, it is fetched again, from where the group stands.
    if (!this.#freshness.isFresh(Date.now())) return after(STALE_MS);
    const full = this.#work.take(this.#short(topic), partition, messages, BigInt(batch.lastOffset()));
    resolveOffset(last.offset);
    if (!full) return;
    // kafkajs asks for a partition that was paused as late as after its longest fetch: a pause is for handlers that take their time.
    const name = this.#short(topic);
    if ((await this.#work.roomWithin(name, partition, ROOM_MS)) || !this.joined()) return;
    this.#consumer.pause([{ topic, partitions: [partition] }]);
    // What became free meanwhile has said so already.
    if (this.#work.isRoomy(name, partition)) this.resume(name, partition);
  }

  /** Markers of transactions are never handed over, but the group's position must get behind them. */
  #passMarkers(batch: { topic: string; partition: number; batchSize: number; lastOffset: string }): void {
    if (batch.batchSize > 0 || !this.joined() || !this.#freshness.isFresh(Date.now())) return;
    this.#work.take(this.#short(batch.topic), batch.partition, [], BigInt(batch.lastOffset));
  }

  #short(topic: string): string {
    return topic.slice(this.#prefix.length);
  }
}
