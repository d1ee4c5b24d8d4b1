import type { Log, Metrics } from '@cups/contracts';
import type { AnyDocuments } from '../documents.ts';
import { where } from '../documents/collection.ts';
import { beginPass, endPass, take, type Queue } from './queue.ts';

export interface SweepOptions {
  documents: AnyDocuments[];
  log: Log;
  metrics?: Metrics;
  /** The clock by which events are stamped. */
  now: () => Date;
  /** Milliseconds between sweeps. Default 30,000; 300,000 at most when a sweep takes long. */
  sweepMs?: number;
  /** Age in ms from which a sweep takes an entry up. Default 10,000; the first sweep takes all. */
  olderThanMs?: number;
}

export interface Sweeps {
  /** Sweeps now for all that waits, whatever its age, as much as may be held. */
  everything(): Promise<void>;
  /** Brings the next sweep forward, or puts it off. With `everything` it does not look at the age. */
  sweepIn(delay: number, everything?: boolean): void;
  /** Counts anew the documents that stand still; each sweep does so as well. */
  countBlocked(): Promise<void>;
  stop(): Promise<void>;
}

const sweepDocuments = 500;
/** However long a sweep takes: what another process left behind is found within this time and its jitter. */
const longestSweepMs = 300_000;

/** Ms until the next sweep: one that takes long (a big collection, an index that is not used) comes more rarely. */
export const sweepPause = (tookMs: number, sweepMs: number): number =>
  Math.max(sweepMs, Math.min(longestSweepMs, tookMs * 200));

/**
 * Finds events that nobody told of: those that a process which died left in their documents. What is found is taken up and
 * `found` is called. Replicas need no lease: a sweep takes up only what has waited for long, with jitter.
 */
export function startSweeps(queue: Queue, options: SweepOptions, found: () => void): Sweeps {
  const { now, sweepMs = 30_000, olderThanMs = 10_000 } = options;
  const pauseAfter = pausesOf(options, sweepMs);
  const countBlocked = blockedCounts(options);
  const sweptTo = new Map<AnyDocuments, string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  /** Takes up what has waited since before `cutoff`, as much as may be held; resolves with the ms it took. */
  const sweep = async (cutoff: Date | undefined): Promise<number> => {
    const began = Date.now();
    for (const documents of options.documents) await sweepOne(queue, documents, sweptTo, cutoff);
    found();
    await countBlocked();
    return Date.now() - began;
  };
  const sweepIn = (delay: number, everything = false): void => {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => {
      running = sweep(everything ? undefined : new Date(now().getTime() - olderThanMs)).then(
        (took) => sweepIn(pauseAfter(took)),
        () => sweepIn(everything ? 250 : 2_000, everything),
      );
    }, delay);
  };
  sweepIn(0, true);

  return {
    everything: async () => void (await sweep(undefined)),
    sweepIn,
    countBlocked,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** The pause after a sweep that took so many ms, with jitter; that sweeps have become slow is told once. */
function pausesOf({ log, metrics }: SweepOptions, sweepMs: number): (tookMs: number) => number {
  const interval = metrics?.gauge('outbox_sweep_interval_seconds', 'From one sweep of the outboxes to the next', []);
  let isSlow = false;
  return (tookMs) => {
    const pause = sweepPause(tookMs, sweepMs);
    if (pause > sweepMs !== isSlow) {
      isSlow = !isSlow;
      log.warn({ event: isSlow ? 'outbox-sweeps-slow' : 'outbox-sweeps-quick-again', delayMs: pause });
    }
    interval?.set({}, pause / 1_000);
    return pause * (0.8 + Math.random() * 0.4);
  };
}

/** One batch of one collection, from where the last one ended. */
async function sweepOne(
  queue: Queue,
  documents: AnyDocuments,
  sweptTo: Map<AnyDocuments, string>,
  cutoff: Date | undefined,
): Promise<void> {
  const { name: collection } = documents;
  const from = sweptTo.get(documents) ?? '';
  if (from === '') {
    queue.dropped.delete(collection);
    beginPass(queue, collection);
  }
  // By the index of 'outbox.time', also when all are asked for.
  const waits = { 'outbox.time': cutoff ? { $lt: cutoff } : { $gt: new Date(0) } };
  const filter = where({ ...waits, outboxBlocked: { $exists: false }, _id: { $gt: from } });
  const found = await documents.internals
    .collection()
    .find(filter, { projection: { outbox: 1 }, sort: { _id: 1 }, limit: sweepDocuments })
    .toArray();
  const last = found.length === sweepDocuments ? (found.at(-1)?._id ?? '') : '';
  sweptTo.set(documents, last);
  if (last !== '' || queue.dropped.has(collection)) queue.overflow = true;
  for (const { _id, outbox } of found) take(queue, { collection, id: _id }, outbox);
  if (last === '') endPass(queue, collection, cutoff);
}

/** Counts the documents that stand still because Kafka refuses an event of theirs, by the index that sweeps go by. */
function blockedCounts({ documents, metrics }: SweepOptions): () => Promise<void> {
  const blocked = metrics?.gauge('outbox_documents_blocked', 'ALARM: documents isolated now', ['collection']);
  return async () => {
    if (!blocked) return;
    for (const { name: collection, internals } of documents) {
      const filter = where({ 'outbox.time': { $gt: new Date(0) }, outboxBlocked: { $exists: true } });
      blocked.set({ collection }, await internals.collection().countDocuments(filter));
    }
  };
}
