import type { StoredEvent } from '@cups/contracts';
import { LRUCache } from 'lru-cache';

/** A document, by its collection and id. */
export type DocumentKey = { collection: string; id: string };
/** A document's entries that are to be published, in order. */
export type PendingDocument = { documentKey: DocumentKey; entries: StoredEvent[] };
/** Entries up to `n` are acknowledged and are to be taken out; `entries` are those that were published here. */
export type OutboxCleanup = { documentKey: DocumentKey; n: number; entries: StoredEvent[] };

/** What became of a batch; an entry in neither list is acknowledged. */
export interface PublishResult {
  /** Can never be sent: the document is isolated. */
  rejected: { entry: StoredEvent; cause: string }[];
  /** Not now (its topic is missing, for example): tried again with the document's own delay. */
  later?: StoredEvent[];
}

/** What the relay holds in memory. The functions below are all that changes it. */
export interface OutboxQueue {
  pending: Map<string, PendingDocument>;
  /** The last n that is known to be acknowledged, of the documents published last. */
  acknowledged: LRUCache<string, number>;
  /** Refused for good; the flag is being written. */
  refused: Set<string>;
  cleanups: Map<string, OutboxCleanup>;
  /** More waits in the store than memory may hold: swept in when nothing is held. */
  hasOverflow: boolean;
  /** Collections of which something was dropped since their sweep began at the first id. */
  droppedCollections: Set<string>;
  /** Of what waits in the store and is not held, by collection. */
  oldestDeferred: Map<string, OldestDeferred>;
}

/**
 * When the oldest event was made that had to be left in the store, in ms since 1970, Infinity for none: as seen in this pass
 * of sweeps over the collection, and before it. What was seen before counts until the pass has been everywhere.
 */
interface OldestDeferred {
  seen: number;
  before: number;
}

export interface QueueLimits {
  documents: number;
  /** Documents of a batch, and of one write that takes entries out. */
  batchDocuments: number;
  /** Below the broker's limit of 1 MB for what goes to one partition. */
  batchBytes: number;
  /** Acknowledgements that are remembered. */
  acknowledged: number;
  /** With so many that wait to be taken out, nothing more is published. */
  cleanups: number;
}
export const QUEUE_LIMITS: QueueLimits = {
  documents: 1_000,
  batchDocuments: 200,
  batchBytes: 512 * 1024,
  acknowledged: 20_000,
  cleanups: 2_000,
};
/** What a message takes beside its data: headers and key. */
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

/** Takes up a document's whole outbox, as stored; what is held or acknowledged already is not taken twice. */
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
  // Acknowledged, yet still there: the pull was lost.
  else if (more.length === 0) scheduleCleanup(queue, { documentKey, n: after, entries: [] });
  else if (queue.pending.size < documents) queue.pending.set(key, { documentKey, entries: more });
  else {
    queue.hasOverflow = true;
    queue.droppedCollections.add(documentKey.collection);
    recordDeferred(queue, documentKey, more);
  }
}

/** What is to be published next, each document from its head; empty when nothing is held or too many pulls wait. */
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

/** What a published batch leaves to do: count, isolate, and come back to what could not go now. */
export interface SettledBatch {
  done: { collection: string; entries: StoredEvent[] }[];
  isolated: { documentKey: DocumentKey; cause: string }[];
  hasDeferred: boolean;
}

/** Books what became of a batch: of each document, what stands before its first bad entry is acknowledged. */
export function settleBatch(
  queue: OutboxQueue,
  batch: PendingDocument[],
  { rejected, later = [] }: PublishResult,
): SettledBatch {
  const causes = new Map<StoredEvent, string | undefined>(later.map((entry) => [entry, undefined]));
  for (const { entry, cause } of rejected) causes.set(entry, cause);
  const settled: SettledBatch = { done: [], isolated: [], hasDeferred: later.length > 0 };
  for (const { documentKey, entries: sent } of batch) {
    const bad = causes.size === 0 ? undefined : sent.find((entry) => causes.has(entry));
    const done = bad ? sent.slice(0, sent.indexOf(bad)) : sent;
    const cause = bad && causes.get(bad);
    if (bad && cause === undefined) recordDeferred(queue, documentKey, [bad]);
    dequeue(queue, documentKey, done.length, bad !== undefined);
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

/** What must wait is left to a sweep: it must not fill the memory that others need. */
function dequeue(queue: OutboxQueue, documentKey: DocumentKey, count: number, isDeferred: boolean): void {
  const pending = queue.pending.get(keyOf(documentKey));
  pending?.entries.splice(0, count);
  if (isDeferred || pending?.entries.length === 0) queue.pending.delete(keyOf(documentKey));
}

/** Notes what is to be taken out; with what was noted of the same document before. */
export function scheduleCleanup(queue: OutboxQueue, { documentKey, n, entries }: OutboxCleanup): void {
  const before = queue.cleanups.get(keyOf(documentKey));
  const all = [...(before?.entries ?? []), ...entries].sort((a, b) => a.n - b.n);
  queue.cleanups.set(keyOf(documentKey), { documentKey, n: Math.max(n, before?.n ?? 0), entries: all });
}

/** The next pulls to write, oldest first. What was not written is given back by `notePull`. */
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

/** A sweep begins at the first id of the collection: what is left will be met again. */
export function beginPass(queue: OutboxQueue, collection: string): void {
  const deferred = queue.oldestDeferred.get(collection);
  if (deferred)
    queue.oldestDeferred.set(collection, { seen: Infinity, before: Math.min(deferred.seen, deferred.before) });
}

/** The sweep has been everywhere, except, with a cutoff, at what is younger than that. */
export function endPass(queue: OutboxQueue, collection: string, cutoff: Date | undefined): void {
  const deferred = queue.oldestDeferred.get(collection);
  if (deferred && deferred.before < (cutoff?.getTime() ?? Infinity)) deferred.before = Infinity;
}

/** When the oldest event was made that this process knows to wait for Kafka, in ms since 1970; undefined when none does. */
export function findOldestPending(queue: OutboxQueue): number | undefined {
  let oldest = Infinity;
  for (const { entries } of queue.pending.values()) oldest = Math.min(oldest, entries[0]?.time.getTime() ?? Infinity);
  for (const { seen, before } of queue.oldestDeferred.values()) oldest = Math.min(oldest, seen, before);
  return oldest === Infinity ? undefined : oldest;
}
