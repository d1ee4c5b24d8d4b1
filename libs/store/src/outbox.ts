import type { mongo } from 'mongoose';
import type { AnyDocuments, OutboxEntry, StoredDocument } from './documents.ts';
import type { Log, Metrics } from './store.ts';

/** What became of a batch; an entry in neither list is acknowledged. */
export interface PublishResult {
  /** Can never be sent: the document is isolated. */
  rejected: { entry: OutboxEntry; cause: string }[];
  /** Not now (its topic is missing, for example): tried again with the document's own delay. */
  later?: OutboxEntry[];
}

export interface RelayOptions {
  documents: AnyDocuments[];
  /** Sends the entries in this order and resolves when they are acknowledged; throws when the broker is away. */
  publish: (entries: OutboxEntry[]) => Promise<PublishResult>;
  log: Log;
  metrics?: Metrics;
  /** Fields to set in the same write that takes the entries out; raises no revision. */
  afterPublish?: (id: string, entries: OutboxEntry[], collection: string) => Record<string, unknown> | undefined;
  /** `afterPublish` applies only to documents that still fit this filter (a reply may have been quicker). */
  onlyWhere?: Record<string, unknown>;
  /** Milliseconds between sweeps. Default 30,000. */
  sweepMs?: number;
  /** Age in ms from which a sweep takes an entry up. Default 10,000; the first sweep takes all. */
  olderThanMs?: number;
}

export interface Relay {
  /** The whole outbox of a document of the first collection. Commits call it by themselves. */
  wake(id: string, entries: OutboxEntry[]): void;
  /** Publishes and pulls what is left; false when that was not done within the bound (default 5,000 ms). */
  drain(boundMs?: number): Promise<boolean>;
  stop(): Promise<void>;
}

/** A document's entries that are to be published, in order. */
type Item = { documents: AnyDocuments; id: string; entries: OutboxEntry[] };
/** Entries up to `n` are acknowledged. */
type Pull = Item & { n: number };

const batchDocuments = 200;
/** Below the broker's limit of 1 MB for what goes to one partition. */
const batchBytes = 512 * 1024;
const gatherMs = 100;
const rememberedAcks = 20_000;
const heldDocuments = 1_000;
const sweepDocuments = 500;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Law 5. One loop, one batch in flight: the outbox of each changed document is published from its head, as stored; what was
 * acknowledged is pulled, many documents in one write. A sweep finds what another process left behind. Sending twice is
 * allowed, losing or reordering within one document is not. Replicas need no lease: a sweep takes up only what has
 * waited for long, with jitter.
 */
export function startRelay(options: RelayOptions): Relay {
  const { documents: all, log, metrics, sweepMs = 30_000, olderThanMs = 10_000 } = options;
  const queue = new Map<string, Item>();
  /** More waits in the store than memory may hold: swept in when the queue is empty. */
  let overflow = false;
  const sweptTo = new Map<AnyDocuments, string>();
  /** Since the sweep began at the first id: it may have passed by what was dropped. */
  const dropped = new Set<AnyDocuments>();
  const acked = new Map<string, number>();
  /** Refused for good; the flag is being written. */
  const refused = new Set<string>();
  let pulls = new Map<string, Pull>();
  let running: Promise<void> | undefined;
  let state: 'runs' | 'drains' | 'stopped' = 'runs';
  let backoff = 0;
  let laterMs = 0;
  let wakeTimer: NodeJS.Timeout | undefined;
  let pullTimer: NodeJS.Timeout | undefined;
  let sweepTimer: NodeJS.Timeout | undefined;
  let scheduled = false;
  let sweeping: Promise<void> | undefined;
  let pulling = Promise.resolve();
  const published = metrics?.counter('outbox_published_total', 'Events acknowledged by Kafka', ['collection']);
  const blocked = metrics?.counter('outbox_blocked_total', 'ALARM: documents isolated', ['collection']);
  const waiting = metrics?.gauge('outbox_waiting', 'Documents whose events wait for Kafka', []);
  const keyOf = (documents: AnyDocuments, id: string) => `${documents.name}/${id}`;

  const take = (documents: AnyDocuments, id: string, entries: OutboxEntry[]): void => {
    const key = keyOf(documents, id);
    if (state === 'stopped' || entries.length === 0 || refused.has(key)) return;
    const held = queue.get(key);
    const after = Math.max(acked.get(key) ?? 0, held?.entries.at(-1)?.n ?? 0);
    const more = entries.filter(({ n }) => n > after);
    if (held) held.entries.push(...more);
    // Acknowledged, yet still there: the pull was lost.
    else if (more.length === 0) notePull(key, { documents, id, n: after, entries: [] });
    else if (queue.size < heldDocuments) queue.set(key, { documents, id, entries: more });
    else {
      overflow = true;
      dropped.add(documents);
    }
    schedule();
  };

  const schedule = (): void => {
    if (scheduled || running || wakeTimer || state === 'stopped') return;
    scheduled = true;
    // After the answer of the commit has gone out.
    setImmediate(() => {
      scheduled = false;
      start();
    });
  };
  const start = (delay = 0): void => {
    clearTimeout(wakeTimer);
    wakeTimer = delay > 0 ? setTimeout(start, delay) : undefined;
    if (delay > 0 || running || state === 'stopped') return;
    running = loop().then((wait) => {
      running = undefined;
      waiting?.set({}, queue.size);
      if (wait > 0) start(wait);
      else if (queue.size > 0) schedule();
    });
  };

  /** Works until nothing is left; resolves with the ms to wait before more can be done, else 0. */
  const loop = async (): Promise<number> => {
    while (state !== 'stopped') {
      if (queue.size === 0 && overflow) {
        overflow = false;
        await sweep(undefined).catch(() => (overflow = true));
        if (queue.size === 0) return overflow ? 1_000 : 0;
      }
      if (queue.size === 0) return 0;
      const batch = nextBatch();
      try {
        settle(batch, await options.publish([...batch.values()].flat()));
      } catch (error) {
        if (backoff === 0) log.warn({ event: 'outbox-waits', count: queue.size, error });
        backoff = Math.min(5_000, backoff * 2 || 200);
        return state === 'drains' ? 200 : backoff * (0.75 + Math.random() / 2);
      }
      if (backoff > 0) log.info({ event: 'outbox-flows', count: queue.size });
      backoff = 0;
    }
    return 0;
  };

  const nextBatch = (): Map<Item, OutboxEntry[]> => {
    const batch = new Map<Item, OutboxEntry[]>();
    let bytes = 0;
    for (const item of queue.values()) {
      const part: OutboxEntry[] = [];
      for (const entry of item.entries) {
        const size = entry.data.length + 700;
        if (bytes > 0 && bytes + size > batchBytes) break;
        bytes += size;
        part.push(entry);
      }
      if (part.length > 0) batch.set(item, part);
      if (part.length < item.entries.length || batch.size >= batchDocuments) break;
    }
    return batch;
  };

  const settle = (batch: Map<Item, OutboxEntry[]>, { rejected, later = [] }: PublishResult): void => {
    const causes = new Map<OutboxEntry, string | undefined>(later.map((entry) => [entry, undefined]));
    for (const { entry, cause } of rejected) causes.set(entry, cause);
    for (const [item, sent] of batch) {
      const { documents, id } = item;
      const key = keyOf(documents, id);
      const bad = causes.size === 0 ? undefined : sent.find((entry) => causes.has(entry));
      const done = bad ? sent.slice(0, sent.indexOf(bad)) : sent;
      item.entries.splice(0, done.length);
      // What must wait is left to a sweep: it must not fill the memory that others need.
      if (bad || item.entries.length === 0) queue.delete(key);
      const cause = bad && causes.get(bad);
      if (cause !== undefined) void isolate(item, key, cause);
      const last = done.at(-1);
      if (!last) continue;
      acked.delete(key);
      acked.set(key, last.n);
      if (acked.size > rememberedAcks) acked.delete(acked.keys().next().value as string);
      published?.inc({ collection: documents.name }, done.length);
      notePull(key, { documents, id, n: last.n, entries: done });
    }
    if (later.length > 0) sweepIn((laterMs = Math.min(sweepMs, laterMs * 2 || 500)), true);
    else laterMs = 0;
  };

  const isolate = async ({ documents, id }: Item, key: string, cause: string): Promise<void> => {
    refused.add(key);
    blocked?.inc({ collection: documents.name });
    log.error({ event: 'outbox-blocked', resource: key, reason: cause });
    try {
      const flag = { outboxBlocked: { cause, time: new Date() } };
      await documents.internals.collection().updateOne({ _id: id }, { $set: flag });
    } catch {
      // The sweep meets it again, and so does the refusal.
    }
    refused.delete(key);
  };

  const notePull = (key: string, { entries, ...pull }: Pull): void => {
    const before = pulls.get(key);
    pulls.set(key, { ...pull, n: Math.max(pull.n, before?.n ?? 0), entries: [...(before?.entries ?? []), ...entries] });
    if (pulls.size >= batchDocuments) void flush();
    else pullTimer ??= setTimeout(() => void flush(), gatherMs);
  };
  const flush = (): Promise<void> => {
    clearTimeout(pullTimer);
    pullTimer = undefined;
    pulling = pulling.then(async () => {
      const mine = [...pulls];
      pulls = new Map();
      for (const documents of all) {
        const some = mine.filter(([, pull]) => pull.documents === documents);
        if (some.length === 0) continue;
        try {
          const writes = some.flatMap(([, pull]) => writesOf(pull));
          await documents.internals.collection().bulkWrite(writes, { ordered: false });
        } catch {
          // The store is away, at the call or in the middle: what was acknowledged is taken out when it is back.
          for (const [key, pull] of some) notePull(key, pull);
        }
      }
    });
    return pulling;
  };
  const writesOf = ({ documents, id, n, entries }: Pull): mongo.AnyBulkWriteOperation<StoredDocument>[] => {
    const $pull = { outbox: { n: { $lte: n } } } as mongo.UpdateFilter<StoredDocument>['$pull'] & object;
    const plain = { updateOne: { filter: { _id: id }, update: { $pull } } };
    const $set = entries.length > 0 ? options.afterPublish?.(id, entries, documents.name) : undefined;
    if (!$set) return [plain];
    for (const path in $set) documents.internals.check(path, $set[path]);
    const marked = { updateOne: { filter: { ...options.onlyWhere, _id: id }, update: { $pull, $set } } };
    // Where the mark no longer applies, the entries must go all the same.
    return options.onlyWhere ? [marked, plain] : [marked];
  };

  /** Takes up what has waited since before `cutoff`, as much as may be held; resolves with the ms it took. */
  const sweep = async (cutoff: Date | undefined): Promise<number> => {
    const began = Date.now();
    for (const documents of all) {
      const waits = cutoff ? { 'outbox.time': { $lt: cutoff } } : { 'outbox.0': { $exists: true } };
      const from = sweptTo.get(documents) ?? '';
      if (from === '') dropped.delete(documents);
      const rest = { outboxBlocked: { $exists: false }, _id: { $gt: from } };
      const filter = { ...waits, ...rest } as unknown as mongo.Filter<StoredDocument>;
      const how = { projection: { outbox: 1 }, sort: { _id: 1 as const }, limit: sweepDocuments };
      const found = await documents.internals.collection().find(filter, how).toArray();
      const last = found.length === sweepDocuments ? (found.at(-1)?._id ?? '') : '';
      sweptTo.set(documents, last);
      if (last !== '' || dropped.has(documents)) overflow = true;
      for (const { _id, outbox } of found) take(documents, _id, outbox as OutboxEntry[]);
    }
    return Date.now() - began;
  };
  const sweepIn = (delay: number, everything = false): void => {
    clearTimeout(sweepTimer);
    if (state === 'stopped') return;
    sweepTimer = setTimeout(() => {
      // A sweep that takes long (a big collection, an index that is not used) comes more rarely.
      sweeping = sweep(everything ? undefined : new Date(Date.now() - olderThanMs)).then(
        (took) => sweepIn(Math.max(sweepMs, took * 200) * (0.8 + Math.random() * 0.4)),
        () => sweepIn(everything ? 250 : 2_000, everything),
      );
    }, delay);
  };
  sweepIn(0, true);

  const detach = all.map((documents) => {
    const tell = (id: string, entries: OutboxEntry[]) => take(documents, id, entries);
    documents.internals.listeners.add(tell);
    return () => documents.internals.listeners.delete(tell);
  });

  return {
    wake: (id, entries) => all[0] && take(all[0], id, entries),
    async drain(boundMs = 5_000) {
      const end = Date.now() + boundMs;
      const left = () => queue.size + pulls.size + Number(overflow);
      state = 'drains';
      while (left() > 0 && Date.now() < end) {
        if (queue.size === 0 && !overflow) await Promise.race([flush(), pause(500)]);
        else if (backoff === 0) start();
        await Promise.race([running ?? pause(20), pause(50)]);
      }
      state = 'runs';
      return left() === 0;
    },
    async stop() {
      for (const off of detach) off();
      state = 'stopped';
      clearTimeout(wakeTimer);
      clearTimeout(sweepTimer);
      await sweeping;
      await running;
      await flush();
      clearTimeout(pullTimer);
    },
  };
}
