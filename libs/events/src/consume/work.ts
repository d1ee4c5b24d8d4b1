import { setTimeout as after } from 'node:timers/promises';
import {
  backoff,
  type Log,
  type Metrics,
  type ReceivedEvent,
  type RefusedMessage,
  type Refusal,
} from '@cups/contracts';
import type { KafkaMessage } from 'kafkajs';
import type { PassedOver } from '../driver/batches.ts';
import { decode } from '../envelope.ts';
import type { Expectations } from '../expect.ts';
import { RETRY } from '../kafka.ts';
import { committed, offsetsIn, planCommit, refusedIn, undo, type Offset, type PartitionInWork } from './commit.ts';
import { FlushTimer } from './flush.ts';
import { refusalOf, wordOf, type Handled } from './handled.ts';
import { Handler, type Park } from './handler.ts';
import { openLanes } from './lanes.ts';
import { OffsetWindow } from './window.ts';

export interface WorkOptions {
  prefix: string;
  log: Log;
  metrics?: Metrics;
  /** What each topic may carry; what does not fit is refused before `handle` sees it. `WRITERS` has our own topics. */
  expects: Expectations;
  /** Handlers at once. Default 16. */
  concurrency?: number;
  /** Called in order for each key, for different keys in parallel. A throw is retried with backoff, its key only. */
  handle: (event: ReceivedEvent) => Promise<Handled>;
  /**
   * Stores refusals, many at once, in the order of their offsets for each partition, before these are committed. After a crash the
   * last of them come again; a throw is retried.
   */
  keepRefused: (messages: RefusedMessage[]) => Promise<void>;
  park?: Park | undefined;
}

/** What the work asks of the member of the group that brings it. */
export interface Outside {
  commit: (offsets: Offset[]) => Promise<void>;
  /** A window has room again. */
  roomy: (topic: string, partition: number) => void;
}

export type Message = KafkaMessage & { passedOver?: PassedOver };
type Partition = PartitionInWork<Message>;

const WINDOW = 500;
const SAY_EVERY_MS = 60_000;

const offsetOf = (message: Message): bigint => BigInt(message.passedOver?.first ?? message.offset);

/** What a consumer has in work, apart from how it comes from Kafka. */
export class Work {
  readonly #options: WorkOptions;
  readonly #stopping: AbortSignal;
  readonly #outside: Outside;
  readonly #lanes: ReturnType<typeof openLanes>;
  readonly #handler: Handler;
  readonly #flushes: FlushTimer;
  readonly #countEvent: (topic: string, handled: Handled) => void;
  readonly #countRetry: (topic: string) => void;
  readonly #partitions = new Map<string, Partition>();
  readonly #passedOverSaid = new Map<string, number>();
  /** Raised at each join: what was accepted before it comes again. */
  #epoch = 0;
  #parkedKnown: Promise<void> = Promise.resolve();
  #dealtWith = 0;

  constructor(options: WorkOptions, stopping: AbortSignal, outside: Outside) {
    const { log, metrics, expects, handle, keepRefused, park } = options;
    const events = metrics?.counter('consumer_events_total', 'Events handled', ['topic', 'outcome']);
    const retries = metrics?.counter('consumer_retries_total', 'Handlers that threw', ['topic']);
    this.#options = options;
    this.#stopping = stopping;
    this.#outside = outside;
    this.#countEvent = (topic, handled) => events?.inc({ topic, outcome: wordOf(handled) });
    this.#countRetry = (topic) => retries?.inc({ topic });
    this.#lanes = openLanes(options.concurrency ?? 16);
    this.#handler = new Handler({ expects, handle, keepRefused, log, count: this.#countEvent, ...(park && { park }) });
    this.#flushes = new FlushTimer(() => this.#flushOnce(), log, stopping);
  }

  /** All that was accepted is forgotten: after a join it comes again, from what is committed. */
  begin(): void {
    this.#epoch += 1;
    this.#partitions.clear();
    this.#parkedKnown = this.#learnParked(this.#epoch);
  }

  end(): void {
    this.#epoch += 1;
    this.#partitions.clear();
    this.#flushes.cancel();
  }

  /**
   * Takes what a fetch brought; topic without the prefix.
   * @returns whether the partition is to be fetched no further for now
   */
  take(topic: string, partition: number, messages: Message[], through: bigint): boolean {
    const at = this.#partitionOf(topic, partition);
    at.window.accept(
      messages.map((message) => ({ message, offset: offsetOf(message), last: BigInt(message.offset) })),
      through,
    );
    this.#startNext(at);
    if (messages.length === 0) this.#flushes.soon();
    return at.window.full();
  }

  /** Stores what was refused, and commits what is done. */
  flush(): Promise<void> {
    return this.#flushes.now();
  }

  /** Grows with each message of the partition that is taken or dealt with. */
  activity(topic: string, partition: number): number {
    return this.#partitions.get(`${topic}/${partition}`)?.window.activity() ?? 0;
  }

  /** Messages dealt with since the start of the process. */
  dealtWith(): number {
    return this.#dealtWith;
  }

  /** The time (ms) since which the oldest running handler runs; undefined when none does. */
  oldest(): number | undefined {
    return this.#lanes.oldest();
  }

  /** When all that has been started has ended. */
  settled(): Promise<unknown> {
    return this.#lanes.settled();
  }

  #partitionOf(topic: string, partition: number): Partition {
    const name = `${topic}/${partition}`;
    let found = this.#partitions.get(name);
    if (!found) {
      found = { topic, partition, window: new OffsetWindow<Message>(WINDOW) };
      this.#partitions.set(name, found);
    }
    return found;
  }

  async #learnParked(epoch: number): Promise<void> {
    if (this.#options.park) await this.#untilDone('parked', epoch, () => this.#handler.learnParked());
  }

  #startNext(at: Partition): void {
    for (let next = at.window.start(); next.length > 0; next = at.window.start()) {
      for (const message of next) this.#start(message, at);
    }
  }

  /** What is no event needs no handler: 10,000 of them in a row cost next to nothing. */
  #start(message: Message, at: Partition): void {
    const offset = offsetOf(message);
    const event = message.passedOver ? undefined : decode(message, at.topic, at.partition);
    if (!event) {
      if (message.passedOver) this.#sayPassedOver(at.topic, message.passedOver.cause);
      this.#countEvent(at.topic, 'refused');
      this.#settle(at, offset, { cause: message.passedOver?.cause ?? 'NOT_A_CLOUDEVENT', fields: [] });
      return;
    }
    const epoch = this.#epoch;
    this.#lanes.run(`${at.topic}/${at.partition}/${event.key}`, () => this.#workOn(event, offset, at, epoch));
  }

  async #workOn(event: ReceivedEvent, offset: bigint, at: Partition, epoch: number): Promise<void> {
    await this.#parkedKnown;
    const handled = await this.#untilDone(at.topic, epoch, () => this.#handler.handle(event));
    if (handled === undefined || epoch !== this.#epoch) return;
    this.#settle(at, offset, refusalOf(handled));
    this.#startNext(at);
    this.#sayRoomy(at);
  }

  /** Repeats until it succeeds; undefined when stopped or when the message will come again anyway. */
  async #untilDone<T>(topic: string, epoch: number, work: () => Promise<T>): Promise<T | undefined> {
    const waits = backoff(RETRY);
    while (!this.#stopping.aborted && epoch === this.#epoch) {
      try {
        return await this.#lanes.withSlot(work);
      } catch (error) {
        this.#countRetry(topic);
        if (waits.failures() === 0) this.#options.log.warn({ event: 'handler-retries', topic, error });
        await after(waits.next(), undefined, { signal: this.#stopping }).catch(() => {});
      }
    }
    return undefined;
  }

  #settle(at: Partition, offset: bigint, refusal?: Refusal): void {
    this.#dealtWith += 1;
    at.window.done(offset, refusal);
    this.#flushes.soon();
  }

  #sayRoomy(at: Partition): void {
    if (at.window.roomy()) this.#outside.roomy(at.topic, at.partition);
  }

  async #flushOnce(): Promise<void> {
    const epoch = this.#epoch;
    const plan = planCommit(this.#partitions.values());
    const refused = refusedIn(plan);
    if (refused.length > 0) {
      try {
        await this.#options.keepRefused(refused);
      } catch (error) {
        undo(plan);
        throw error;
      }
    }
    if (plan.length === 0 || epoch !== this.#epoch) return;
    committed(plan);
    for (const { at } of plan) this.#sayRoomy(at);
    // A refused commit means that the group has moved on: those messages come again.
    await this.#outside.commit(offsetsIn(plan, this.#options.prefix)).catch(() => {});
  }

  /** Once a minute for each topic and cause: what is stored tells how many there were. */
  #sayPassedOver(topic: string, reason: string): void {
    const key = `${topic} ${reason}`;
    if (Date.now() - (this.#passedOverSaid.get(key) ?? 0) < SAY_EVERY_MS) return;
    this.#passedOverSaid.set(key, Date.now());
    this.#options.log.error({ event: 'batch-passed-over', topic, reason });
  }
}
