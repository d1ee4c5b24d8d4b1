import type { Consumer as KafkaConsumer, EachBatchPayload, Kafka } from 'kafkajs';
import { setTimeout as after } from 'node:timers/promises';
import { getErrorCode } from '../kafka.ts';
import type { PartitionOffset } from './commit-plan.ts';
import { createFetchTracker } from './fetch-tracker.ts';
import type { MessageProcessor } from './message-processor.ts';

export interface GroupMemberOptions {
  prefix: string;
  groupId: string;
  topics: string[];
  maxWaitMs: number;
  /** Time without a heartbeat that ends the member, ms. Default 45,000; kafkajs sends one every 3 to 4 s. */
  heartbeatTimeoutMs?: number | undefined;
  /** As in `ConsumerOptions`. */
  pauseMs?: number | undefined;
  /** Called when Kafka answered a fetch. */
  onFetch: () => void;
}

/** A member without heartbeats for this long has left its group or has stopped. */
const HEARTBEAT_TIMEOUT_MS = 45_000;
/** Number of checks within the timeout. */
const HEARTBEAT_CHECKS = 4;
/** Avoids a busy loop over rejected messages. */
const STALE_RETRY_DELAY_MS = 50;
/** kafkajs emits `stop` first and the reason of a crash later. */
const STOP_GRACE_MS = 2_000;
const LEAVE_TIMEOUT_MS = 5_000;
/** How long the other partitions of a fetch wait for a full one. */
const ROOM_TIMEOUT_MS = 500;

const createKafkaConsumer = (kafka: Kafka, { prefix, groupId, maxWaitMs }: GroupMemberOptions): KafkaConsumer =>
  kafka.consumer({
    groupId: prefix + groupId,
    allowAutoTopicCreation: false,
    // As short as is safe: partitions of a killed process, or of any member after a broker failure, pause
    // this long.
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

/** Leaves the group and waits for it, also during shutdown. */
async function leaveGroup(consumer: KafkaConsumer): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => (late = setTimeout(resolve, LEAVE_TIMEOUT_MS)));
  await Promise.race([consumer.disconnect().catch(() => {}), bound]);
  clearTimeout(late);
}

/** A group member: joins, fetches and hands messages to `work` until given up or ended by kafkajs. */
export class GroupMember {
  /** Resolves with the reason when the member has ended. */
  readonly ended: Promise<string>;
  readonly #consumer: KafkaConsumer;
  readonly #work: MessageProcessor;
  readonly #prefix: string;
  readonly #onFetch: () => void;
  /** With the prefix. */
  readonly #topics: string[];
  readonly #heartbeatTimeoutMs: number;
  readonly #pauseMs: number;
  /** Aborted when the member ends. */
  readonly #ending = new AbortController();
  readonly #fetchTracker = createFetchTracker();
  readonly #endReason: Promise<string>;
  #end!: (reason: string) => void;
  #assigned: Record<string, number[]> | undefined;
  #lastHeartbeat = Date.now();

  constructor(kafka: Kafka, options: GroupMemberOptions, work: MessageProcessor) {
    this.#work = work;
    this.#prefix = options.prefix;
    this.#onFetch = options.onFetch;
    this.#heartbeatTimeoutMs = options.heartbeatTimeoutMs ?? HEARTBEAT_TIMEOUT_MS;
    this.#pauseMs = options.pauseMs ?? 0;
    this.#topics = options.topics.map((topic) => options.prefix + topic);
    this.#consumer = createKafkaConsumer(kafka, options);
    this.#endReason = new Promise((resolve) => (this.#end = resolve));
    void this.#endReason.then(() => this.#ending.abort());
    this.#listen();
    this.ended = this.#run();
  }

  joined(): boolean {
    return this.#assigned !== undefined;
  }

  /** Whether it reads the partition; true before the first assignment. Topic without the prefix. */
  isAssigned(topic: string, partition: number): boolean {
    return this.#assigned?.[this.#prefix + topic]?.includes(partition) ?? true;
  }

  commit(offsets: PartitionOffset[]): Promise<void> {
    return this.#consumer.commitOffsets(offsets);
  }

  resume(topic: string, partition: number): void {
    if (this.joined()) this.#consumer.resume([{ topic: this.#prefix + topic, partitions: [partition] }]);
  }

  giveUp(reason: string): void {
    this.#end(reason);
  }

  async #run(): Promise<string> {
    // kafkajs may stop fetching without an error. Or it continues without membership: after a failed rejoin
    // it fetches without a member ID, sends no heartbeat and cannot commit.
    const watch = setInterval(() => {
      if (this.joined() && Date.now() - this.#lastHeartbeat > this.#heartbeatTimeoutMs) this.#end('silent');
    }, this.#heartbeatTimeoutMs / HEARTBEAT_CHECKS);
    watch.unref();
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: this.#topics, fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 8,
        eachBatch: async (payload) => {
          await this.#handleBatch(payload);
          await this.#pause();
        },
      });
      return await this.#endReason;
    } catch (error) {
      return getErrorCode(error);
    } finally {
      clearInterval(watch);
      this.#assigned = undefined;
      this.#work.end();
      await leaveGroup(this.#consumer);
    }
  }

  #listen(): void {
    const consumer = this.#consumer;
    consumer.on('consumer.crash', ({ payload }) => this.#end(getErrorCode(payload.error)));
    consumer.on('consumer.stop', () => void setTimeout(() => this.#end('stopped'), STOP_GRACE_MS).unref());
    consumer.on('consumer.fetch_start', ({ payload }) => this.#fetchTracker.fetchStarted(payload.nodeId, Date.now()));
    consumer.on('consumer.fetch', ({ payload }) => {
      this.#fetchTracker.fetchEnded(payload.nodeId, Date.now());
      this.#onFetch();
    });
    consumer.on('consumer.heartbeat', () => this.#recordHeartbeat());
    consumer.on('consumer.rebalancing', () => void this.#work.flush());
    consumer.on('consumer.end_batch_process', ({ payload }) => this.#passMarkers(payload));
    consumer.on('consumer.group_join', ({ payload }) => this.#startAssignment(payload.memberAssignment));
  }

  #recordHeartbeat(): void {
    this.#lastHeartbeat = Date.now();
  }

  #startAssignment(assigned: Record<string, number[]>): void {
    this.#assigned = assigned;
    this.#fetchTracker.groupJoined();
    this.#work.begin();
    // kafkajs keeps a pause across a join, but the windows that would resume it are gone.
    this.#consumer.resume(this.#topics.map((topic) => ({ topic })));
    this.#recordHeartbeat();
  }

  async #handleBatch({ batch, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = batch;
    const last = messages.at(-1);
    if (!this.joined() || !last || !isRunning() || isStale()) return;
    // Unresolved, it is fetched again from the group's position.
    if (!this.#fetchTracker.isFresh(Date.now())) return after(STALE_RETRY_DELAY_MS);
    const full = this.#work.accept(this.#withoutPrefix(topic), partition, messages, BigInt(batch.lastOffset()));
    resolveOffset(last.offset);
    if (!full) return;
    // kafkajs fetches a paused partition again only after the fetch in progress, so pauses are only for slow
    // handlers.
    const name = this.#withoutPrefix(topic);
    if ((await this.#work.waitForRoom(name, partition, ROOM_TIMEOUT_MS)) || !this.joined()) return;
    this.#consumer.pause([{ topic, partitions: [partition] }]);
    // Room that became free before the pause was already reported.
    if (this.#work.hasRoom(name, partition)) this.resume(name, partition);
  }

  /** Delays the next fetch: kafkajs waits for the batches of the last one. */
  async #pause(): Promise<void> {
    if (this.#pauseMs > 0) await after(this.#pauseMs, undefined, { signal: this.#ending.signal }).catch(() => {});
  }

  /** Advances the group's position past transaction markers, which are never delivered. */
  #passMarkers(batch: { topic: string; partition: number; batchSize: number; lastOffset: string }): void {
    if (batch.batchSize > 0 || !this.joined() || !this.#fetchTracker.isFresh(Date.now())) return;
    this.#work.accept(this.#withoutPrefix(batch.topic), batch.partition, [], BigInt(batch.lastOffset));
  }

  #withoutPrefix(topic: string): string {
    return topic.slice(this.#prefix.length);
  }
}
