import { backoff, type Log, type Metrics, type StoredEvent } from '@cups/contracts';
import type { mongo } from 'mongoose';
import type { AnyDocuments } from '../documents/documents.ts';
import type { StoredDocument } from '../documents/document.ts';
import { QUEUE_LIMITS, scheduleCleanup, takeCleanups, type OutboxCleanup, type OutboxQueue } from './queue.ts';

export interface OutboxCleanerOptions {
  documents: AnyDocuments[];
  log: Log;
  metrics?: Metrics;
  /** Returns fields to set in the write that removes the entries, without a new revision. */
  afterPublish?:
    ((id: string, entries: StoredEvent[], collection: string) => Record<string, unknown> | undefined) | undefined;
  /** Applies `afterPublish` only to documents that match this filter; a reply may have changed one already. */
  onlyWhere?: Record<string, unknown>;
}

export interface OutboxCleaner {
  /** Schedules a write if the queue has cleanups. */
  notify(): void;
  /** Writes immediately, even during a backoff; one write at a time. */
  flush(): Promise<void>;
  /** Whether a write is in progress; its cleanups are not in the queue meanwhile. */
  isWriting(): boolean;
  /** Whether the last write failed. */
  isFailing(): boolean;
  stop(): Promise<void>;
}

type BulkWrite = mongo.AnyBulkWriteOperation<StoredDocument>;

const BATCH_DELAY_MS = 100;
const MIN_RETRY_DELAY_MS = 200;
const MAX_RETRY_DELAY_MS = 5_000;
/** Interval at which a persistent failure is logged again; a drain retries much more often. */
const WARNING_INTERVAL_MS = 60_000;

/**
 * Removes acknowledged entries from outboxes, many documents in one write. Retries a failed write after 0.2 to 5 s
 * and not earlier: the driver needs the time to find its server again.
 */
export function startOutboxCleaner(queue: OutboxQueue, options: OutboxCleanerOptions): OutboxCleaner {
  const { log, metrics } = options;
  const waiting = metrics?.gauge('outbox_cleanup_pending', 'Documents with published events still in their outbox', []);
  const refusals = metrics?.counter('outbox_cleanup_failures_total', 'Failed writes that remove published events', []);
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
          log.warn({ event: 'outbox-cleanup-failed', count: queue.cleanups.size, delayMs, error: failure.error });
        }
        return arm(delayMs);
      }
      if (wait.failures() > 0) log.info({ event: 'outbox-cleanup-recovered', count: queue.cleanups.size });
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

/** Writes once per collection and re-queues what failed. @returns the failure, if any */
async function writeBatch(queue: OutboxQueue, options: OutboxCleanerOptions): Promise<{ error: unknown } | undefined> {
  let failure: { error: unknown } | undefined;
  const cleanups = takeCleanups(queue);
  for (const documents of options.documents) {
    const ofCollection = cleanups.filter(({ documentKey }) => documentKey.collection === documents.name);
    if (ofCollection.length === 0) continue;
    try {
      const writes = ofCollection.flatMap((cleanup) => buildWrites(cleanup, options, documents.internals.check));
      await documents.internals.collection().bulkWrite(writes, { ordered: false });
    } catch (error) {
      for (const cleanup of ofCollection) scheduleCleanup(queue, cleanup);
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
  // Entries must go even if the filter no longer matches.
  return onlyWhere ? [marked, plain] : [marked];
}
