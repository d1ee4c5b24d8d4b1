import type { Consumer as KafkaConsumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { decode, type CloudEvent } from './envelope.ts';
import { misfit, type Expectations } from './expect.ts';
import { backoffMs, connectKafka, failureOf, type Log, type Metrics } from './kafka.ts';

/** `wait`: the predecessor has not come (law 6). A refusal may name its cause. */
export type Outcome = 'done' | 'refused' | 'wait' | { refused: string };

/** Where events wait that came before their predecessor; `openParking` of @cups/store fits. */
export interface Park {
  subjects(): Promise<string[]>;
  put(event: CloudEvent): Promise<void>;
  /** In the order of their sequence. */
  take(subject: string): Promise<CloudEvent[]>;
  drop(event: CloudEvent): Promise<void>;
}

export interface ConsumerOptions {
  brokers: string[];
  /** Without the prefix. */
  groupId: string;
  /** Without the prefix. */
  topics: string[];
  prefix: string;
  log: Log;
  metrics?: Metrics;
  /** What each topic may carry; what does not fit is refused before `handle` sees it. `WRITERS` has our own topics. */
  expects: Expectations;
  /** Handlers at once. Default 16. */
  concurrency?: number;
  /** Called in order for each key, for different keys in parallel. A throw is retried with backoff, its key only. */
  handle: (event: CloudEvent) => Promise<Outcome>;
  /** Stores a refusal; `topic` is without the prefix. Causes of the library: NOT_A_CLOUDEVENT, REFUSED, SEQUENCE_GAP, …_UNEXPECTED. */
  refuse: (message: { topic: string; partition: number; offset: string; cause: string }) => Promise<void>;
  park?: Park;
  /** ms; a fetch waits so long when nothing comes, and stop and rejoin may take as long. Default 2,000. */
  maxWaitMs?: number;
}

export interface Consumer {
  /** False when a handler hangs (over 2 minutes) while the broker answers. */
  live(): boolean;
  /** Has joined its group. */
  ready(): boolean;
  stop(): Promise<void>;
}

interface Task {
  offset: bigint;
  done: boolean;
}
interface Window {
  topic: string;
  partition: number;
  /** Accepted and not yet behind the committed offset, in order. */
  tasks: Task[];
  /** The next offset to read after a restart, once known. */
  next?: bigint;
  committed?: bigint;
  resume?: (() => void) | undefined;
}

const windowLimit = 500;
const commitMs = 1_000;
const hangMs = 120_000;
const silenceMs = 45_000;

/**
 * Consumes as a member of a group until `stop()`. Fetching never waits for handlers: each partition has a window of
 * messages in work, offsets are committed for the part of it that is done without a hole, and a full window pauses its
 * partition. So a key whose handler fails holds up nothing but itself, and what a crash makes come twice is at most one
 * window. kafkajs never sees an error of a handler; when it gives up, the consumer is built anew. Without a broker or a
 * topic it tries again quietly.
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { log, prefix, park, concurrency = 16, maxWaitMs = 2_000 } = options;
  const kafka = connectKafka(options.brokers, prefix + options.groupId);
  const events = options.metrics?.counter('consumer_events_total', 'Events handled', ['topic', 'outcome']);
  const retries = options.metrics?.counter('consumer_retries_total', 'Handlers that threw', ['topic']);

  const windows = new Map<string, Window>();
  const lanes = new Map<string, Promise<void>>();
  const parked = new Set<string>();
  const started = new Map<object, number>();
  const waiters: (() => void)[] = [];
  const stopping = new AbortController();
  let free = concurrency;
  /** Raised at each join: what was accepted before it comes again. */
  let epoch = 0;
  let parkedKnown: Promise<void> = Promise.resolve();
  let current: KafkaConsumer | undefined;
  let joined = false;
  let hadJoined = false;
  let lastSign = Date.now();
  let commitTimer: NodeJS.Timeout | undefined;
  let giveUp: ((reason: string) => void) | undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      // An aborted signal fires no more: a timer set now would keep the process for nothing.
      if (stopping.signal.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        stopping.signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      stopping.signal.addEventListener('abort', end, { once: true });
    });

  const withSlot = async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiters.push(resolve));
    const mark = {};
    started.set(mark, Date.now());
    try {
      return await work();
    } finally {
      started.delete(mark);
      const next = waiters.shift();
      if (next) next();
      else free += 1;
    }
  };

  /** Repeats until it succeeds; false when stopped or when the message will come again anyway. */
  const untilDone = async (topic: string, mine: number, work: () => Promise<void>): Promise<boolean> => {
    for (let attempt = 0; ; attempt += 1) {
      if (stopping.signal.aborted || mine !== epoch) return false;
      try {
        await withSlot(work);
        return true;
      } catch (error) {
        retries?.inc({ topic });
        if (attempt === 0) log.warn({ event: 'handler-retries', topic, error });
        await pause(backoffMs(attempt));
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

  const causeOf = (outcome: Outcome): string | undefined => {
    if (outcome === 'done') return undefined;
    if (outcome === 'wait') return 'SEQUENCE_GAP';
    return outcome === 'refused' ? 'REFUSED' : outcome.refused;
  };

  const handleOne = async (event: CloudEvent): Promise<Outcome> => {
    const unexpected = misfit(event, options.expects[event.topic]);
    const outcome = unexpected ? { refused: unexpected } : await options.handle(event);
    if (outcome === 'wait') {
      await park?.put(event);
      parked.add(event.subject);
      log.error({ event: 'sequence-gap', topic: event.topic });
    }
    const cause = causeOf(outcome);
    if (cause !== undefined) {
      const { topic, partition = 0, offset = '' } = event;
      await options.refuse({ topic, partition, offset, cause });
    }
    events?.inc({
      topic: event.topic,
      outcome: cause === undefined ? 'done' : outcome === 'wait' ? 'wait' : 'refused',
    });
    return outcome;
  };

  /** The missing event has come: those that waited for it follow, as far as they go. */
  const followUp = async (subject: string): Promise<void> => {
    if (!park) return;
    for (const event of await park.take(subject)) {
      if ((await handleOne(event)) === 'wait') return;
      await park.drop(event);
    }
    parked.delete(subject);
  };

  const work = async (message: KafkaMessage, window: Window, task: Task, mine: number): Promise<void> => {
    const { partition } = window;
    const topic = window.topic.slice(prefix.length);
    if (mine !== epoch || stopping.signal.aborted) return;
    await parkedKnown;
    const event = decode(message, topic, partition);
    const done = await untilDone(topic, mine, async () => {
      if (!event) {
        await options.refuse({ topic, partition, offset: message.offset, cause: 'NOT_A_CLOUDEVENT' });
        events?.inc({ topic, outcome: 'refused' });
      } else if ((await handleOne(event)) !== 'wait' && parked.has(event.subject)) await followUp(event.subject);
    });
    if (!done) return;
    task.done = true;
    while (window.tasks[0]?.done) window.next = (window.tasks.shift() as Task).offset + 1n;
    if (window.resume && window.tasks.length < windowLimit / 2) {
      window.resume();
      window.resume = undefined;
    }
    commitTimer ??= setTimeout(() => void commit(), commitMs);
  };

  const accept = (message: KafkaMessage, window: Window): void => {
    const task: Task = { offset: BigInt(message.offset), done: false };
    window.tasks.push(task);
    const lane = `${window.topic}/${window.partition}/${message.key?.toString('base64') ?? ''}`;
    const mine = epoch;
    const run = () => work(message, window, task, mine);
    const before = lanes.get(lane);
    const after = (before ? before.then(run) : run()).catch(() => {});
    lanes.set(lane, after);
    void after.then(() => lanes.get(lane) === after && lanes.delete(lane));
  };

  const commit = async (): Promise<void> => {
    clearTimeout(commitTimer);
    commitTimer = undefined;
    const offsets = [];
    for (const window of windows.values()) {
      const { topic, partition, next, committed } = window;
      if (next === undefined || next === committed) continue;
      offsets.push({ topic, partition, offset: String(next) });
      window.committed = next;
    }
    // A refused commit means that the group has moved on: those messages come again.
    if (offsets.length > 0) await current?.commitOffsets(offsets).catch(() => {});
  };

  const eachBatch = async ({ batch, resolveOffset, pause: pausePartition, isRunning, isStale }: EachBatchPayload) => {
    const name = `${batch.topic}/${batch.partition}`;
    let window = windows.get(name);
    if (!window) windows.set(name, (window = { topic: batch.topic, partition: batch.partition, tasks: [] }));
    for (const message of batch.messages) {
      if (stopping.signal.aborted || !isRunning() || isStale()) return;
      if (window.tasks.length >= windowLimit) {
        window.resume ??= pausePartition();
        return;
      }
      accept(message, window);
      resolveOffset(message.offset);
    }
  };

  /** One consumer from its start to its end; resolves with the reason when it has ended. */
  const run = async (): Promise<string> => {
    const consumer = kafka.consumer({
      groupId: prefix + options.groupId,
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
    current = consumer;
    const ended = new Promise<string>((resolve) => {
      giveUp = resolve;
      consumer.on('consumer.crash', ({ payload }) => resolve(failureOf(payload.error)));
      // A crash stops first and says why afterwards.
      consumer.on('consumer.stop', () => void pause(2_000).then(() => resolve('stopped')));
    });
    const sign = () => {
      lastSign = Date.now();
    };
    consumer.on('consumer.fetch', sign);
    consumer.on('consumer.heartbeat', sign);
    consumer.on('consumer.rebalancing', () => void commit());
    consumer.on('consumer.group_join', () => {
      epoch += 1;
      windows.clear();
      parkedKnown = loadParked(epoch);
      joined = true;
      hadJoined = true;
      sign();
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: options.topics.map((topic) => prefix + topic), fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 8,
        eachBatch,
      });
      return await ended;
    } finally {
      joined = false;
      epoch += 1;
      windows.clear();
      // Also when stopping: who stops waits until the group knows that this member has left.
      let late: NodeJS.Timeout | undefined;
      const bound = new Promise<void>((resolve) => (late = setTimeout(resolve, 5_000)));
      await Promise.race([consumer.disconnect().catch(() => {}), bound]);
      clearTimeout(late);
    }
  };

  const life = async (): Promise<void> => {
    let quiet = 0;
    while (!stopping.signal.aborted) {
      const reason = await run().catch(failureOf);
      if (stopping.signal.aborted) return;
      if (hadJoined) quiet = 0;
      hadJoined = false;
      if (quiet === 0) {
        const event = reason === 'UNKNOWN_TOPIC_OR_PARTITION' ? 'consumer-awaits-topic' : 'consumer-rebuilt';
        log.warn({ event, group: options.groupId, reason });
      }
      await pause(backoffMs(quiet));
      quiet += 1;
    }
  };
  // kafkajs may stop fetching without an error.
  const watch = setInterval(() => {
    if (joined && Date.now() - lastSign > silenceMs) giveUp?.('silent');
  }, 10_000);
  watch.unref();
  const living = life();

  return {
    live: () => !joined || ![...started.values()].some((since) => Date.now() - since > hangMs),
    ready: () => joined,
    async stop() {
      clearInterval(watch);
      stopping.abort();
      const bound = new Promise((resolve) => setTimeout(resolve, 8_000).unref());
      await Promise.race([Promise.all(lanes.values()), bound]);
      await Promise.race([commit(), bound]);
      giveUp?.('stopped');
      await Promise.race([living, bound]);
    },
  };
}
