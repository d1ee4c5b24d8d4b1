import type { mongo } from 'mongoose';
import { backoff } from './backoff.ts';
import type { AnyDocuments, OutboxEntry, StoredDocument } from './documents.ts';
import type { RelayOptions } from './outbox.ts';
import { keyOf, take, type Place, type Queue } from './queue.ts';

const sweepDocuments = 500;
/** However long a sweep takes: what another process left behind is found within this time and its jitter. */
const longestSweepMs = 300_000;
/** A write whose answer was lost may still be under way: its document is looked at soon, and once more later. */
const looksAfterMs = [300, 5_000];
const doubtsHeld = 1_000;

type Doubt = { place: Place; looks: number; due: number };
const filterOf = (filter: object) => filter as mongo.Filter<StoredDocument>;
const outboxes = { projection: { outbox: 1 } };

/** Ms until the next sweep: one that takes long (a big collection, an index that is not used) comes more rarely. */
export const sweepPause = (tookMs: number, sweepMs: number): number =>
  Math.max(sweepMs, Math.min(longestSweepMs, tookMs * 200));

/**
 * Finds events that nobody told of: those that a process which died left in their documents, and those of a write whose
 * answer was lost. What is found is taken up and `found` is called. Replicas need no lease: a sweep takes up only what
 * has waited for long, with jitter.
 */
export function startSweeps(queue: Queue, options: RelayOptions, found: () => void) {
  const { log, metrics, sweepMs = 30_000, olderThanMs = 10_000 } = options;
  const interval = metrics?.gauge('outbox_sweep_interval_seconds', 'From one sweep of the outboxes to the next', []);
  const sweptTo = new Map<AnyDocuments, string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isSlow = false;
  let stopped = false;

  /** Takes up what has waited since before `cutoff`, as much as may be held; resolves with the ms it took. */
  const sweep = async (cutoff: Date | undefined): Promise<number> => {
    const began = Date.now();
    for (const documents of options.documents) await sweepOne(queue, documents, sweptTo, cutoff);
    found();
    return Date.now() - began;
  };
  const pauseAfter = (took: number): number => {
    const pause = sweepPause(took, sweepMs);
    if (pause > sweepMs !== isSlow) {
      isSlow = !isSlow;
      log.warn({ event: isSlow ? 'outbox-sweeps-slow' : 'outbox-sweeps-quick-again', delayMs: pause });
    }
    interval?.set({}, pause / 1_000);
    return pause * (0.8 + Math.random() * 0.4);
  };
  const sweepIn = (delay: number, everything = false): void => {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => {
      running = sweep(everything ? undefined : new Date(Date.now() - olderThanMs)).then(
        (took) => sweepIn(pauseAfter(took)),
        () => sweepIn(everything ? 250 : 2_000, everything),
      );
    }, delay);
  };
  const doubts = startDoubts(queue, options, found, () => sweepIn(0, true));
  sweepIn(0, true);

  return {
    /** All that waits, whatever its age, as much as may be held. */
    everything: () => sweep(undefined).then(() => {}),
    sweepIn,
    doubt: doubts.doubt,
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await Promise.all([running, doubts.stop()]);
    },
  };
}

async function sweepOne(
  queue: Queue,
  documents: AnyDocuments,
  sweptTo: Map<AnyDocuments, string>,
  cutoff: Date | undefined,
): Promise<void> {
  const { name: collection } = documents;
  const from = sweptTo.get(documents) ?? '';
  if (from === '') queue.dropped.delete(collection);
  // By the index of 'outbox.time', also when all are asked for.
  const waits = { 'outbox.time': cutoff ? { $lt: cutoff } : { $gt: new Date(0) } };
  const filter = filterOf({ ...waits, outboxBlocked: { $exists: false }, _id: { $gt: from } });
  const how = { ...outboxes, sort: { _id: 1 as const }, limit: sweepDocuments };
  const found = await documents.internals.collection().find(filter, how).toArray();
  const last = found.length === sweepDocuments ? (found.at(-1)?._id ?? '') : '';
  sweptTo.set(documents, last);
  if (last !== '' || queue.dropped.has(collection)) queue.overflow = true;
  for (const { _id, outbox } of found) take(queue, { collection, id: _id }, outbox as OutboxEntry[]);
}

/** Looks at the documents of writes whose answer was lost; `tooMany` is called when they are more than it remembers. */
function startDoubts(queue: Queue, { documents: all, log }: RelayOptions, found: () => void, tooMany: () => void) {
  const doubts = new Map<string, Doubt>();
  const wait = backoff(300, 5_000);
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let stopped = false;

  const arm = (delay: number): void => {
    if (!stopped) timer ??= setTimeout(() => void (looking = look()), delay);
  };
  const lookAt = async (some: Doubt[]): Promise<void> => {
    for (const documents of all) {
      const ids = some.filter(({ place }) => place.collection === documents.name).map(({ place }) => place.id);
      if (ids.length === 0) continue;
      const filter = filterOf({ _id: { $in: ids }, 'outbox.0': { $exists: true }, outboxBlocked: { $exists: false } });
      const left = await documents.internals.collection().find(filter, outboxes).toArray();
      for (const { _id, outbox } of left) take(queue, { collection: documents.name, id: _id }, outbox as OutboxEntry[]);
    }
  };
  const look = async (): Promise<void> => {
    timer = undefined;
    const now = Date.now();
    const due = [...doubts.values()].filter((doubt) => doubt.due <= now);
    try {
      await lookAt(due);
    } catch {
      // The store is away: it is looked at when it is back.
      return arm(wait.next());
    }
    wait.reset();
    for (const doubt of due) {
      doubt.looks += 1;
      doubt.due = now + (looksAfterMs[doubt.looks] ?? 0);
      if (doubt.looks >= looksAfterMs.length) doubts.delete(keyOf(doubt.place));
    }
    found();
    const next = Math.min(...[...doubts.values()].map((doubt) => doubt.due));
    if (doubts.size > 0) arm(Math.max(50, next - Date.now()));
  };

  return {
    doubt(place: Place): void {
      if (doubts.size >= doubtsHeld) return tooMany();
      log.info({ event: 'outbox-in-doubt', resource: keyOf(place) });
      doubts.set(keyOf(place), { place, looks: 0, due: Date.now() + (looksAfterMs[0] ?? 0) });
      arm(looksAfterMs[0] ?? 0);
    },
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
