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
  /** ms without a heartbeat after which the member is given up. Default 45,000; kafkajs sends one every 3 s. */
  heartbeatTimeoutMs?: number | undefined;
  /** Kafka has answered a fetch. */
  onFetch: () => void;
}

/** ms; a member that has told its group nothing for so long is none any more, or has stopped. */
const HEARTBEAT_TIMEOUT_MS = 45_000;
/** So many times it is looked whether it is silent before it is said to be. */
const HEARTBEAT_CHECKS = 4;
/** ms, so that what is not taken is not asked for without a pause. */
const STALE_RETRY_DELAY_MS = 50;
/** ms; a crash stops first and says why afterwards. */
const STOP_GRACE_MS = 2_000;
const LEAVE_TIMEOUT_MS = 5_000;
/** ms; so long the other partitions of a fetch wait for one that is full. */
const ROOM_TIMEOUT_MS = 500;

const createKafkaConsumer = (kafka: Kafka, { prefix, groupId, maxWaitMs }: GroupMemberOptions): KafkaConsumer =>
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
async function leaveGroup(consumer: KafkaConsumer): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => (late = setTimeout(resolve, LEAVE_TIMEOUT_MS)));
  await Promise.race([consumer.disconnect().catch(() => {}), bound]);
  clearTimeout(late);
}

/** A member of a group: joins, fetches and hands over to `work` until it is given up or kafkajs ends it. */
export class GroupMember {
  /** Resolves with the reason when it has ended, whatever the reason. */
  readonly ended: Promise<string>;
  readonly #consumer: KafkaConsumer;
  readonly #work: MessageProcessor;
  readonly #prefix: string;
  readonly #onFetch: () => void;
  /** With the prefix. */
  readonly #topics: string[];
  readonly #heartbeatTimeoutMs: number;
  readonly #freshness = createFetchTracker();
  readonly #endReason: Promise<string>;
  #end!: (reason: string) => void;
  #assigned: Record<string, number[]> | undefined;
  #lastHeartbeat = Date.now();

  constructor(kafka: Kafka, options: GroupMemberOptions, work: MessageProcessor) {
    this.#work = work;
    this.#prefix = options.prefix;
    this.#onFetch = options.onFetch;
    this.#heartbeatTimeoutMs = options.heartbeatTimeoutMs ?? HEARTBEAT_TIMEOUT_MS;
    this.#topics = options.topics.map((topic) => options.prefix + topic);
    this.#consumer = createKafkaConsumer(kafka, options);
    this.#endReason = new Promise((resolve) => (this.#end = resolve));
    this.#listen();
    this.ended = this.#run();
  }

  joined(): boolean {
    return this.#assigned !== undefined;
  }

  /** Whether it reads the partition, or nobody has told it yet what it reads; topic without the prefix. */
  isAssigned(topic: string, partition: number): boolean {
    return this.#assigned?.[this.#prefix + topic]?.includes(partition) ?? true;
  }

  commit(offsets: PartitionOffset[]): Promise<void> {
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
        eachBatch: (payload) => this.#handleBatch(payload),
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
    consumer.on('consumer.fetch_start', ({ payload }) => this.#freshness.fetchStarted(payload.nodeId, Date.now()));
    consumer.on('consumer.fetch', ({ payload }) => {
      this.#freshness.fetchEnded(payload.nodeId, Date.now());
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
    this.#freshness.groupJoined();
    this.#work.begin();
    // kafkajs keeps a pause over a join, and the windows that would have ended it are gone.
    this.#consumer.resume(this.#topics.map((topic) => ({ topic })));
    this.#recordHeartbeat();
  }

  async #handleBatch({ batch, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = batch;
    const last = messages.at(-1);
    if (!this.joined() || !last || !isRunning() || isStale()) return;
    // Not resolved, it is fetched again, from where the group stands.
    if (!this.#freshness.isFresh(Date.now())) return after(STALE_RETRY_DELAY_MS);
    const full = this.#work.accept(this.#withoutPrefix(topic), partition, messages, BigInt(batch.lastOffset()));
    resolveOffset(last.offset);
    if (!full) return;
    // kafkajs asks for a partition that was paused as late as after its longest fetch: a pause is for handlers that take their time.
    const name = this.#withoutPrefix(topic);
    if ((await this.#work.waitForRoom(name, partition, ROOM_TIMEOUT_MS)) || !this.joined()) return;
    this.#consumer.pause([{ topic, partitions: [partition] }]);
    // What became free meanwhile has said so already.
    if (this.#work.hasRoom(name, partition)) this.resume(name, partition);
  }

  /** Markers of transactions are never handed over, but the group's position must get behind them. */
  #passMarkers(batch: { topic: string; partition: number; batchSize: number; lastOffset: string }): void {
    if (batch.batchSize > 0 || !this.joined() || !this.#freshness.isFresh(Date.now())) return;
    this.#work.accept(this.#withoutPrefix(batch.topic), batch.partition, [], BigInt(batch.lastOffset));
  }

  #withoutPrefix(topic: string): string {
    return topic.slice(this.#prefix.length);
  }
}
