import type { StoredEvent } from '@cups/contracts';
import { LRUCache } from 'lru-cache';

export type DocumentKey = { collection: string; id: string };
/** A document's unpublished entries, in order. */
export type PendingDocument = { documentKey: DocumentKey; entries: StoredEvent[] };
/** Removal of acknowledged entries up to `n`. `entries` are those that this process published. */
export type OutboxCleanup = { documentKey: DocumentKey; n: number; entries: StoredEvent[] };

/** Result of a batch; an entry in neither list is acknowledged. */
export interface PublishResult {
  /** Entries that Kafka never accepts; their documents are isolated. */
  rejected: { entry: StoredEvent; cause: string }[];
  /** Entries that Kafka cannot accept yet, for example for a missing topic; retried with the document's backoff. */
  later?: StoredEvent[];
}

/** The relay's state in memory; only the functions below change it. */
export interface OutboxQueue {
  pending: Map<string, PendingDocument>;
  /** The last acknowledged `n` of recently published documents. */
  acknowledged: LRUCache<string, number>;
  /** Permanently rejected documents whose flag is not stored yet. */
  refused: Set<string>;
  cleanups: Map<string, OutboxCleanup>;
  /** The store has more than memory may hold; the relay sweeps when the queue is empty. */
  hasOverflow: boolean;
  /** Collections with dropped documents since their last sweep started. */
  droppedCollections: Set<string>;
  /** Age of what waits only in the store, by collection. */
  oldestDeferred: Map<string, OldestDeferred>;
}

/**
 * Creation time of the oldest event left in the store, in ms since 1970; Infinity for none. `seen` is from the
 * current pass of sweeps over the collection, `before` from earlier ones. `before` counts until the pass is complete.
 */
interface OldestDeferred {
  seen: number;
  before: number;
}

export interface QueueLimits {
  documents: number;
  /** Documents per batch, and per write that removes entries. */
  batchDocuments: number;
  /** Below the broker's limit of 1 MB per partition. */
  batchBytes: number;
  /** Number of remembered acknowledgements. */
  acknowledged: number;
  /** Number of pending cleanups that stops publishing. */
  cleanups: number;
}
export const QUEUE_LIMITS: QueueLimits = {
  documents: 1_000,
  batchDocuments: 200,
  batchBytes: 512 * 1024,
  acknowledged: 20_000,
  cleanups: 2_000,
};
/** Size of a message beside its data: headers and key. */
const ENTRY_OVERHEAD_BYTES = 700;

export const createQueue = ({ acknowledged } = QUEUE_LIMITS): OutboxQueue => ({
  pending: new Map(),
  acknowledged: new LRUCache({ max: acknowledged }),
  refused: new Set(),
  cleanups: new Map(),
  hasOverflow: false,
  droppedCollections: new Set(),
  oldestDeferred: new Map(),
});
export const keyOf = ({ collection, id }: DocumentKey): string => `${collection}/${id}`;

/** Adds a document's stored outbox, without entries that are queued or acknowledged. */
export function enqueue(
  queue: OutboxQueue,
  documentKey: DocumentKey,
  entries: StoredEvent[],
  { documents } = QUEUE_LIMITS,
): void {
  const key = keyOf(documentKey);
  if (entries.length === 0 || queue.refused.has(key)) return;
  const pending = queue.pending.get(key);
  const after = Math.max(queue.acknowledged.peek(key) ?? 0, pending?.entries.at(-1)?.n ?? 0);
  const more = entries.filter(({ n }) => n > after);
  if (pending) pending.entries.push(...more);
  // Acknowledged but still stored: the removal was lost.
  else if (more.length === 0) scheduleCleanup(queue, { documentKey, n: after, entries: [] });
  else if (queue.pending.size < documents) queue.pending.set(key, { documentKey, entries: more });
  else {
    queue.hasOverflow = true;
    queue.droppedCollections.add(documentKey.collection);
    recordDeferred(queue, documentKey, more);
  }
}

/**
 * Returns the next entries to publish, each document from its head; empty if none is pending or too many cleanups
 * are.
 */
export function nextBatch(
  queue: OutboxQueue,
  { batchDocuments, batchBytes, cleanups } = QUEUE_LIMITS,
): PendingDocument[] {
  const batch: PendingDocument[] = [];
  if (queue.cleanups.size >= cleanups) return batch;
  let bytes = 0;
  for (const { documentKey, entries } of queue.pending.values()) {
    const part: StoredEvent[] = [];
    for (const entry of entries) {
      const size = entry.data.length + ENTRY_OVERHEAD_BYTES;
      if (bytes > 0 && bytes + size > batchBytes) break;
      bytes += size;
      part.push(entry);
    }
    if (part.length > 0) batch.push({ documentKey, entries: part });
    if (part.length < entries.length || batch.length >= batchDocuments) break;
  }
  return batch;
}

/** Remaining work for a published batch: count, isolate, and retry what was deferred. */
export interface SettledBatch {
  done: { collection: string; entries: StoredEvent[] }[];
  isolated: { documentKey: DocumentKey; cause: string }[];
  hasDeferred: boolean;
}

/** Applies the result of a batch. In each document, the entries before the first bad one are acknowledged. */
export function settleBatch(
  queue: OutboxQueue,
  batch: PendingDocument[],
  { rejected, later = [] }: PublishResult,
): SettledBatch {
  const causes = new Map<StoredEvent, string | undefined>(later.map((entry) => [entry, undefined]));
  for (const { entry, cause } of rejected) causes.set(entry, cause);
  const settled: SettledBatch = { done: [], isolated: [], hasDeferred: later.length > 0 };
  for (const { documentKey, entries: sent } of batch) {
    const failed = causes.size === 0 ? undefined : sent.find((entry) => causes.has(entry));
    const done = failed ? sent.slice(0, sent.indexOf(failed)) : sent;
    const cause = failed && causes.get(failed);
    if (failed && cause === undefined) recordDeferred(queue, documentKey, [failed]);
    dequeue(queue, documentKey, done.length, failed !== undefined);
    if (cause !== undefined) {
      queue.refused.add(keyOf(documentKey));
      settled.isolated.push({ documentKey, cause });
    }
    const last = done.at(-1);
    if (!last) continue;
    queue.acknowledged.set(keyOf(documentKey), last.n);
    scheduleCleanup(queue, { documentKey, n: last.n, entries: done });
    settled.done.push({ collection: documentKey.collection, entries: done });
  }
  return settled;
}

/** Leaves a deferred document to a sweep, so that it does not occupy memory. */
function dequeue(queue: OutboxQueue, documentKey: DocumentKey, count: number, isDeferred: boolean): void {
  const pending = queue.pending.get(keyOf(documentKey));
  pending?.entries.splice(0, count);
  if (isDeferred || pending?.entries.length === 0) queue.pending.delete(keyOf(documentKey));
}

/** Queues a removal, merged with an earlier one of the same document. */
export function scheduleCleanup(queue: OutboxQueue, { documentKey, n, entries }: OutboxCleanup): void {
  const before = queue.cleanups.get(keyOf(documentKey));
  const all = [...(before?.entries ?? []), ...entries].sort((a, b) => a.n - b.n);
  queue.cleanups.set(keyOf(documentKey), { documentKey, n: Math.max(n, before?.n ?? 0), entries: all });
}

/** Takes the next removals, oldest first. Return failed ones with `scheduleCleanup`. */
export function takeCleanups(queue: OutboxQueue, { batchDocuments } = QUEUE_LIMITS): OutboxCleanup[] {
  const taken = [...queue.cleanups].slice(0, batchDocuments);
  for (const [key] of taken) queue.cleanups.delete(key);
  return taken.map(([, pull]) => pull);
}

function recordDeferred(queue: OutboxQueue, { collection }: DocumentKey, [oldest]: StoredEvent[]): void {
  const deferred = queue.oldestDeferred.get(collection) ?? { seen: Infinity, before: Infinity };
  if (oldest) deferred.seen = Math.min(deferred.seen, oldest.time.getTime());
  queue.oldestDeferred.set(collection, deferred);
}

/** Starts a pass of sweeps at the first ID of the collection. */
export function beginPass(queue: OutboxQueue, collection: string): void {
  const deferred = queue.oldestDeferred.get(collection);
  if (deferred)
    queue.oldestDeferred.set(collection, { seen: Infinity, before: Math.min(deferred.seen, deferred.before) });
}

/** Ends a pass, which covered everything older than the cutoff. */
export function endPass(queue: OutboxQueue, collection: string, cutoff: Date | undefined): void {
  const deferred = queue.oldestDeferred.get(collection);
  if (deferred && deferred.before < (cutoff?.getTime() ?? Infinity)) deferred.before = Infinity;
}

/** Returns the creation time of the oldest known pending event, in ms since 1970. */
export function findOldestPending(queue: OutboxQueue): number | undefined {
  let oldest = Infinity;
  for (const { entries } of queue.pending.values()) oldest = Math.min(oldest, entries[0]?.time.getTime() ?? Infinity);
  for (const { seen, before } of queue.oldestDeferred.values()) oldest = Math.min(oldest, seen, before);
  return oldest === Infinity ? undefined : oldest;
}
