import { setTimeout as pause } from 'node:timers/promises';
import { backoff, type Backoff, type StoredEvent } from '@cups/contracts';
import type { AnyDocuments } from '../documents/documents.ts';
import { JOURNAL_TOPIC_PREFIX } from '../journal-entries.ts';
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
  /** Sends the entries in this order and resolves when acknowledged; throws if the broker is unavailable. */
  publish: (entries: StoredEvent[]) => Promise<PublishResult>;
  /** Called with acknowledged entries, immediately; after a crash some may repeat. */
  acknowledged?: ((entries: StoredEvent[]) => void) | undefined;
}

export interface Relay {
  /** Publishes and removes what is left. Returns false if that exceeds the bound (default 5,000 ms). */
  drain(boundMs?: number): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * Average time between the starts of two batches under load, ms. It collects the events of several commits: a batch
 * costs relay, broker and consumers more than its events do.
 */
const PUBLISH_INTERVAL_MS = 20;
/**
 * How long entries for the journal wait for events to go with, ms: nobody waits for them, and a batch of their own would cost
 * as much as that of an event.
 */
const JOURNAL_DELAY_MS = 500;
/** Number of batches that may follow each other without a pause, after as many intervals without one. */
const MAX_PUBLISH_BURST = 4;

/** Shared state of a relay. */
interface RelayParts {
  queue: OutboxQueue;
  options: RelayOptions;
  cleaner: OutboxCleaner;
  sweeps: OutboxSweeper;
  backoffs: { publish: Backoff; later: Backoff };
  /** Earliest start of the next batch, ms of a monotonic clock. */
  publishDue: number;
  stopped: boolean;
}

/**
 * Publishes what commits leave in outboxes: one loop, one batch in flight, each outbox from its head. It removes
 * acknowledged entries in bulk, and sweeps for entries that another process left. It may send twice, but never loses
 * or reorders events of one document. The state is in queue.ts; the loop and its timers are here.
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
  const parts: RelayParts = { queue, options, cleaner, sweeps, backoffs, publishDue: -Infinity, stopped: false };
  const loop = createPublishLoop(parts);
  const onCommitted = (documentKey: DocumentKey, entries: StoredEvent[]): void => {
    if (parts.stopped) return;
    enqueue(queue, documentKey, entries);
    if (entries.every(isJournalEntry)) loop.scheduleLater();
    else loop.schedule();
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

const isJournalEntry = ({ topic }: StoredEvent): boolean => topic.startsWith(JOURNAL_TOPIC_PREFIX);

/** Subscribes to commits. @returns the function that unsubscribes */
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
  /** Starts after the responses of the current commits were sent. */
  schedule(): void;
  /** Starts after JOURNAL_DELAY_MS, or with the next event. */
  scheduleLater(): void;
  running(): Promise<void> | undefined;
  stop(): void;
}

/** Publishes one batch at a time, after the response to a commit or after a backoff. */
function createPublishLoop(parts: RelayParts): PublishLoop {
  const { queue, options, cleaner } = parts;
  const waiting = options.metrics?.gauge(
    'outbox_documents_pending',
    'Documents with events not yet acknowledged by Kafka',
    [],
  );
  let running: Promise<void> | undefined;
  let scheduled = false;
  let timer: NodeJS.Timeout | undefined;
  let laterTimer: NodeJS.Timeout | undefined;

  const start = (delay = 0): void => {
    clearTimeout(timer);
    clearTimeout(laterTimer);
    laterTimer = undefined;
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
  const scheduleLater = (): void => {
    if (!parts.stopped) laterTimer ??= setTimeout(schedule, JOURNAL_DELAY_MS);
  };
  const stop = () => {
    clearTimeout(timer);
    clearTimeout(laterTimer);
  };
  return { start, schedule, scheduleLater, running: () => running, stop };
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
    // A failure returns immediately, so retry only after a pause.
    await pause(backoffs.publish.failures() > 0 || cleaner.isFailing() ? 200 : 10);
  }
  return left() === 0;
}

/** Waits until a batch may start, and counts it. */
async function awaitPublishDue(parts: RelayParts): Promise<void> {
  const wait = parts.publishDue - performance.now();
  if (wait > 0) await pause(wait);
  const earliest = performance.now() - (MAX_PUBLISH_BURST - 1) * PUBLISH_INTERVAL_MS;
  parts.publishDue = Math.max(parts.publishDue, earliest) + PUBLISH_INTERVAL_MS;
}

/** Publishes until nothing is left. Returns the ms to wait before a retry, or 0. */
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
    await awaitPublishDue(parts);
    const batch = nextBatch(queue);
    // Too many cleanups are pending: publishing resumes when the store is available.
    if (batch.length === 0) return 1_000;
    try {
      const result = await options.publish(batch.flatMap(({ entries }) => entries));
      applySettled(parts, settleBatch(queue, batch, result));
      cleaner.notify();
    } catch (error) {
      if (wait.failures() === 0) options.log.warn({ event: 'outbox-delayed', count: queue.pending.size, error });
      return wait.next();
    }
    if (wait.failures() > 0) options.log.info({ event: 'outbox-recovered', count: queue.pending.size });
    wait.reset();
  }
  return 0;
}

/** Counts, isolates and schedules the retry. */
function applySettled(
  { queue, options, sweeps, backoffs: { later } }: RelayParts,
  { done, isolated, hasDeferred }: SettledBatch,
): void {
  const { metrics } = options;
  const published = metrics?.counter('outbox_published_total', 'Events acknowledged by Kafka', ['collection']);
  for (const { collection, entries } of done) {
    published?.inc({ collection }, entries.length);
    options.acknowledged?.(entries);
  }
  for (const { documentKey, cause } of isolated) void isolateDocument({ queue, options, sweeps }, documentKey, cause);
  if (hasDeferred) sweeps.scheduleSweep(later.next(), true);
  else later.reset();
}

/** Stops publishing a document with an event that Kafka never accepts, until an administrator unblocks it. */
async function isolateDocument(
  { queue, options, sweeps }: Pick<RelayParts, 'queue' | 'options' | 'sweeps'>,
  documentKey: DocumentKey,
  cause: string,
): Promise<void> {
  const blocked = options.metrics?.counter('outbox_blocked_total', 'Documents isolated', ['collection']);
  blocked?.inc({ collection: documentKey.collection });
  options.log.error({ event: 'outbox-blocked', resource: keyOf(documentKey), reason: cause });
  const documents = options.documents.find(({ name }) => name === documentKey.collection);
  try {
    const flag = { outboxBlocked: { cause, time: options.now() } };
    await documents?.internals.collection().updateOne({ _id: documentKey.id }, { $set: flag });
    // Without this count, the alert would fire only after the next sweep, minutes later.
    await sweeps.countBlocked();
  } catch {
    // The next sweep finds the document again, and Kafka rejects it again.
  }
  queue.refused.delete(keyOf(documentKey));
}
