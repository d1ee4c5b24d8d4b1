import type { Log, Metrics } from '@cups/contracts';
import type { AnyDocuments } from '../documents/documents.ts';
import { asFilter } from '../documents/collection.ts';
import { beginPass, endPass, enqueue, type OutboxQueue } from './queue.ts';

export interface SweepOptions {
  documents: AnyDocuments[];
  log: Log;
  metrics?: Metrics;
  /** The clock of the event times. */
  now: () => Date;
  /** Pause between sweeps, ms. Default 30,000. Slow sweeps pause longer, up to `maxSweepIntervalMs`. */
  sweepIntervalMs?: number;
  /** Without jitter, however slow a sweep is. Default 300,000. */
  maxSweepIntervalMs?: number;
  /** Minimum age of an entry, ms. Default 10,000; the first sweep takes entries of any age. */
  minAgeMs?: number;
}

export interface OutboxSweeper {
  /** Sweeps immediately, entries of any age, up to the memory limit. */
  sweepAll(): Promise<void>;
  /** Reschedules the next sweep. `everything` ignores the age. */
  scheduleSweep(delay: number, everything?: boolean): void;
  /** Counts the blocked documents, as each sweep does. */
  countBlocked(): Promise<void>;
  stop(): Promise<void>;
}

const SWEEP_BATCH_SIZE = 500;
const SWEEP_INTERVAL_MS = 30_000;
const MAX_SWEEP_INTERVAL_MS = 300_000;

/** Returns the ms until the next sweep. Slow sweeps (a large collection, an unused index) run less often. */
export const computeSweepInterval = (
  tookMs: number,
  {
    sweepIntervalMs = SWEEP_INTERVAL_MS,
    maxSweepIntervalMs = MAX_SWEEP_INTERVAL_MS,
  }: Pick<SweepOptions, 'sweepIntervalMs' | 'maxSweepIntervalMs'> = {},
): number => Math.max(sweepIntervalMs, Math.min(maxSweepIntervalMs, tookMs * 200));

/**
 * Finds unpublished events that a dead process left in its documents, queues them and calls `onFound`. Replicas need
 * no lease: a sweep takes only old entries, with jitter.
 */
export function startOutboxSweeper(queue: OutboxQueue, options: SweepOptions, onFound: () => void): OutboxSweeper {
  const { now, minAgeMs = 10_000 } = options;
  const pauseAfter = createIntervalTracker(options);
  const countBlocked = createBlockedCounter(options);
  const cursors = new Map<AnyDocuments, string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  /** Queues entries older than `cutoff`, up to the memory limit. Returns the duration, ms. */
  const sweep = async (cutoff: Date | undefined): Promise<number> => {
    const startedAt = Date.now();
    for (const documents of options.documents) await sweepCollection(queue, documents, cursors, cutoff);
    onFound();
    await countBlocked();
    return Date.now() - startedAt;
  };
  const scheduleSweep = (delay: number, ignoreAge = false): void => {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => {
      running = sweep(ignoreAge ? undefined : new Date(now().getTime() - minAgeMs)).then(
        (durationMs) => scheduleSweep(pauseAfter(durationMs)),
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

/** Returns the pause after a sweep, with jitter. Logs once when sweeps become slow or fast again. */
function createIntervalTracker(options: SweepOptions): (tookMs: number) => number {
  const { log, metrics } = options;
  const usual = computeSweepInterval(0, options);
  const interval = metrics?.gauge('outbox_sweep_interval_seconds', 'Interval between outbox sweeps, in seconds', []);
  let isSlow = false;
  return (tookMs) => {
    const pause = computeSweepInterval(tookMs, options);
    if (pause > usual !== isSlow) {
      isSlow = !isSlow;
      log.warn({ event: isSlow ? 'outbox-sweeps-slowed' : 'outbox-sweeps-recovered', delayMs: pause });
    }
    interval?.set({}, pause / 1_000);
    return pause * (0.8 + Math.random() * 0.4);
  };
}

/** Reads one batch of one collection, from the last cursor. */
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
  // Uses the index of 'outbox.time' for all ages.
  const pendingFilter = { 'outbox.time': cutoff ? { $lt: cutoff } : { $gt: new Date(0) } };
  const filter = asFilter({ ...pendingFilter, outboxBlocked: { $exists: false }, _id: { $gt: from } });
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

/** Counts the isolated documents by the same index. */
function createBlockedCounter({ documents, metrics }: SweepOptions): () => Promise<void> {
  const blocked = metrics?.gauge('outbox_documents_blocked', 'Documents isolated now', ['collection']);
  return async () => {
    if (!blocked) return;
    for (const { name: collection, internals } of documents) {
      const filter = asFilter({ 'outbox.time': { $gt: new Date(0) }, outboxBlocked: { $exists: true } });
      blocked.set({ collection }, await internals.collection().countDocuments(filter));
    }
  };
}
