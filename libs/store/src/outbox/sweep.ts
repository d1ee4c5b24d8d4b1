import type { Log, Metrics } from '@cups/contracts';
import type { AnyDocuments } from '../documents/documents.ts';
import { asFilter } from '../documents/collection.ts';
import { beginPass, endPass, enqueue, type OutboxQueue } from './queue.ts';

export interface SweepOptions {
  documents: AnyDocuments[];
  log: Log;
  metrics?: Metrics;
  /** The clock by which events are stamped. */
  now: () => Date;
  /** Milliseconds between sweeps. Default 30,000; 300,000 at most when a sweep takes long. */
  sweepIntervalMs?: number;
  /** Age in ms from which a sweep takes an entry up. Default 10,000; the first sweep takes all. */
  minAgeMs?: number;
}

export interface OutboxSweeper {
  /** Sweeps now for all that waits, whatever its age, as much as may be held. */
  sweepAll(): Promise<void>;
  /** Brings the next sweep forward, or puts it off. With `everything` it does not look at the age. */
  scheduleSweep(delay: number, everything?: boolean): void;
  /** Counts anew the documents that stand still; each sweep does so as well. */
  countBlocked(): Promise<void>;
  stop(): Promise<void>;
}

const SWEEP_BATCH_SIZE = 500;
/** However long a sweep takes: what another process left behind is found within this time and its jitter. */
const MAX_SWEEP_INTERVAL_MS = 300_000;

/** Ms until the next sweep: one that takes long (a big collection, an index that is not used) comes more rarely. */
export const computeSweepInterval = (tookMs: number, sweepIntervalMs: number): number =>
  Math.max(sweepIntervalMs, Math.min(MAX_SWEEP_INTERVAL_MS, tookMs * 200));

/**
 * Finds events that nobody told of: those that a process which died left in their documents. What is found is taken up and
 * `found` is called. Replicas need no lease: a sweep takes up only what has waited for long, with jitter.
 */
export function startOutboxSweeper(queue: OutboxQueue, options: SweepOptions, onFound: () => void): OutboxSweeper {
  const { now, sweepIntervalMs = 30_000, minAgeMs = 10_000 } = options;
  const pauseAfter = createIntervalTracker(options, sweepIntervalMs);
  const countBlocked = createBlockedCounter(options);
  const cursors = new Map<AnyDocuments, string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  /** Takes up what has waited since before `cutoff`, as much as may be held; resolves with the ms it took. */
  const sweep = async (cutoff: Date | undefined): Promise<number> => {
    const began = Date.now();
    for (const documents of options.documents) await sweepCollection(queue, documents, cursors, cutoff);
    onFound();
    await countBlocked();
    return Date.now() - began;
  };
  const scheduleSweep = (delay: number, ignoreAge = false): void => {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => {
      running = sweep(ignoreAge ? undefined : new Date(now().getTime() - minAgeMs)).then(
        (took) => scheduleSweep(pauseAfter(took)),
        () => scheduleSweep(ignoreAge ? 250 : 2_000, ignoreAge),
      );
    }, delay);
  };
  scheduleSweep(0, true);

  return {
    sweepAll: async () => void (await sweep(undefined)),
    scheduleSweep,
    countBlocked,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** The pause after a sweep that took so many ms, with jitter; that sweeps have become slow is told once. */
function createIntervalTracker({ log, metrics }: SweepOptions, sweepIntervalMs: number): (tookMs: number) => number {
  const interval = metrics?.gauge('outbox_sweep_interval_seconds', 'From one sweep of the outboxes to the next', []);
  let isSlow = false;
  return (tookMs) => {
    const pause = computeSweepInterval(tookMs, sweepIntervalMs);
    if (pause > sweepIntervalMs !== isSlow) {
      isSlow = !isSlow;
      log.warn({ event: isSlow ? 'outbox-sweeps-slow' : 'outbox-sweeps-quick-again', delayMs: pause });
    }
    interval?.set({}, pause / 1_000);
    return pause * (0.8 + Math.random() * 0.4);
  };
}

/** One batch of one collection, from where the last one ended. */
async function sweepCollection(
  queue: OutboxQueue,
  documents: AnyDocuments,
  cursors: Map<AnyDocuments, string>,
  cutoff: Date | undefined,
): Promise<void> {
  const { name: collection } = documents;
  const from = cursors.get(documents) ?? '';
  if (from === '') {
    queue.droppedCollections.delete(collection);
    beginPass(queue, collection);
  }
  // By the index of 'outbox.time', also when all are asked for.
  const waits = { 'outbox.time': cutoff ? { $lt: cutoff } : { $gt: new Date(0) } };
  const filter = asFilter({ ...waits, outboxBlocked: { $exists: false }, _id: { $gt: from } });
  const found = await documents.internals
    .collection()
    .find(filter, { projection: { outbox: 1 }, sort: { _id: 1 }, limit: SWEEP_BATCH_SIZE })
    .toArray();
  const last = found.length === SWEEP_BATCH_SIZE ? (found.at(-1)?._id ?? '') : '';
  cursors.set(documents, last);
  if (last !== '' || queue.droppedCollections.has(collection)) queue.hasOverflow = true;
  for (const { _id, outbox } of found) enqueue(queue, { collection, id: _id }, outbox);
  if (last === '') endPass(queue, collection, cutoff);
}

/** Counts the documents that stand still because Kafka refuses an event of theirs, by the index that sweeps go by. */
function createBlockedCounter({ documents, metrics }: SweepOptions): () => Promise<void> {
  const blocked = metrics?.gauge('outbox_documents_blocked', 'ALARM: documents isolated now', ['collection']);
  return async () => {
    if (!blocked) return;
    for (const { name: collection, internals } of documents) {
      const filter = asFilter({ 'outbox.time': { $gt: new Date(0) }, outboxBlocked: { $exists: true } });
      blocked.set({ collection }, await internals.collection().countDocuments(filter));
    }
  };
}
