import { setTimeout as after } from 'node:timers/promises';
import type { KafkaMessage } from 'kafkajs';
import type { PassedOver } from '../driver/batches.ts';
import { decode, type CloudEvent } from '../envelope.ts';
import { misfit, type Expectations } from '../expect.ts';
import type { Log, Metrics } from '@cups/contracts';
import { backoffMs } from '../kafka.ts';
import { openLanes } from './lanes.ts';
import { openWindow, type Refusal, type Window } from './window.ts';

/** `wait`: the predecessor has not come (law 6). A refusal may name its cause and the fields that are wrong. */
export type Outcome = 'done' | 'refused' | 'wait' | { refused: string; fields?: string[] };

/** Where events wait that came before their predecessor; `openParking` of @cups/store fits. */
export interface Park {
  subjects(): Promise<string[]>;
  put(event: CloudEvent): Promise<void>;
  /** Those of a subject, in the order of their sequence; each stays until it is dropped. */
  waiting(subject: string): Promise<CloudEvent[]>;
  drop(event: CloudEvent): Promise<void>;
}

/** A message that could not be used: where it stands and why, never what it says. */
export interface RefusedMessage {
  /** Without the prefix. */
  topic: string;
  partition: number;
  offset: string;
  /** As `offset`, or later when the refusal stands for a batch that was passed over unread. */
  lastOffset: string;
  /** Of the handler, or NOT_A_CLOUDEVENT, REFUSED, SEQUENCE_GAP, …_UNEXPECTED, BATCH_TOO_LARGE, BATCH_TOO_MANY_RECORDS, BATCH_UNREADABLE. */
  cause: string;
  fields: string[];
}

export interface WorkOptions {
  prefix: string;
  log: Log;
  metrics?: Metrics;
  /** What each topic may carry; what does not fit is refused before `handle` sees it. `WRITERS` has our own topics. */
  expects: Expectations;
  /** Handlers at once. Default 16. */
  concurrency?: number;
  /** Called in order for each key, for different keys in parallel. A throw is retried with backoff, its key only. */
  handle: (event: CloudEvent) => Promise<Outcome>;
  /**
   * Stores refusals, many at once, in the order of their offsets for each partition, before these are committed. After a crash the
   * last of them come again; a throw is retried.
   */
  refuse: (messages: RefusedMessage[]) => Promise<void>;
  park?: Park;
}

type Message = KafkaMessage & { passedOver?: PassedOver };
interface Partition {
  /** Without the prefix. */
  topic: string;
  partition: number;
  window: Window<Message>;
  committed?: bigint;
}

const windowLimit = 500;
const commitMs = 1_000;
const sayEveryMs = 60_000;

const refusalOf = (outcome: Outcome): Refusal | undefined => {
  if (outcome === 'done') return undefined;
  if (outcome === 'wait') return { cause: 'SEQUENCE_GAP', fields: [] };
  if (outcome === 'refused') return { cause: 'REFUSED', fields: [] };
  return { cause: outcome.refused, fields: outcome.fields ?? [] };
};

/** Waits, but not longer than until the signal. */
const pauseFor = (ms: number, signal: AbortSignal): Promise<void> => after(ms, undefined, { signal }).catch(() => {});

/** What a consumer has in work, apart from how it comes from Kafka. */
export type Work = ReturnType<typeof openWork>;

export function openWork(
  options: WorkOptions,
  stopping: AbortSignal,
  outside: {
    commit: (offsets: { topic: string; partition: number; offset: string }[]) => Promise<void>;
    /** A window has room again. */
    roomy: (topic: string, partition: number) => void;
  },
) {
  const { log, prefix, park } = options;
  const events = options.metrics?.counter('consumer_events_total', 'Events handled', ['topic', 'outcome']);
  const retries = options.metrics?.counter('consumer_retries_total', 'Handlers that threw', ['topic']);
  const lanes = openLanes(options.concurrency ?? 16);
  const partitions = new Map<string, Partition>();
  const parked = new Set<string>();
  const passedOverSaid = new Map<string, number>();
  /** Raised at each join: what was accepted before it comes again. */
  let epoch = 0;
  let parkedKnown: Promise<void> = Promise.resolve();
  let dealtWith = 0;
  let flushTimer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  const partitionOf = (topic: string, partition: number): Partition => {
    const name = `${topic}/${partition}`;
    let found = partitions.get(name);
    if (!found) partitions.set(name, (found = { topic, partition, window: openWindow(windowLimit) }));
    return found;
  };

  /** Repeats until it succeeds; undefined when stopped or when the message will come again anyway. */
  const untilDone = async <T>(topic: string, mine: number, work: () => Promise<T>): Promise<T | undefined> => {
    for (let attempt = 0; ; attempt += 1) {
      if (stopping.aborted || mine !== epoch) return undefined;
      try {
        return await lanes.withSlot(work);
      } catch (error) {
        retries?.inc({ topic });
        if (attempt === 0) log.warn({ event: 'handler-retries', topic, error });
        await pauseFor(backoffMs(attempt), stopping);
      }
    }
  };

  const loadParked = async (mine: number): Promise<void> => {
    if (!park) return;
    await untilDone('parked', mine, async () => {
      const subjects = await park.subjects();
      parked.clear();
      for (const subject of subjects) parked.add(subject);
    });
  };

  const count = (topic: string, outcome: Outcome): void => {
    const word = typeof outcome === 'string' ? outcome : 'refused';
    events?.inc({ topic, outcome: word });
  };

  const handleOne = async (event: CloudEvent): Promise<Outcome> => {
    const unexpected = misfit(event, options.expects[event.topic]);
    const outcome = unexpected ? { refused: unexpected } : await options.handle(event);
    if (outcome === 'wait') {
      await park?.put(event);
      parked.add(event.subject);
      log.error({ event: 'sequence-gap', topic: event.topic });
    }
    count(event.topic, outcome);
    return outcome;
  };

  /** The missing event has come: those that waited for it follow, as far as they go. */
  const followUp = async (subject: string): Promise<void> => {
    if (!park) return;
    for (const event of await park.waiting(subject)) {
      const outcome = await handleOne(event);
      if (outcome === 'wait') return;
      const refusal = refusalOf(outcome);
      const { topic, partition = 0, offset = '' } = event;
      if (refusal) await options.refuse([Object.assign({ topic, partition, offset, lastOffset: offset }, refusal)]);
      await park.drop(event);
    }
    parked.delete(subject);
  };

  const settle = (at: Partition, offset: bigint, refusal?: Refusal): void => {
    dealtWith += 1;
    at.window.done(offset, refusal);
    flushTimer ??= setTimeout(() => void flush(), commitMs);
  };

  const workOn = async (event: CloudEvent, offset: bigint, at: Partition, mine: number): Promise<void> => {
    await parkedKnown;
    const outcome = await untilDone(at.topic, mine, async () => {
      const got = await handleOne(event);
      if (got !== 'wait' && parked.has(event.subject)) await followUp(event.subject);
      return got;
    });
    if (outcome === undefined || mine !== epoch) return;
    settle(at, offset, refusalOf(outcome));
    startNext(at);
    if (at.window.roomy()) outside.roomy(at.topic, at.partition);
  };

  /** Once a minute for each topic and cause: what is stored tells how many there were. */
  const sayPassedOver = (topic: string, reason: string): void => {
    const key = `${topic} ${reason}`;
    if (Date.now() - (passedOverSaid.get(key) ?? 0) < sayEveryMs) return;
    passedOverSaid.set(key, Date.now());
    log.error({ event: 'batch-passed-over', topic, reason });
  };

  /** What is no event needs no handler: 10,000 of them in a row cost next to nothing. */
  const begin = (message: Message, at: Partition): void => {
    const offset = BigInt(message.passedOver?.first ?? message.offset);
    const event = message.passedOver ? undefined : decode(message, at.topic, at.partition);
    if (!event) {
      if (message.passedOver) sayPassedOver(at.topic, message.passedOver.cause);
      count(at.topic, 'refused');
      settle(at, offset, { cause: message.passedOver?.cause ?? 'NOT_A_CLOUDEVENT', fields: [] });
      return;
    }
    const mine = epoch;
    lanes.run(`${at.topic}/${at.partition}/${event.key}`, () => workOn(event, offset, at, mine));
  };

  const startNext = (at: Partition): void => {
    for (let next = at.window.start(); next.length > 0; next = at.window.start()) {
      for (const message of next) begin(message, at);
    }
  };

  /** Stores what was refused, then commits: a refusal is lost by no crash, and what comes twice stands behind one known offset. */
  const flushOnce = async (): Promise<void> => {
    const mine = epoch;
    const offsets = [];
    const refused: RefusedMessage[] = [];
    const moved: { at: Partition; point: bigint; taken: ReturnType<Window<Message>['takeRefused']> }[] = [];
    for (const at of partitions.values()) {
      const point = at.window.point();
      if (point === undefined || point === at.committed) continue;
      const taken = at.window.takeRefused(point);
      const { topic, partition } = at;
      moved.push({ at, point, taken });
      offsets.push({ topic: prefix + topic, partition, offset: String(point) });
      for (const { offset, last, cause, fields } of taken) {
        refused.push({ topic, partition, offset: String(offset), lastOffset: String(last), cause, fields });
      }
    }
    if (refused.length > 0) {
      try {
        await options.refuse(refused);
      } catch (error) {
        for (const { at, taken } of moved) at.window.giveBack(taken);
        throw error;
      }
    }
    if (offsets.length === 0 || mine !== epoch) return;
    for (const { at, point } of moved) {
      at.committed = point;
      if (at.window.roomy()) outside.roomy(at.topic, at.partition);
    }
    // A refused commit means that the group has moved on: those messages come again.
    await outside.commit(offsets).catch(() => {});
  };

  let failures = 0;
  /** One after the other. */
  const flush = (): Promise<void> => {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    flushing = flushing.then(flushOnce).then(
      () => void (failures = 0),
      (error: unknown) => {
        if (failures === 0) log.warn({ event: 'refusals-not-stored', error });
        if (!stopping.aborted) flushTimer ??= setTimeout(() => void flush(), backoffMs(failures) + commitMs);
        failures += 1;
      },
    );
    return flushing;
  };

  return {
    /** All that was accepted is forgotten: after a join it comes again, from what is committed. */
    begin(): void {
      epoch += 1;
      partitions.clear();
      parkedKnown = loadParked(epoch);
    },
    end(): void {
      epoch += 1;
      partitions.clear();
      clearTimeout(flushTimer);
      flushTimer = undefined;
    },
    /**
     * Takes what a fetch brought; topic without the prefix.
     * @returns whether the partition is to be fetched no further for now
     */
    take(topic: string, partition: number, messages: Message[], through: bigint): boolean {
      const at = partitionOf(topic, partition);
      at.window.accept(
        messages.map((message) => ({
          message,
          offset: BigInt(message.passedOver?.first ?? message.offset),
          last: BigInt(message.offset),
        })),
        through,
      );
      startNext(at);
      if (messages.length === 0) flushTimer ??= setTimeout(() => void flush(), commitMs);
      return at.window.full();
    },
    flush,
    activity: (topic: string, partition: number) => partitions.get(`${topic}/${partition}`)?.window.activity() ?? 0,
    /** Messages dealt with since the start of the process. */
    dealtWith: () => dealtWith,
    oldest: lanes.oldest,
    settled: lanes.settled,
  };
}
