import { setTimeout as after } from 'node:timers/promises';
import {
  backoff,
  type Log,
  type Metrics,
  type ReceivedEvent,
  type RefusedMessage,
  type Refusal,
} from '@cups/contracts';
import type { Expectations } from '../expect.ts';
import { RETRY } from '../kafka.ts';
import { committed, offsetsIn, planCommit, refusedIn, undo, type Offset, type PartitionInWork } from './commit.ts';
import { FlushTimer } from './flush.ts';
import { Gathering } from './gathering.ts';
import { refusalOf, wordOf, type Handled, type Outcome } from './handled.ts';
import { Handler } from './handler.ts';
import { LaneFull } from './held.ts';
import { openLanes } from './lanes.ts';
import type { Failure, Lane, Park } from './park.ts';
import { Reader, type Message, type ReaderOptions } from './reader.ts';
import { Faults, PATIENCE, within, type Patience } from './patience.ts';
import { OffsetWindow } from './window.ts';

export interface WorkOptions {
  prefix: string;
  log: Log;
  metrics?: Metrics;
  /** What each topic may carry; what does not fit is refused before `handle` sees it. `WRITERS` has our own topics. */
  expects: Expectations;
  /** Handlers at once. Default 16. */
  concurrency?: number;
  /** Without the prefix. */
  topics: string[];
  /**
   * Called in order for each key, for different keys in parallel. A throw is retried with backoff, its key only; with a `park`, what
   * leads to nothing is parked with its key.
   */
  handle: (event: ReceivedEvent) => Promise<Handled>;
  /** As of `HandlerOptions`; for topics that `expects` has no row for. */
  handleMany?: ((events: ReceivedEvent[]) => Promise<(Handled | undefined)[]>) | undefined;
  /** Counts an event that was dropped within its subject, without applying it. Default: nothing is counted. */
  skip?: ((event: ReceivedEvent) => Promise<void>) | undefined;
  /** Whether a failure says nothing about the event: it is tried again for ever. Default: no failure is like that. */
  isPassing?: (error: unknown) => boolean;
  /** Default: `PATIENCE`. */
  patience?: Patience;
  /**
   * Stores refusals, many at once, in the order of their offsets for each partition, before these are committed. After a crash the
   * last of them come again; a throw is retried.
   */
  keepRefused: (messages: RefusedMessage[]) => Promise<void>;
  explain?: ReaderOptions['explain'];
  park?: Park | undefined;
}

/** What the work asks of the member of the group that brings it. */
export interface Outside {
  commit: (offsets: Offset[]) => Promise<void>;
  /** A window has room again. */
  roomy: (topic: string, partition: number) => void;
  /** Whether the member reads a partition. */
  reads: (topic: string, partition: number) => boolean;
}

type Partition = PartitionInWork<Message>;

const WINDOW = 500;
/** As many events, and as many bytes of them, are handled at once. */
const MANY = { count: 200, bytes: 1024 * 1024 };

/** An event on its way to its handler. */
interface Entry {
  event: ReceivedEvent;
  offset: bigint;
  at: Partition;
  epoch: number;
  bytes: number;
}

const laneOf = ({ topic, partition, key }: { topic: string; partition: number; key: string }): string =>
  `${topic}/${partition}/${key}`;

const offsetOf = (message: Message): bigint => BigInt(message.passedOver?.first ?? message.offset);

/** What a consumer has in work, apart from how it comes from Kafka. */
export class Work {
  readonly #options: WorkOptions;
  readonly #stopping: AbortSignal;
  readonly #outside: Outside;
  readonly #lanes: ReturnType<typeof openLanes>;
  readonly #handler: Handler;
  readonly #reader: Reader;
  readonly #flushes: FlushTimer;
  readonly #countEvent: (topic: string, outcome: Outcome) => void;
  readonly #patience: Patience;
  /** Lanes that are being drained. */
  readonly #draining = new Set<string>();
  #releases: NodeJS.Timeout | undefined;
  readonly #countRetry: (topic: string) => void;
  readonly #many: Gathering<Entry>;
  /** How many events of a lane wait for their handler one by one. */
  readonly #singly = new Map<string, number>();
  /** Who waits until a partition has room. */
  readonly #rooms = new Map<Partition, PromiseWithResolvers<boolean>>();
  readonly #partitions = new Map<string, Partition>();
  /** Raised at each join: what was accepted before it comes again. */
  #epoch = 0;
  #parkedKnown: Promise<void> = Promise.resolve();
  #dealtWith = 0;

  constructor(options: WorkOptions, stopping: AbortSignal, outside: Outside) {
    const { log, metrics, expects, topics, handle, handleMany, skip } = options;
    const { keepRefused, park, patience = PATIENCE } = options;
    const events = metrics?.counter('consumer_events_total', 'Events handled', ['topic', 'outcome']);
    const retries = metrics?.counter('consumer_retries_total', 'Handlers that threw', ['topic']);
    this.#options = options;
    this.#stopping = stopping;
    this.#outside = outside;
    this.#reader = new Reader(options);
    this.#countEvent = (topic, outcome) => events?.inc({ topic, outcome: wordOf(outcome) });
    this.#countRetry = (topic) => retries?.inc({ topic });
    this.#lanes = openLanes(options.concurrency ?? 16);
    this.#patience = patience;
    const count = this.#countEvent;
    this.#handler = new Handler(
      Object.assign({ expects, topics, handle, handleMany, skip, keepRefused, log, count }, park && { park }),
    );
    this.#flushes = new FlushTimer(() => this.#flushOnce(), log, stopping);
    this.#many = new Gathering(MANY, (entries) => this.#workOnMany(entries));
  }

  /** All that was accepted is forgotten: after a join it comes again, from what is committed. */
  begin(): void {
    this.#epoch += 1;
    this.#partitions.clear();
    this.#parkedKnown = this.#learnParked(this.#epoch);
    clearInterval(this.#releases);
    if (this.#options.park)
      this.#releases = setInterval(() => void this.#drainReleased(), this.#patience.lookMs).unref();
  }

  end(): void {
    this.#epoch += 1;
    this.#partitions.clear();
    clearInterval(this.#releases);
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

  /** Whether a full partition has room again within `ms`; what was refused is stored meanwhile, for it takes room too. */
  async roomWithin(topic: string, partition: number, ms: number): Promise<boolean> {
    const at = this.#partitionOf(topic, partition);
    if (at.window.roomy()) return true;
    void this.flush();
    const room = this.#rooms.get(at) ?? Promise.withResolvers<boolean>();
    this.#rooms.set(at, room);
    const late = setTimeout(() => room.resolve(false), ms);
    const hasRoom = await room.promise;
    clearTimeout(late);
    this.#rooms.delete(at);
    return hasRoom;
  }

  /** Whether a partition is to be fetched again. */
  isRoomy(topic: string, partition: number): boolean {
    return this.#partitionOf(topic, partition).window.roomy();
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
  async settled(): Promise<void> {
    await this.#many.settled();
    await this.#lanes.settled();
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
    const read = this.#reader.read(message, at.topic, at.partition);
    if ('refusal' in read) {
      this.#countEvent(at.topic, 'refused');
      this.#settle(at, offset, read.refusal);
      return;
    }
    const { event } = read;
    const entry: Entry = { event, offset, at, epoch: this.#epoch, bytes: event.data.length };
    const { handleMany, expects } = this.#options;
    // Also what is handled one by one passes here, so that it stays in order.
    if (handleMany && !expects[at.topic]) this.#many.add(entry);
    else this.#workSingly(entry);
  }

  #workSingly(entry: Entry): void {
    const lane = laneOf(entry.event);
    this.#singly.set(lane, (this.#singly.get(lane) ?? 0) + 1);
    this.#lanes.run(lane, async () => {
      await this.#workOn(entry);
      const left = (this.#singly.get(lane) ?? 1) - 1;
      if (left > 0) this.#singly.set(lane, left);
      else this.#singly.delete(lane);
    });
  }

  /** Never rejects. What is not handled together is handled one by one, with all that comes after it in its lane. */
  async #workOnMany(entries: Entry[]): Promise<void> {
    await this.#parkedKnown;
    const live = entries.filter(({ epoch }) => epoch === this.#epoch && !this.#stopping.aborted);
    const free = live.filter(({ event }) => !this.#singly.has(laneOf(event)) && this.#handler.isFree(event));
    const outcomes = new Map<Entry, Handled>();
    try {
      const work = () => within(this.#patience.hangMs, () => this.#handler.handleMany(free.map(({ event }) => event)));
      const handled = free.length > 0 ? await this.#lanes.withSlot(work) : [];
      for (const [at, entry] of free.entries()) if (handled[at]) outcomes.set(entry, handled[at]);
    } catch {
      for (const topic of new Set(free.map(({ at }) => at.topic))) this.#countRetry(topic);
    }
    for (const entry of live) {
      if (entry.epoch !== this.#epoch) continue;
      const outcome = outcomes.get(entry);
      if (outcome === undefined) this.#workSingly(entry);
      else this.#settle(entry.at, entry.offset, refusalOf(outcome));
    }
    for (const at of new Set(live.map((entry) => entry.at))) this.#goOn(at);
  }

  #goOn(at: Partition): void {
    this.#startNext(at);
    this.#sayRoomy(at);
  }

  async #workOn({ event, offset, at, epoch }: Entry): Promise<void> {
    await this.#parkedKnown;
    const work = () => within(this.#patience.hangMs, () => this.#handler.handle(event));
    const outcome = await this.#untilDone(at.topic, epoch, work, (failure) => this.#handler.park(event, failure));
    if (outcome === undefined || epoch !== this.#epoch) return;
    this.#settle(at, offset, refusalOf(outcome));
    this.#goOn(at);
  }

  /**
   * Repeats until it succeeds, or until it is known that it never will, and then `giveUp` until that succeeds; undefined when
   * stopped or when the message will come again anyway.
   */
  async #untilDone<T>(
    topic: string,
    epoch: number,
    work: () => Promise<T>,
    giveUp?: (failure: Failure) => Promise<T>,
  ): Promise<T | undefined> {
    const waits = backoff(RETRY);
    const faults = this.#faults();
    let now = work;
    while (!this.#stopping.aborted && epoch === this.#epoch) {
      try {
        return await this.#lanes.withSlot(now);
      } catch (error) {
        this.#countRetry(topic);
        if (waits.failures() === 0) this.#options.log.warn({ event: 'handler-retries', topic, error });
        // The turn of the lane is ours: nobody else could let it go on.
        if (error instanceof LaneFull) await this.#drain(error.lane, epoch).catch(() => {});
        const isOwn = !(error instanceof LaneFull) && this.#handler.canPark && now === work;
        const failure = giveUp && isOwn ? faults.judge(error) : undefined;
        if (failure && giveUp) now = () => giveUp(failure);
        else await after(waits.next(), undefined, { signal: this.#stopping }).catch(() => {});
      }
    }
    return undefined;
  }

  #faults(): Faults {
    return new Faults(this.#patience.tries, this.#options.isPassing ?? (() => false));
  }

  /** Lets those parked lanes go on that somebody has released, each in its turn among what comes with its key. */
  async #drainReleased(): Promise<void> {
    const due = await this.#handler.due().catch(() => []);
    for (const lane of due) {
      const { topic, partition } = lane;
      const name = laneOf(lane);
      if (this.#draining.has(name) || !this.#outside.reads(topic, partition)) continue;
      this.#draining.add(name);
      this.#lanes.run(name, () => this.#drain(lane, this.#epoch).finally(() => this.#draining.delete(name)));
    }
  }

  /** What does not end for reasons that are none of an event's own is left to the next look. */
  async #drain(lane: Lane, epoch: number): Promise<void> {
    const { hangMs } = this.#patience;
    const faults = this.#faults();
    await this.#handler.drain(lane, async (work) => {
      while (!this.#stopping.aborted && epoch === this.#epoch) {
        try {
          await this.#lanes.withSlot(() => within(hangMs, work));
          return undefined;
        } catch (error) {
          this.#countRetry(lane.topic);
          const failure = faults.judge(error);
          if (failure) return failure;
          if (this.#options.isPassing?.(error)) throw error;
        }
      }
      throw new Error('The member of the group has ended.');
    });
  }

  #settle(at: Partition, offset: bigint, refusal?: Refusal): void {
    this.#dealtWith += 1;
    at.window.done(offset, refusal);
    this.#flushes.soon();
  }

  #sayRoomy(at: Partition): void {
    if (!at.window.roomy()) return;
    const room = this.#rooms.get(at);
    if (room) room.resolve(true);
    else this.#outside.roomy(at.topic, at.partition);
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
}
