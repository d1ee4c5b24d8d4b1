import { backoff, type Log, type Metrics, type StoredEvent } from '@cups/contracts';
import type { mongo } from 'mongoose';
import type { AnyDocuments } from '../documents/documents.ts';
import type { StoredDocument } from '../documents/document.ts';
import { QUEUE_LIMITS, scheduleCleanup, takeCleanups, type OutboxCleanup, type OutboxQueue } from './queue.ts';

export interface OutboxCleanerOptions {
  documents: AnyDocuments[];
  log: Log;
  metrics?: Metrics;
  /** Fields to set in the same write that takes the entries out; raises no revision. */
  afterPublish?:
    ((id: string, entries: StoredEvent[], collection: string) => Record<string, unknown> | undefined) | undefined;
  /** `afterPublish` applies only to documents that still fit this filter (a reply may have been quicker). */
  onlyWhere?: Record<string, unknown>;
}

export interface OutboxCleaner {
  /** Something may have been noted in the queue. */
  notify(): void;
  /** Writes now, also while it would wait; one at a time. */
  flush(): Promise<void>;
  /** A write is under way: until it is refused, what it takes out does not wait in the queue. */
  isWriting(): boolean;
  /** The last write was refused. */
  isFailing(): boolean;
  stop(): Promise<void>;
}

type BulkWrite = mongo.AnyBulkWriteOperation<StoredDocument>;

const BATCH_DELAY_MS = 100;
const MIN_RETRY_DELAY_MS = 200;
const MAX_RETRY_DELAY_MS = 5_000;
/** While the store stays away, it is told again this often; whoever drains asks much more often. */
const WARNING_INTERVAL_MS = 60_000;

/**
 * Takes out of the outboxes what was acknowledged, many documents in one write. A write that is refused is tried again
 * after 0.2 to 5 s and not before, however much is noted meanwhile: the driver needs the time to find its server again.
 */
export function startOutboxCleaner(queue: OutboxQueue, options: OutboxCleanerOptions): OutboxCleaner {
  const { log, metrics } = options;
  const waiting = metrics?.gauge('outbox_pulls_waiting', 'Documents whose published events are still in them', []);
  const refusals = metrics?.counter('outbox_pulls_refused_total', 'Writes that took events out and were refused', []);
  const wait = backoff({ initialMs: MIN_RETRY_DELAY_MS, maxMs: MAX_RETRY_DELAY_MS });
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let quietUntil = 0;

  const arm = (delay: number): void => {
    timer ??= setTimeout(() => void flush(), delay);
  };
  const work = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    while (queue.cleanups.size > 0) {
      const failure = await writeBatch(queue, options);
      waiting?.set({}, queue.cleanups.size);
      if (failure) {
        const delayMs = Math.round(wait.next());
        refusals?.inc({});
        if (Date.now() >= quietUntil) {
          quietUntil = Date.now() + WARNING_INTERVAL_MS;
          log.warn({ event: 'outbox-pulls-refused', count: queue.cleanups.size, delayMs, error: failure.error });
        }
        return arm(delayMs);
      }
      if (wait.failures() > 0) log.info({ event: 'outbox-pulls-flow', count: queue.cleanups.size });
      wait.reset();
      quietUntil = 0;
    }
  };
  const flush = (): Promise<void> =>
    (running ??= work().finally(() => {
      running = undefined;
      if (queue.cleanups.size > 0) arm(BATCH_DELAY_MS);
    }));

  return {
    notify() {
      if (queue.cleanups.size === 0 || running || wait.failures() > 0) return;
      if (queue.cleanups.size >= QUEUE_LIMITS.batchDocuments) void flush();
      else arm(BATCH_DELAY_MS);
    },
    flush,
    isWriting: () => running !== undefined,
    isFailing: () => wait.failures() > 0,
    async stop() {
      await flush();
      clearTimeout(timer);
    },
  };
}

/** One write for each collection; what was refused is noted again. @returns the failure, when there was one */
async function writeBatch(queue: OutboxQueue, options: OutboxCleanerOptions): Promise<{ error: unknown } | undefined> {
  let failure: { error: unknown } | undefined;
  const cleanups = takeCleanups(queue);
  for (const documents of options.documents) {
    const mine = cleanups.filter(({ documentKey }) => documentKey.collection === documents.name);
    if (mine.length === 0) continue;
    try {
      const writes = mine.flatMap((cleanup) => buildWrites(cleanup, options, documents.internals.check));
      await documents.internals.collection().bulkWrite(writes, { ordered: false });
    } catch (error) {
      for (const cleanup of mine) scheduleCleanup(queue, cleanup);
      failure = { error };
    }
  }
  return failure;
}

function buildWrites(
  { documentKey, n, entries }: OutboxCleanup,
  { afterPublish, onlyWhere }: OutboxCleanerOptions,
  check: (path: string, value: unknown) => void,
): BulkWrite[] {
  const $pull = { outbox: { n: { $lte: n } } } as mongo.UpdateFilter<StoredDocument>['$pull'] & object;
  const plain: BulkWrite = { updateOne: { filter: { _id: documentKey.id }, update: { $pull } } };
  const $set = entries.length > 0 ? afterPublish?.(documentKey.id, entries, documentKey.collection) : undefined;
  if (!$set) return [plain];
  for (const path in $set) check(path, $set[path]);
  const filter = { ...onlyWhere, _id: documentKey.id };
  const marked: BulkWrite = { updateOne: { filter, update: { $pull, $set } } };
  // Where the mark no longer applies, the entries must go all the same.
  return onlyWhere ? [marked, plain] : [marked];
}
