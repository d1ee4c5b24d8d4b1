import { setTimeout as pause } from 'node:timers/promises';
import { backoff, type Backoff, type StoredEvent } from '@cups/contracts';
import type { AnyDocuments } from '../documents/documents.ts';
import { startUncertainWrites } from './uncertain-writes.ts';
import { startOutboxCleaner, type OutboxCleanerOptions, type OutboxCleaner } from './outbox-cleanup.ts';
import {
  createQueue,
  keyOf,
  nextBatch,
  findOldestPending,
  settleBatch,
  enqueue,
  type DocumentKey,
  type PublishResult,
  type OutboxQueue,
  type SettledBatch,
} from './queue.ts';
import { startOutboxSweeper, type SweepOptions, type OutboxSweeper } from './sweep.ts';

export interface RelayOptions extends OutboxCleanerOptions, SweepOptions {
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
interface RelayParts {
  queue: OutboxQueue;
  options: RelayOptions;
  cleaner: OutboxCleaner;
  sweeps: OutboxSweeper;
  backoffs: { publish: Backoff; later: Backoff };
  stopped: boolean;
}

/**
 * Publishes what commits leave in outboxes. One loop, one batch in flight: the outbox of each changed document is published
 * from its head, as stored; what was acknowledged is pulled, many documents in one write. A sweep finds what another process
 * left behind. Sending twice is allowed, losing or reordering within one document is not. What may be held in memory and
 * what follows what is in queue.ts; here are the loop and its timers.
 */
export function startRelay(options: RelayOptions): Relay {
  const queue = createQueue();
  registerAgeMetric(queue, options);
  const onFound = () => loop.schedule();
  const cleaner = startOutboxCleaner(queue, options);
  const sweeps = startOutboxSweeper(queue, options, onFound);
  const uncertainWrites = startUncertainWrites(queue, options, {
    onFound,
    onOverflow: () => sweeps.scheduleSweep(0, true),
  });
  const backoffs = {
    publish: backoff({ initialMs: 200, maxMs: 5_000 }),
    later: backoff({ initialMs: 500, maxMs: options.sweepIntervalMs ?? 30_000 }),
  };
  const parts: RelayParts = { queue, options, cleaner, sweeps, backoffs, stopped: false };
  const loop = createPublishLoop(parts);
  const onCommitted = (documentKey: DocumentKey, entries: StoredEvent[]): void => {
    if (parts.stopped) return;
    enqueue(queue, documentKey, entries);
    loop.schedule();
  };
  const detach = options.documents.map((documents) => subscribe(documents, onCommitted, uncertainWrites.add));

  return {
    drain: (boundMs = 5_000) => drainQueue(parts, loop, boundMs),
    async stop() {
      for (const off of detach) off();
      parts.stopped = true;
      loop.stop();
      await Promise.all([sweeps.stop(), uncertainWrites.stop()]);
      await loop.running();
      await cleaner.stop();
    },
  };
}

/** How old the oldest event is that waits, looked up when the figure is read. */
function registerAgeMetric(queue: OutboxQueue, { metrics, now }: RelayOptions): void {
  metrics?.gauge(
    'outbox_oldest_event_age_seconds',
    'Age of the oldest event that Kafka has not acknowledged',
    [],
    (age) => {
      const oldest = findOldestPending(queue) ?? Infinity;
      age.set(Math.max(0, now().getTime() - oldest) / 1_000);
    },
  );
}

/** Tells of what is written from now on. @returns what ends that */
function subscribe(
  documents: AnyDocuments,
  onCommitted: (documentKey: DocumentKey, entries: StoredEvent[]) => void,
  onUncertain: (documentKey: DocumentKey) => void,
): () => void {
  const { name: collection, internals } = documents;
  const notify = (id: string, entries: StoredEvent[]) => onCommitted({ collection, id }, entries);
  const notifyUncertain = (id: string) => onUncertain({ collection, id });
  internals.outboxListeners.add(notify);
  internals.uncertainListeners.add(notifyUncertain);
  return () => {
    internals.outboxListeners.delete(notify);
    internals.uncertainListeners.delete(notifyUncertain);
  };
}

interface PublishLoop {
  start(): void;
  /** Starts when the answers of the commits that are under way have gone out. */
  schedule(): void;
  running(): Promise<void> | undefined;
  stop(): void;
}

/** When the next batch goes: after the answer of a commit has gone out, or when a backoff has passed; one at a time. */
function createPublishLoop(parts: RelayParts): PublishLoop {
  const { queue, options, cleaner } = parts;
  const waiting = options.metrics?.gauge('outbox_waiting', 'Documents whose events wait for Kafka', []);
  let running: Promise<void> | undefined;
  let scheduled = false;
  let timer: NodeJS.Timeout | undefined;

  const start = (delay = 0): void => {
    clearTimeout(timer);
    timer = delay > 0 ? setTimeout(start, delay) : undefined;
    if (delay > 0 || running || parts.stopped) return;
    running = publishPending(parts).then((next) => {
      running = undefined;
      waiting?.set({}, queue.pending.size);
      if (next > 0) start(next);
      else if (queue.pending.size > 0) schedule();
    });
  };
  const schedule = (): void => {
    cleaner.notify();
    if (scheduled || running || timer || parts.stopped) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      start();
    });
  };
  return { start, schedule, running: () => running, stop: () => clearTimeout(timer) };
}

async function drainQueue(
  { queue, cleaner, backoffs }: RelayParts,
  loop: PublishLoop,
  boundMs: number,
): Promise<boolean> {
  const end = Date.now() + boundMs;
  const left = () => queue.pending.size + queue.cleanups.size + Number(queue.hasOverflow) + Number(cleaner.isWriting());
  while (left() > 0 && Date.now() < end) {
    if (queue.pending.size > 0 || queue.hasOverflow) loop.start();
    await Promise.race([loop.running() ?? cleaner.flush(), pause(500)]);
    // A refusal comes at once: it must not be asked for again without a pause.
    await pause(backoffs.publish.failures() > 0 || cleaner.isFailing() ? 200 : 10);
  }
  return left() === 0;
}

/** Works until nothing is left; resolves with the ms to wait before more can be done, else 0. */
async function publishPending(parts: RelayParts): Promise<number> {
  const { queue, options, sweeps, cleaner } = parts;
  const wait = parts.backoffs.publish;
  while (!parts.stopped) {
    if (queue.pending.size === 0 && queue.hasOverflow) {
      queue.hasOverflow = false;
      await sweeps.sweepAll().catch(() => (queue.hasOverflow = true));
      if (queue.pending.size === 0) return queue.hasOverflow ? 1_000 : 0;
    }
    if (queue.pending.size === 0) return 0;
    const batch = nextBatch(queue);
    // So much waits to be taken out that the store must come back first; the pulls say so in the log.
    if (batch.length === 0) return 1_000;
    try {
      const result = await options.publish(batch.flatMap(({ entries }) => entries));
      applySettled(parts, settleBatch(queue, batch, result));
      cleaner.notify();
    } catch (error) {
      if (wait.failures() === 0) options.log.warn({ event: 'outbox-waits', count: queue.pending.size, error });
      return wait.next();
    }
    if (wait.failures() > 0) options.log.info({ event: 'outbox-flows', count: queue.pending.size });
    wait.reset();
  }
  return 0;
}

/** What a settled batch leaves to do. */
function applySettled(
  { queue, options, sweeps, backoffs: { later } }: RelayParts,
  { done, isolated, hasDeferred: waits }: SettledBatch,
): void {
  const { metrics } = options;
  const published = metrics?.counter('outbox_published_total', 'Events acknowledged by Kafka', ['collection']);
  for (const { collection, entries } of done) {
    published?.inc({ collection }, entries.length);
    options.acknowledged?.(entries);
  }
  for (const { documentKey, cause } of isolated) void isolateDocument({ queue, options, sweeps }, documentKey, cause);
  if (waits) sweeps.scheduleSweep(later.next(), true);
  else later.reset();
}

/** Nothing more is published of a document whose event can never be sent, until somebody has seen to it. */
async function isolateDocument(
  { queue, options, sweeps }: Pick<RelayParts, 'queue' | 'options' | 'sweeps'>,
  documentKey: DocumentKey,
  cause: string,
): Promise<void> {
  const blocked = options.metrics?.counter('outbox_blocked_total', 'ALARM: documents isolated', ['collection']);
  blocked?.inc({ collection: documentKey.collection });
  options.log.error({ event: 'outbox-blocked', resource: keyOf(documentKey), reason: cause });
  const documents = options.documents.find(({ name }) => name === documentKey.collection);
  try {
    const flag = { outboxBlocked: { cause, time: options.now() } };
    await documents?.internals.collection().updateOne({ _id: documentKey.id }, { $set: flag });
    // An alarm that waited for the next sweep would come minutes late where sweeps are slow.
    await sweeps.countBlocked();
  } catch {
    // The sweep meets it again, and so does the refusal.
  }
  queue.refused.delete(keyOf(documentKey));
}
