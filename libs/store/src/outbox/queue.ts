import type { StoredEvent } from '@cups/contracts';
import { LRUCache } from 'lru-cache';

/** A document, by its collection and id. */
export type Place = { collection: string; id: string };
/** A document's entries that are to be published, in order. */
export type Held = { place: Place; entries: StoredEvent[] };
/** Entries up to `n` are acknowledged and are to be taken out; `entries` are those that were published here. */
export type Pull = { place: Place; n: number; entries: StoredEvent[] };

/** What became of a batch; an entry in neither list is acknowledged. */
export interface PublishResult {
  /** Can never be sent: the document is isolated. */
  rejected: { entry: StoredEvent; cause: string }[];
  /** Not now (its topic is missing, for example): tried again with the document's own delay. */
  later?: StoredEvent[];
}

/** What the relay holds in memory. The functions below are all that changes it. */
export interface Queue {
  held: Map<string, Held>;
  /** The last n that is known to be acknowledged, of the documents published last. */
  acked: LRUCache<string, number>;
  /** Refused for good; the flag is being written. */
  refused: Set<string>;
  pulls: Map<string, Pull>;
  /** More waits in the store than memory may hold: swept in when nothing is held. */
  overflow: boolean;
  /** Collections of which something was dropped since their sweep began at the first id. */
  dropped: Set<string>;
  /** Of what waits in the store and is not held, by collection. */
  left: Map<string, Left>;
}

/**
 * When the oldest event was made that had to be left in the store, in ms since 1970, Infinity for none: as seen in this pass
 * of sweeps over the collection, and before it. What was seen before counts until the pass has been everywhere.
 */
interface Left {
  seen: number;
  before: number;
}

export interface Limits {
  documents: number;
  /** Documents of a batch, and of one write that takes entries out. */
  batchDocuments: number;
  /** Below the broker's limit of 1 MB for what goes to one partition. */
  batchBytes: number;
  /** Acknowledgements that are remembered. */
  acked: number;
  /** With so many that wait to be taken out, nothing more is published. */
  pulls: number;
}
export const limits: Limits = {
  documents: 1_000,
  batchDocuments: 200,
  batchBytes: 512 * 1024,
  acked: 20_000,
  pulls: 2_000,
};
/** What a message takes beside its data: headers and key. */
const entryBytes = 700;

export const emptyQueue = ({ acked } = limits): Queue => ({
  held: new Map(),
  acked: new LRUCache({ max: acked }),
  refused: new Set(),
  pulls: new Map(),
  overflow: false,
  dropped: new Set(),
  left: new Map(),
});
export const keyOf = ({ collection, id }: Place): string => `${collection}/${id}`;

/** Takes up a document's whole outbox, as stored; what is held or acknowledged already is not taken twice. */
export function take(queue: Queue, place: Place, entries: StoredEvent[], { documents } = limits): void {
  const key = keyOf(place);
  if (entries.length === 0 || queue.refused.has(key)) return;
  const held = queue.held.get(key);
  const after = Math.max(queue.acked.peek(key) ?? 0, held?.entries.at(-1)?.n ?? 0);
  const more = entries.filter(({ n }) => n > after);
  if (held) held.entries.push(...more);
  // Acknowledged, yet still there: the pull was lost.
  else if (more.length === 0) notePull(queue, { place, n: after, entries: [] });
  else if (queue.held.size < documents) queue.held.set(key, { place, entries: more });
  else {
    queue.overflow = true;
    queue.dropped.add(place.collection);
    noteLeft(queue, place, more);
  }
}

/** What is to be published next, each document from its head; empty when nothing is held or too many pulls wait. */
export function nextBatch(queue: Queue, { batchDocuments, batchBytes, pulls } = limits): Held[] {
  const batch: Held[] = [];
  if (queue.pulls.size >= pulls) return batch;
  let bytes = 0;
  for (const { place, entries } of queue.held.values()) {
    const part: StoredEvent[] = [];
    for (const entry of entries) {
      const size = entry.data.length + entryBytes;
      if (bytes > 0 && bytes + size > batchBytes) break;
      bytes += size;
      part.push(entry);
    }
    if (part.length > 0) batch.push({ place, entries: part });
    if (part.length < entries.length || batch.length >= batchDocuments) break;
  }
  return batch;
}

/** What a published batch leaves to do: count, isolate, and come back to what could not go now. */
export interface Settled {
  done: { collection: string; entries: StoredEvent[] }[];
  isolated: { place: Place; cause: string }[];
  waits: boolean;
}

/** Books what became of a batch: of each document, what stands before its first bad entry is acknowledged. */
export function settle(queue: Queue, batch: Held[], { rejected, later = [] }: PublishResult): Settled {
  const causes = new Map<StoredEvent, string | undefined>(later.map((entry) => [entry, undefined]));
  for (const { entry, cause } of rejected) causes.set(entry, cause);
  const settled: Settled = { done: [], isolated: [], waits: later.length > 0 };
  for (const { place, entries: sent } of batch) {
    const bad = causes.size === 0 ? undefined : sent.find((entry) => causes.has(entry));
    const done = bad ? sent.slice(0, sent.indexOf(bad)) : sent;
    const cause = bad && causes.get(bad);
    if (bad && cause === undefined) noteLeft(queue, place, [bad]);
    release(queue, place, done.length, bad !== undefined);
    if (cause !== undefined) {
      queue.refused.add(keyOf(place));
      settled.isolated.push({ place, cause });
    }
    const last = done.at(-1);
    if (!last) continue;
    queue.acked.set(keyOf(place), last.n);
    notePull(queue, { place, n: last.n, entries: done });
    settled.done.push({ collection: place.collection, entries: done });
  }
  return settled;
}

/** What must wait is left to a sweep: it must not fill the memory that others need. */
function release(queue: Queue, place: Place, count: number, waits: boolean): void {
  const held = queue.held.get(keyOf(place));
  held?.entries.splice(0, count);
  if (waits || held?.entries.length === 0) queue.held.delete(keyOf(place));
}

/** Notes what is to be taken out; with what was noted of the same document before. */
export function notePull(queue: Queue, { place, n, entries }: Pull): void {
  const before = queue.pulls.get(keyOf(place));
  const all = [...(before?.entries ?? []), ...entries].sort((a, b) => a.n - b.n);
  queue.pulls.set(keyOf(place), { place, n: Math.max(n, before?.n ?? 0), entries: all });
}

/** The next pulls to write, oldest first. What was not written is given back by `notePull`. */
export function takePulls(queue: Queue, { batchDocuments } = limits): Pull[] {
  const taken = [...queue.pulls].slice(0, batchDocuments);
  for (const [key] of taken) queue.pulls.delete(key);
  return taken.map(([, pull]) => pull);
}

function noteLeft(queue: Queue, { collection }: Place, [oldest]: StoredEvent[]): void {
  const left = queue.left.get(collection) ?? { seen: Infinity, before: Infinity };
  if (oldest) left.seen = Math.min(left.seen, oldest.time.getTime());
  queue.left.set(collection, left);
}

/** A sweep begins at the first id of the collection: what is left will be met again. */
export function beginPass(queue: Queue, collection: string): void {
  const left = queue.left.get(collection);
  if (left) queue.left.set(collection, { seen: Infinity, before: Math.min(left.seen, left.before) });
}

/** The sweep has been everywhere, except, with a cutoff, at what is younger than that. */
export function endPass(queue: Queue, collection: string, cutoff: Date | undefined): void {
  const left = queue.left.get(collection);
  if (left && left.before < (cutoff?.getTime() ?? Infinity)) left.before = Infinity;
}

/** When the oldest event was made that this process knows to wait for Kafka, in ms since 1970; undefined when none does. */
export function oldestWaiting(queue: Queue): number | undefined {
  let oldest = Infinity;
  for (const { entries } of queue.held.values()) oldest = Math.min(oldest, entries[0]?.time.getTime() ?? Infinity);
  for (const { seen, before } of queue.left.values()) oldest = Math.min(oldest, seen, before);
  return oldest === Infinity ? undefined : oldest;
}
