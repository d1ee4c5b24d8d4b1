import type { mongo } from 'mongoose';
import type { Documents, OutboxEntry, StoredDocument } from './documents.ts';
import type { Metrics } from './metrics.ts';
import type { Log } from './store.ts';

/** What became of a batch. An entry in neither list is acknowledged. */
export interface PublishResult {
  /** Can never be sent: the document is isolated. */
  rejected: { entry: OutboxEntry; cause: string }[];
  /** Not now (its topic is missing, for example): tried again with the document's own delay. */
  later?: OutboxEntry[];
}

export interface RelayOptions {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- documents of any shape
  documents: Documents<any>[];
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
  /** The whole outbox of a document from its head. Commits of `documents` call it by themselves. */
  wake(id: string, entries: OutboxEntry[]): void;
  /** Publishes and pulls what is left; false when that was not done after `boundMs` (default 5,000). */
  drain(boundMs?: number): Promise<boolean>;
  stop(): Promise<void>;
}

interface Item {
  documents: Documents<StoredDocument>;
  id: string;
  /** Not yet acknowledged, in order. */
  entries: OutboxEntry[];
  notBefore: number;
  delay: number;
}

const batchDocuments = 200;
/** Below the broker's limit of 1 MB for a batch, whatever partition it goes to. */
const batchBytes = 512 * 1024;
const gatherMs = 100;
const rememberedAcks = 20_000;
const heldDocuments = 2_000;
const scanLimit = 5_000;

/**
 * Law 5. One loop, one batch in flight: the outbox of each changed document is published from its head, as stored;
 * what was acknowledged is pulled, many documents in one write. A sweep finds what another process left behind.
 * Sending twice is allowed, losing or reordering within one document is not. Replicas need no lease: they differ only in
 * who sends first, and a sweep takes up only what has waited for long.
 */
export function startRelay(options: RelayOptions): Relay {
  const { log, metrics, sweepMs = 30_000, olderThanMs = 10_000 } = options;
  const all = options.documents as unknown as Documents<StoredDocument>[];
  const queue = new Map<string, Item>();
  /** Known to have something, not held in memory. */
  const dirty = new Map<string, { documents: Documents<StoredDocument>; id: string }>();
  const acked = new Map<string, number>();
  const blocked = new Set<string>();
  let pulls = new Map<string, { item: Item; n: number; entries: OutboxEntry[] }>();
  let running: Promise<void> | undefined;
  let scheduled = false;
  let stopped = false;
  let draining = false;
  let backoff = 0;
  let away = false;
  let retryTimer: NodeJS.Timeout | undefined;
  let pullTimer: NodeJS.Timeout | undefined;
  let sweepTimer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | undefined;
  let pulling: Promise<void> = Promise.resolve();

  const published = metrics?.counter('outbox_published_total', 'Events acknowledged by Kafka', ['collection']);
  const blockedTotal = metrics?.counter('outbox_blocked_total', 'Documents isolated: an event can never be sent', [
    'collection',
  ]);
  const waiting = metrics?.gauge('outbox_waiting', 'Documents whose events wait for Kafka', []);

  const keyOf = (documents: Documents<StoredDocument>, id: string) => `${documents.name}/${id}`;

  const take = (documents: Documents<StoredDocument>, id: string, entries: OutboxEntry[]): void => {
    if (stopped || entries.length === 0) return;
    const key = keyOf(documents, id);
    if (blocked.has(key)) return;
    const held = queue.get(key);
    if (!held && queue.size >= heldDocuments) {
      dirty.set(key, { documents, id });
    } else {
      const after = Math.max(acked.get(key) ?? 0, held?.entries.at(-1)?.n ?? 0);
      const more = entries.filter((entry) => entry.n > after);
      if (held) held.entries.push(...more);
      else if (more.length > 0) queue.set(key, { documents, id, entries: more, notBefore: 0, delay: 0 });
      // Acknowledged, yet still in the document: the pull was lost with its store.
      else if (!pulls.has(key)) notePull({ documents, id, entries: [], notBefore: 0, delay: 0 }, after, []);
    }
    schedule();
  };

  const schedule = (): void => {
    if (scheduled || running || stopped || retryTimer) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      start();
    });
  };

  const start = (): void => {
    if (running || stopped) return;
    running = loop().finally(() => {
      running = undefined;
      waiting?.set({}, queue.size + dirty.size);
      if (!stopped && !retryTimer && (dirty.size > 0 || [...queue.values()].some(({ notBefore }) => notBefore === 0)))
        schedule();
    });
  };

  const retryIn = (ms: number): void => {
    clearTimeout(retryTimer);
    retryTimer = setTimeout(() => {
      retryTimer = undefined;
      start();
    }, ms);
  };

  const nextBatch = (): Map<Item, number> => {
    const batch = new Map<Item, number>();
    const now = Date.now();
    let bytes = 0;
    for (const item of queue.values()) {
      if (item.notBefore > now) continue;
      let count = 0;
      for (const entry of item.entries) {
        const size = entry.data.length + 700;
        if (bytes > 0 && bytes + size > batchBytes) break;
        bytes += size;
        count += 1;
      }
      if (count > 0) batch.set(item, count);
      if (batch.size >= batchDocuments || bytes >= batchBytes || count < item.entries.length) break;
    }
    return batch;
  };

  const loop = async (): Promise<void> => {
    while (!stopped) {
      if (queue.size < heldDocuments / 2 && dirty.size > 0 && !(await fill())) return retryIn(1_000);
      const batch = nextBatch();
      if (batch.size === 0) {
        const soonest = Math.min(...[...queue.values()].map(({ notBefore }) => notBefore));
        if (Number.isFinite(soonest)) retryIn(Math.max(10, soonest - Date.now()));
        return;
      }
      const entries = [...batch].flatMap(([item, count]) => item.entries.slice(0, count));
      let result: PublishResult;
      try {
        result = await options.publish(entries);
      } catch (error) {
        backoff = Math.min(5_000, backoff === 0 ? 200 : backoff * 2);
        if (!away) log.warn({ event: 'outbox-waits', count: queue.size, error });
        away = true;
        waiting?.set({}, queue.size + dirty.size);
        return retryIn(draining ? 200 : backoff * (0.75 + Math.random() / 2));
      }
      if (away) log.info({ event: 'outbox-flows', count: queue.size + dirty.size });
      away = false;
      backoff = 0;
      settle(batch, result);
    }
  };

  const settle = (batch: Map<Item, number>, result: PublishResult): void => {
    const rejected = new Map(result.rejected.map(({ entry, cause }) => [entry, cause]));
    const later = new Set(result.later);
    for (const [item, count] of batch) {
      const key = keyOf(item.documents, item.id);
      const sent = item.entries.slice(0, count);
      const firstBad = sent.findIndex((entry) => rejected.has(entry) || later.has(entry));
      const done = firstBad === -1 ? sent : sent.slice(0, firstBad);
      item.entries.splice(0, done.length);
      if (item.entries.length === 0) queue.delete(key);
      const last = done.at(-1);
      if (last) {
        remember(key, last.n);
        published?.inc({ collection: item.documents.name }, done.length);
        notePull(item, last.n, done);
        item.delay = 0;
        item.notBefore = 0;
      }
      const bad = firstBad === -1 ? undefined : sent[firstBad];
      if (bad && rejected.has(bad)) void isolate(item, key, rejected.get(bad) ?? 'REJECTED');
      else if (bad) {
        item.delay = Math.min(5_000, item.delay === 0 ? 200 : item.delay * 2);
        item.notBefore = Date.now() + item.delay;
      }
    }
  };

  const remember = (key: string, n: number): void => {
    acked.delete(key);
    acked.set(key, n);
    if (acked.size > rememberedAcks) acked.delete(acked.keys().next().value as string);
  };

  const isolate = async (item: Item, key: string, cause: string): Promise<void> => {
    blocked.add(key);
    queue.delete(key);
    blockedTotal?.inc({ collection: item.documents.name });
    log.error({ event: 'outbox-blocked', resource: key, reason: cause });
    try {
      const flag = { cause, time: new Date() };
      await item.documents.internals
        .collection()
        .updateOne({ _id: item.id }, { $set: { outboxBlocked: flag } } as mongo.UpdateFilter<StoredDocument>);
    } catch {
      // The sweep meets it again, and so does the refusal.
      blocked.delete(key);
    }
  };

  const notePull = (item: Item, n: number, entries: OutboxEntry[]): void => {
    const key = keyOf(item.documents, item.id);
    const before = pulls.get(key);
    pulls.set(key, { item, n: Math.max(n, before?.n ?? 0), entries: [...(before?.entries ?? []), ...entries] });
    if (pulls.size >= batchDocuments) void flush();
    else pullTimer ??= setTimeout(() => void flush(), gatherMs);
  };

  const flush = (): Promise<void> => {
    clearTimeout(pullTimer);
    pullTimer = undefined;
    return (pulling = pulling.then(async () => {
      const mine = pulls;
      pulls = new Map();
      for (const documents of all) {
        const some = [...mine.values()].filter(({ item }) => item.documents === documents);
        if (some.length === 0) continue;
        try {
          await documents.internals.collection().bulkWrite(some.flatMap(pullOf), { ordered: false });
        } catch {
          for (const { item, n, entries } of some) {
            const key = keyOf(documents, item.id);
            const newer = pulls.get(key);
            pulls.set(key, { item, n: Math.max(n, newer?.n ?? 0), entries: [...entries, ...(newer?.entries ?? [])] });
          }
          if (!stopped) pullTimer ??= setTimeout(() => void flush(), 1_000);
        }
      }
    }));
  };

  const pullOf = (pull: {
    item: Item;
    n: number;
    entries: OutboxEntry[];
  }): mongo.AnyBulkWriteOperation<StoredDocument>[] => {
    const { documents, id } = pull.item;
    const extra = pull.entries.length > 0 ? options.afterPublish?.(id, pull.entries, documents.name) : undefined;
    const $pull = { outbox: { n: { $lte: pull.n } } };
    const plain = { updateOne: { filter: { _id: id }, update: { $pull } as mongo.UpdateFilter<StoredDocument> } };
    if (!extra) return [plain];
    for (const [path, value] of Object.entries(extra)) documents.internals.check(path, value);
    const marked = {
      updateOne: { filter: { _id: id, ...options.onlyWhere }, update: { $pull, $set: extra } },
    };
    // Where the mark no longer applies, the entries must go all the same.
    const writes = options.onlyWhere ? [marked, plain] : [marked];
    return writes as unknown as mongo.AnyBulkWriteOperation<StoredDocument>[];
  };

  /** Reads documents known to be dirty into the queue; false when the store is away. */
  const fill = async (): Promise<boolean> => {
    const some = [...dirty].slice(0, batchDocuments);
    for (const documents of all) {
      const ids = some.filter(([, one]) => one.documents === documents).map(([, { id }]) => id);
      if (ids.length === 0) continue;
      try {
        const found = await documents.internals
          .collection()
          .find({ _id: { $in: ids } }, { projection: { outbox: 1, outboxBlocked: 1 } })
          .toArray();
        for (const id of ids) dirty.delete(keyOf(documents, id));
        for (const { _id, outbox, outboxBlocked } of found)
          if (!outboxBlocked) take(documents, _id, outbox as OutboxEntry[]);
      } catch {
        return false;
      }
    }
    return true;
  };

  /** Finds documents with events that wait; resolves with the time it took, so that big collections are swept rarely. */
  const sweep = async (cutoff: Date | undefined): Promise<number> => {
    const began = Date.now();
    for (const documents of all) {
      const filter = {
        'outbox.0': { $exists: true },
        outboxBlocked: { $exists: false },
        ...(cutoff ? { 'outbox.time': { $lt: cutoff } } : {}),
      } as unknown as mongo.Filter<StoredDocument>;
      const cursor = documents.internals.collection().find(filter, { projection: { _id: 1 }, limit: scanLimit });
      for await (const { _id } of cursor) {
        const key = keyOf(documents, _id);
        if (!queue.has(key) && !blocked.has(key)) dirty.set(key, { documents, id: _id });
      }
    }
    if (dirty.size > 0) schedule();
    return Date.now() - began;
  };

  const sweepLater = (delay: number, first: boolean): void => {
    if (stopped) return;
    sweepTimer = setTimeout(() => {
      sweeping = sweep(first ? undefined : new Date(Date.now() - olderThanMs)).then(
        (took) => sweepLater(Math.max(sweepMs, took * 200) * (0.8 + Math.random() * 0.4), false),
        () => sweepLater(first ? 250 : 2_000, first),
      );
    }, delay);
  };
  sweepLater(0, true);

  const detach = all.map((documents) => {
    const listener = (id: string, entries: OutboxEntry[]) => take(documents, id, entries);
    documents.internals.listeners.add(listener);
    return () => documents.internals.listeners.delete(listener);
  });

  return {
    wake: (id, entries) => all[0] && take(all[0], id, entries),
    async drain(boundMs = 5_000) {
      draining = true;
      const end = Date.now() + boundMs;
      while (Date.now() < end) {
        if (queue.size === 0 && dirty.size === 0) {
          await flush();
          if (pulls.size === 0 && queue.size === 0 && dirty.size === 0) break;
        }
        if (!retryTimer || !away) {
          clearTimeout(retryTimer);
          retryTimer = undefined;
          start();
        }
        await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 50))]);
        if (!running) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      draining = false;
      return queue.size === 0 && dirty.size === 0 && pulls.size === 0;
    },
    async stop() {
      for (const off of detach) off();
      clearTimeout(retryTimer);
      clearTimeout(sweepTimer);
      stopped = true;
      await sweeping;
      await running;
      await flush();
      clearTimeout(sweepTimer);
      clearTimeout(pullTimer);
    },
  };
}
