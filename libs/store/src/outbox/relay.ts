import { setTimeout as pause } from 'node:timers/promises';
import { backoff, type Backoff, type StoredEvent } from '@cups/contracts';
import type { AnyDocuments } from '../documents.ts';
import { startDoubts } from './doubts.ts';
import { startPulls, type PullOptions, type Pulls } from './pulls.ts';
import {
  emptyQueue,
  keyOf,
  nextBatch,
  oldestWaiting,
  settle,
  take,
  type Place,
  type PublishResult,
  type Queue,
  type Settled,
} from './queue.ts';
import { startSweeps, type SweepOptions, type Sweeps } from './sweep.ts';

export interface RelayOptions extends PullOptions, SweepOptions {
  /** Sends the entries in this order and resolves when they are acknowledged; throws when the broker is away. */
  publish: (entries: StoredEvent[]) => Promise<PublishResult>;
  /** Told of what Kafka has acknowledged, as soon as it has; after a crash perhaps of some of it again. */
  acknowledged?: ((entries: StoredEvent[]) => void) | undefined;
}

export interface Relay {
  /** Publishes and pulls what is left; false when that was not done within the bound (default 5,000 ms). */
  drain(boundMs?: number): Promise<boolean>;
  stop(): Promise<void>;
}

/** What stands between the parts of a relay. */
interface Parts {
  queue: Queue;
  options: RelayOptions;
  pulls: Pulls;
  sweeps: Sweeps;
  waits: { publish: Backoff; later: Backoff };
  stopped: boolean;
}

/**
 * Publishes what commits leave in outboxes. One loop, one batch in flight: the outbox of each changed document is published
 * from its head, as stored; what was acknowledged is pulled, many documents in one write. A sweep finds what another process
 * left behind. Sending twice is allowed, losing or reordering within one document is not. What may be held in memory and
 * what follows what is in queue.ts; here are the loop and its timers.
 */
export function startRelay(options: RelayOptions): Relay {
  const queue = emptyQueue();
  tellAge(queue, options);
  const found = () => loop.schedule();
  const pulls = startPulls(queue, options);
  const sweeps = startSweeps(queue, options, found);
  const doubts = startDoubts(queue, options, { found, tooMany: () => sweeps.sweepIn(0, true) });
  const waits = {
    publish: backoff({ first: 200, most: 5_000 }),
    later: backoff({ first: 500, most: options.sweepMs ?? 30_000 }),
  };
  const parts: Parts = { queue, options, pulls, sweeps, waits, stopped: false };
  const loop = startLoop(parts);
  const takeUp = (place: Place, entries: StoredEvent[]): void => {
    if (parts.stopped) return;
    take(queue, place, entries);
    loop.schedule();
  };
  const detach = options.documents.map((documents) => listen(documents, takeUp, doubts.doubt));

  return {
    drain: (boundMs = 5_000) => drain(parts, loop, boundMs),
    async stop() {
      for (const off of detach) off();
      parts.stopped = true;
      loop.stop();
      await Promise.all([sweeps.stop(), doubts.stop()]);
      await loop.running();
      await pulls.stop();
    },
  };
}

/** How old the oldest event is that waits, looked up when the figure is read. */
function tellAge(queue: Queue, { metrics, now }: RelayOptions): void {
  metrics?.gauge(
    'outbox_oldest_event_age_seconds',
    'Age of the oldest event that Kafka has not acknowledged',
    [],
    (age) => {
      const oldest = oldestWaiting(queue) ?? Infinity;
      age.set(Math.max(0, now().getTime() - oldest) / 1_000);
    },
  );
}

/** Tells of what is written from now on. @returns what ends that */
function listen(
  documents: AnyDocuments,
  takeUp: (place: Place, entries: StoredEvent[]) => void,
  doubt: (place: Place) => void,
): () => void {
  const { name: collection, internals } = documents;
  const tell = (id: string, entries: StoredEvent[]) => takeUp({ collection, id }, entries);
  const inDoubt = (id: string) => doubt({ collection, id });
  internals.listeners.add(tell);
  internals.doubts.add(inDoubt);
  return () => {
    internals.listeners.delete(tell);
    internals.doubts.delete(inDoubt);
  };
}

interface Loop {
  start(): void;
  /** Starts when the answers of the commits that are under way have gone out. */
  schedule(): void;
  running(): Promise<void> | undefined;
  stop(): void;
}

/** When the next batch goes: after the answer of a commit has gone out, or when a backoff has passed; one at a time. */
function startLoop(parts: Parts): Loop {
  const { queue, options, pulls } = parts;
  const waiting = options.metrics?.gauge('outbox_waiting', 'Documents whose events wait for Kafka', []);
  let running: Promise<void> | undefined;
  let scheduled = false;
  let timer: NodeJS.Timeout | undefined;

  const start = (delay = 0): void => {
    clearTimeout(timer);
    timer = delay > 0 ? setTimeout(start, delay) : undefined;
    if (delay > 0 || running || parts.stopped) return;
    running = publishAll(parts).then((next) => {
      running = undefined;
      waiting?.set({}, queue.held.size);
      if (next > 0) start(next);
      else if (queue.held.size > 0) schedule();
    });
  };
  const schedule = (): void => {
    pulls.noted();
    if (scheduled || running || timer || parts.stopped) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      start();
    });
  };
  return { start, schedule, running: () => running, stop: () => clearTimeout(timer) };
}

async function drain({ queue, pulls, waits }: Parts, loop: Loop, boundMs: number): Promise<boolean> {
  const end = Date.now() + boundMs;
  const left = () => queue.held.size + queue.pulls.size + Number(queue.overflow) + Number(pulls.isWriting());
  while (left() > 0 && Date.now() < end) {
    if (queue.held.size > 0 || queue.overflow) loop.start();
    await Promise.race([loop.running() ?? pulls.flush(), pause(500)]);
    // A refusal comes at once: it must not be asked for again without a pause.
    await pause(waits.publish.failures() > 0 || pulls.areRefused() ? 200 : 10);
  }
  return left() === 0;
}

/** Works until nothing is left; resolves with the ms to wait before more can be done, else 0. */
async function publishAll(parts: Parts): Promise<number> {
  const { queue, options, sweeps, pulls } = parts;
  const wait = parts.waits.publish;
  while (!parts.stopped) {
    if (queue.held.size === 0 && queue.overflow) {
      queue.overflow = false;
      await sweeps.everything().catch(() => (queue.overflow = true));
      if (queue.held.size === 0) return queue.overflow ? 1_000 : 0;
    }
    if (queue.held.size === 0) return 0;
    const batch = nextBatch(queue);
    // So much waits to be taken out that the store must come back first; the pulls say so in the log.
    if (batch.length === 0) return 1_000;
    try {
      const result = await options.publish(batch.flatMap(({ entries }) => entries));
      follow(parts, settle(queue, batch, result));
      pulls.noted();
    } catch (error) {
      if (wait.failures() === 0) options.log.warn({ event: 'outbox-waits', count: queue.held.size, error });
      return wait.next();
    }
    if (wait.failures() > 0) options.log.info({ event: 'outbox-flows', count: queue.held.size });
    wait.reset();
  }
  return 0;
}

/** What a settled batch leaves to do. */
function follow({ queue, options, sweeps, waits: { later } }: Parts, { done, isolated, waits }: Settled): void {
  const { metrics } = options;
  const published = metrics?.counter('outbox_published_total', 'Events acknowledged by Kafka', ['collection']);
  for (const { collection, entries } of done) {
    published?.inc({ collection }, entries.length);
    options.acknowledged?.(entries);
  }
  for (const { place, cause } of isolated) void isolate({ queue, options, sweeps }, place, cause);
  if (waits) sweeps.sweepIn(later.next(), true);
  else later.reset();
}

/** Nothing more is published of a document whose event can never be sent, until somebody has seen to it. */
async function isolate(
  { queue, options, sweeps }: Pick<Parts, 'queue' | 'options' | 'sweeps'>,
  place: Place,
  cause: string,
): Promise<void> {
  const blocked = options.metrics?.counter('outbox_blocked_total', 'ALARM: documents isolated', ['collection']);
  blocked?.inc({ collection: place.collection });
  options.log.error({ event: 'outbox-blocked', resource: keyOf(place), reason: cause });
  const documents = options.documents.find(({ name }) => name === place.collection);
  try {
    const flag = { outboxBlocked: { cause, time: options.now() } };
    await documents?.internals.collection().updateOne({ _id: place.id }, { $set: flag });
    // An alarm that waited for the next sweep would come minutes late where sweeps are slow.
    await sweeps.countBlocked();
  } catch {
    // The sweep meets it again, and so does the refusal.
  }
  queue.refused.delete(keyOf(place));
}
