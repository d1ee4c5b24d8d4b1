import { setTimeout as after } from 'node:timers/promises';
import {
  backoff,
  type Log,
  type Metrics,
  type ReceivedEvent,
  type RefusedMessage,
  type Refusal,
  type Tracer,
} from '@cups/contracts';
import type { Expectations } from '../expectations.ts';
import { RETRY_BACKOFF } from '../kafka.ts';
import {
  markCommitted,
  collectOffsets,
  planCommit,
  collectRefusals,
  rollBackCommit,
  type PartitionOffset,
  type ActivePartition,
} from './commit-plan.ts';
import { FlushTimer } from './flush-timer.ts';
import { Batcher } from './batcher.ts';
import { toRefusal, toOutcomeLabel, type HandlerResult, type EventOutcome } from './handler-result.ts';
import { EventHandler } from './event-handler.ts';
import { LaneFullError } from './parked-lanes.ts';
import { openLanes } from './lanes.ts';
import type { HandlerFailure, Lane, EventPark } from './event-park.ts';
import { MessageReader, type ConsumedMessage, type MessageReaderOptions } from './message-reader.ts';
import { FailureHistory, RETRY_POLICY, withTimeout, type RetryPolicy } from './retry-policy.ts';
import { OffsetWindow } from './offset-window.ts';
import { traceHandlers } from '../spans.ts';

export interface ProcessorOptions {
  prefix: string;
  log: Log;
  metrics?: Metrics;
  /** Allowed events by topic; others are refused before `handle`. `TOPIC_EXPECTATIONS` has the platform's topics. */
  expects: Expectations;
  /** Maximum number of concurrent handlers. Default 16. */
  concurrency?: number;
  /** Without the prefix. */
  topics: string[];
  /**
   * Called in order for each key, concurrently for different keys. A throw is retried with backoff, for its key only.
   * With a `park`, a key is parked after repeated failures.
   */
  handle: (event: ReceivedEvent) => Promise<HandlerResult>;
  /** As in `EventHandlerOptions`. */
  handleMany?: ((events: ReceivedEvent[]) => Promise<(HandlerResult | undefined)[]>) | undefined;
  /** Counts a dropped event in its subject without applying it. Default: counts nothing. */
  skip?: ((event: ReceivedEvent) => Promise<void>) | undefined;
  /** Whether a failure is transient, so that the event is retried for ever. Default: never. */
  isTransient?: (error: unknown) => boolean;
  /** Default: `RETRY_POLICY`. */
  retryPolicy?: RetryPolicy;
  /**
   * Stores refusals in bulk, by offset within each partition, before their offsets are committed. After a crash the
   * last of them repeat; a throw is retried.
   */
  keepRefused: (messages: RefusedMessage[]) => Promise<void>;
  explain?: MessageReaderOptions['explain'];
  park?: EventPark | undefined;
  /** @default no spans */
  tracer?: Tracer | undefined;
}

/** What the processor needs of its group member. */
export interface MemberPort {
  commit: (offsets: PartitionOffset[]) => Promise<void>;
  /** Called when a window has room again. */
  onRoom: (topic: string, partition: number) => void;
  /** Whether the member reads a partition. */
  isAssigned: (topic: string, partition: number) => boolean;
}

type Partition = ActivePartition<ConsumedMessage>;

const WINDOW_SIZE = 500;
/** Maximum number and bytes of events that `handleMany` gets. */
const BATCH_LIMITS = { count: 200, bytes: 1024 * 1024 };

/** An event before its handler. */
interface PendingEvent {
  event: ReceivedEvent;
  offset: bigint;
  at: Partition;
  epoch: number;
  bytes: number;
}

const laneName = ({ topic, partition, key }: { topic: string; partition: number; key: string }): string =>
  `${topic}/${partition}/${key}`;

const offsetOf = (message: ConsumedMessage): bigint => BigInt(message.skippedBatch?.first ?? message.offset);

/** Processes messages of a consumer, independently of Kafka. */
export class MessageProcessor {
  readonly #options: ProcessorOptions;
  readonly #stopping: AbortSignal;
  readonly #member: MemberPort;
  readonly #lanes: ReturnType<typeof openLanes>;
  readonly #handler: EventHandler;
  readonly #reader: MessageReader;
  readonly #flushTimer: FlushTimer;
  readonly #countEvent: (topic: string, outcome: EventOutcome) => void;
  readonly #retryPolicy: RetryPolicy;
  readonly #draining = new Set<string>();
  #releaseTimer: NodeJS.Timeout | undefined;
  readonly #countRetry: (topic: string) => void;
  readonly #batcher: Batcher<PendingEvent>;
  /** Events per lane that wait for `handle`. */
  readonly #singleCounts = new Map<string, number>();
  /** Callers that wait for room in a partition. */
  readonly #roomWaiters = new Map<Partition, PromiseWithResolvers<boolean>>();
  readonly #partitions = new Map<string, Partition>();
  /** Increases with each join. Everything accepted earlier is delivered again. */
  #epoch = 0;
  #parkedLoaded: Promise<void> = Promise.resolve();
  #processedCount = 0;

  constructor(options: ProcessorOptions, stopping: AbortSignal, member: MemberPort) {
    const { log, metrics, expects, topics, skip } = options;
    const { handle, handleMany } = traceHandlers(options.tracer, options);
    const { keepRefused, park, retryPolicy = RETRY_POLICY } = options;
    const events = metrics?.counter('consumer_events_total', 'Events handled', ['topic', 'outcome']);
    const retries = metrics?.counter('consumer_retries_total', 'Handlers that threw', ['topic']);
    this.#options = options;
    this.#stopping = stopping;
    this.#member = member;
    this.#reader = new MessageReader(options);
    this.#countEvent = (topic, outcome) => events?.inc({ topic, outcome: toOutcomeLabel(outcome) });
    this.#countRetry = (topic) => retries?.inc({ topic });
    this.#lanes = openLanes(options.concurrency ?? 16);
    this.#retryPolicy = retryPolicy;
    const count = this.#countEvent;
    this.#handler = new EventHandler(
      Object.assign({ expects, topics, handle, handleMany, skip, keepRefused, log, count }, park && { park }),
    );
    this.#flushTimer = new FlushTimer(() => this.#flushOnce(), log, stopping);
    this.#batcher = new Batcher(BATCH_LIMITS, (entries) => this.#processBatch(entries));
  }

  /** Discards all accepted messages: after a join they are delivered again from the committed offset. */
  begin(): void {
    this.#epoch += 1;
    this.#partitions.clear();
    this.#parkedLoaded = this.#loadParked(this.#epoch);
    clearInterval(this.#releaseTimer);
    if (this.#options.park)
      this.#releaseTimer = setInterval(
        () => void this.#drainReleased(),
        this.#retryPolicy.releasePollIntervalMs,
      ).unref();
  }

  end(): void {
    this.#epoch += 1;
    this.#partitions.clear();
    clearInterval(this.#releaseTimer);
    this.#flushTimer.cancel();
  }

  /** Accepts fetched messages; topic without the prefix. @returns whether to pause the partition */
  accept(topic: string, partition: number, messages: ConsumedMessage[], through: bigint): boolean {
    const at = this.#partitionOf(topic, partition);
    at.window.accept(
      messages.map((message) => ({ message, offset: offsetOf(message), last: BigInt(message.offset) })),
      through,
    );
    this.#startNext(at);
    if (messages.length === 0) this.#flushTimer.flushSoon();
    return at.window.isFull();
  }

  /** Waits up to `ms` for room in a full partition. Flushes, because stored refusals also free room. */
  async waitForRoom(topic: string, partition: number, ms: number): Promise<boolean> {
    const at = this.#partitionOf(topic, partition);
    if (at.window.hasRoom()) return true;
    void this.flush();
    const room = this.#roomWaiters.get(at) ?? Promise.withResolvers<boolean>();
    this.#roomWaiters.set(at, room);
    const late = setTimeout(() => room.resolve(false), ms);
    const hasRoom = await room.promise;
    clearTimeout(late);
    this.#roomWaiters.delete(at);
    return hasRoom;
  }

  /** Whether to resume a partition. */
  hasRoom(topic: string, partition: number): boolean {
    return this.#partitionOf(topic, partition).window.hasRoom();
  }

  /** Stores refusals and commits completed offsets. */
  flush(): Promise<void> {
    return this.#flushTimer.flushNow();
  }

  /** Returns a counter that increases with each message accepted or completed in the partition. */
  activity(topic: string, partition: number): number {
    return this.#partitions.get(`${topic}/${partition}`)?.window.activity() ?? 0;
  }

  /** Returns the number of messages completed since the process started. */
  processedCount(): number {
    return this.#processedCount;
  }

  /** Returns the start time (ms) of the oldest running handler, if any. */
  oldest(): number | undefined {
    return this.#lanes.oldest();
  }

  /** Resolves when everything started has ended. */
  async whenSettled(): Promise<void> {
    await this.#batcher.settled();
    await this.#lanes.settled();
  }

  #partitionOf(topic: string, partition: number): Partition {
    const name = `${topic}/${partition}`;
    let found = this.#partitions.get(name);
    if (!found) {
      found = { topic, partition, window: new OffsetWindow<ConsumedMessage>(WINDOW_SIZE) };
      this.#partitions.set(name, found);
    }
    return found;
  }

  async #loadParked(epoch: number): Promise<void> {
    if (this.#options.park) await this.#retryUntilDone('parked', epoch, () => this.#handler.loadParked());
  }

  #startNext(at: Partition): void {
    for (let next = at.window.start(); next.length > 0; next = at.window.start()) {
      for (const message of next) this.#start(message, at);
    }
  }

  /** Settles refused messages without a lane: 10,000 in a row cost almost nothing. */
  #start(message: ConsumedMessage, at: Partition): void {
    const offset = offsetOf(message);
    const read = this.#reader.read(message, at.topic, at.partition);
    if ('refusal' in read) {
      this.#countEvent(at.topic, 'refused');
      this.#settle(at, offset, read.refusal);
      return;
    }
    const { event } = read;
    const entry: PendingEvent = { event, offset, at, epoch: this.#epoch, bytes: event.data.length };
    // Even events that need `handle` pass here, to keep the order.
    if (this.#options.handleMany) this.#batcher.add(entry);
    else this.#processSingly(entry);
  }

  #processSingly(entry: PendingEvent): void {
    const lane = laneName(entry.event);
    this.#singleCounts.set(lane, (this.#singleCounts.get(lane) ?? 0) + 1);
    this.#lanes.run(lane, async () => {
      await this.#processOne(entry);
      const left = (this.#singleCounts.get(lane) ?? 1) - 1;
      if (left > 0) this.#singleCounts.set(lane, left);
      else this.#singleCounts.delete(lane);
    });
  }

  /** Never rejects. Events that `handleMany` leaves, and all later ones of their lanes, go to `handle`. */
  async #processBatch(entries: PendingEvent[]): Promise<void> {
    await this.#parkedLoaded;
    const live = entries.filter(({ epoch }) => epoch === this.#epoch && !this.#stopping.aborted);
    const free = live.filter(
      ({ event }) => !this.#singleCounts.has(laneName(event)) && this.#handler.isBatchable(event),
    );
    const outcomes = new Map<PendingEvent, HandlerResult>();
    try {
      const work = () =>
        withTimeout(this.#retryPolicy.handlerTimeoutMs, () => this.#handler.handleMany(free.map(({ event }) => event)));
      const handled = free.length > 0 ? await this.#lanes.withSlot(work) : [];
      for (const [at, entry] of free.entries()) if (handled[at]) outcomes.set(entry, handled[at]);
    } catch {
      for (const topic of new Set(free.map(({ at }) => at.topic))) this.#countRetry(topic);
    }
    for (const entry of live) {
      if (entry.epoch !== this.#epoch) continue;
      const outcome = outcomes.get(entry);
      if (outcome === undefined) this.#processSingly(entry);
      else this.#settle(entry.at, entry.offset, toRefusal(outcome));
    }
    for (const at of new Set(live.map((entry) => entry.at))) this.#resume(at);
  }

  #resume(at: Partition): void {
    this.#startNext(at);
    this.#notifyRoom(at);
  }

  async #processOne({ event, offset, at, epoch }: PendingEvent): Promise<void> {
    await this.#parkedLoaded;
    const work = () => withTimeout(this.#retryPolicy.handlerTimeoutMs, () => this.#handler.handle(event));
    const outcome = await this.#retryUntilDone(at.topic, epoch, work, (failure) => this.#handler.park(event, failure));
    if (outcome === undefined || epoch !== this.#epoch) return;
    this.#settle(at, offset, toRefusal(outcome));
    this.#resume(at);
  }

  /**
   * Retries `work` until it succeeds or fails for good, then `giveUp` until it succeeds. Returns undefined when
   * stopped or when the message will be delivered again.
   */
  async #retryUntilDone<T>(
    topic: string,
    epoch: number,
    work: () => Promise<T>,
    giveUp?: (failure: HandlerFailure) => Promise<T>,
  ): Promise<T | undefined> {
    const retryDelay = backoff(RETRY_BACKOFF);
    const history = this.#createFailureHistory();
    let now = work;
    while (!this.#stopping.aborted && epoch === this.#epoch) {
      try {
        return await this.#lanes.withSlot(now);
      } catch (error) {
        this.#countRetry(topic);
        if (retryDelay.failures() === 0) this.#options.log.warn({ event: 'handler-retried', topic, error });
        // This task occupies the lane, so no other can drain it.
        if (error instanceof LaneFullError) await this.#drain(error.lane, epoch).catch(() => {});
        const isOwn = !(error instanceof LaneFullError) && this.#handler.canPark && now === work;
        const failure = giveUp && isOwn ? history.recordFailure(error) : undefined;
        if (failure && giveUp) now = () => giveUp(failure);
        else await after(retryDelay.next(), undefined, { signal: this.#stopping }).catch(() => {});
      }
    }
    return undefined;
  }

  #createFailureHistory(): FailureHistory {
    return new FailureHistory(this.#retryPolicy.maxAttempts, this.#options.isTransient ?? (() => false));
  }

  /** Drains released lanes, each in turn with new events of its key. */
  async #drainReleased(): Promise<void> {
    const due = await this.#handler.findDueLanes().catch(() => []);
    for (const lane of due) {
      const { topic, partition } = lane;
      const name = laneName(lane);
      if (this.#draining.has(name) || !this.#member.isAssigned(topic, partition)) continue;
      this.#draining.add(name);
      this.#lanes.run(name, () => this.#drain(lane, this.#epoch).finally(() => this.#draining.delete(name)));
    }
  }

  /** Drains a lane. After a transient failure the next poll continues. */
  async #drain(lane: Lane, epoch: number): Promise<void> {
    const { handlerTimeoutMs } = this.#retryPolicy;
    const history = this.#createFailureHistory();
    await this.#handler.drain(lane, async (work) => {
      while (!this.#stopping.aborted && epoch === this.#epoch) {
        try {
          await this.#lanes.withSlot(() => withTimeout(handlerTimeoutMs, work));
          return undefined;
        } catch (error) {
          this.#countRetry(lane.topic);
          const failure = history.recordFailure(error);
          if (failure) return failure;
          if (this.#options.isTransient?.(error)) throw error;
        }
      }
      throw new Error('The member of the group has ended.');
    });
  }

  #settle(at: Partition, offset: bigint, refusal?: Refusal): void {
    this.#processedCount += 1;
    at.window.done(offset, refusal);
    this.#flushTimer.flushSoon();
  }

  #notifyRoom(at: Partition): void {
    if (!at.window.hasRoom()) return;
    const room = this.#roomWaiters.get(at);
    if (room) room.resolve(true);
    else this.#member.onRoom(at.topic, at.partition);
  }

  async #flushOnce(): Promise<void> {
    const epoch = this.#epoch;
    const plan = planCommit(this.#partitions.values());
    const refused = collectRefusals(plan);
    if (refused.length > 0) {
      try {
        await this.#options.keepRefused(refused);
      } catch (error) {
        rollBackCommit(plan);
        throw error;
      }
    }
    if (plan.length === 0 || epoch !== this.#epoch) return;
    markCommitted(plan);
    for (const { at } of plan) this.#notifyRoom(at);
    // A failed commit means that the group has rebalanced: the messages are delivered again.
    await this.#member.commit(collectOffsets(plan, this.#options.prefix)).catch(() => {});
  }
}
