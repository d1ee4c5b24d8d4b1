import { backoff, type Log } from '@cups/contracts';
import type { AnyDocuments } from '../documents/documents.ts';
import { asFilter } from '../documents/collection.ts';
import { keyOf, enqueue, type DocumentKey, type OutboxQueue } from './queue.ts';

/** A write without a response may still be in progress, so its document is checked soon and once more later. */
const RECHECK_DELAYS_MS = [300, 5_000] as const;
const MAX_UNCERTAIN_WRITES = 1_000;

type UncertainWrite = { documentKey: DocumentKey; checks: number; due: number };

export interface UncertainWrites {
  /** Adds a document whose write got no response. */
  add(documentKey: DocumentKey): void;
  stop(): Promise<void>;
}

/**
 * Checks documents of writes without a response, whose events no other part knows. Queues the found events and calls
 * `onFound`, or `onOverflow` above its limit.
 */
export function startUncertainWrites(
  queue: OutboxQueue,
  options: { documents: AnyDocuments[]; log: Log },
  { onFound, onOverflow }: { onFound: () => void; onOverflow: () => void },
): UncertainWrites {
  const writes = new Map<string, UncertainWrite>();
  const wait = backoff({ initialMs: 300, maxMs: 5_000 });
  let timer: NodeJS.Timeout | undefined;
  let checking: Promise<void> | undefined;
  let stopped = false;

  const arm = (delay: number): void => {
    if (!stopped) timer ??= setTimeout(() => void (checking = check()), delay);
  };
  const check = async (): Promise<void> => {
    timer = undefined;
    const now = Date.now();
    const due = [...writes.values()].filter((write) => write.due <= now);
    try {
      await enqueuePending(queue, options.documents, due);
    } catch {
      // The store is unavailable; retry with backoff.
      return arm(wait.next());
    }
    wait.reset();
    for (const write of due) {
      const again = RECHECK_DELAYS_MS[(write.checks += 1)];
      if (again === undefined) writes.delete(keyOf(write.documentKey));
      else write.due = now + again;
    }
    onFound();
    const next = Math.min(...[...writes.values()].map((write) => write.due));
    if (writes.size > 0) arm(Math.max(50, next - Date.now()));
  };

  return {
    add(documentKey) {
      if (writes.size >= MAX_UNCERTAIN_WRITES) return onOverflow();
      options.log.info({ event: 'outbox-write-uncertain', resource: keyOf(documentKey) });
      const [first] = RECHECK_DELAYS_MS;
      writes.set(keyOf(documentKey), { documentKey, checks: 0, due: Date.now() + first });
      arm(first);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await checking;
    },
  };
}

async function enqueuePending(queue: OutboxQueue, all: AnyDocuments[], writes: UncertainWrite[]): Promise<void> {
  for (const documents of all) {
    const { name: collection, internals } = documents;
    const ids = writes
      .filter(({ documentKey }) => documentKey.collection === collection)
      .map(({ documentKey }) => documentKey.id);
    if (ids.length === 0) continue;
    const filter = asFilter({ _id: { $in: ids }, 'outbox.0': { $exists: true }, outboxBlocked: { $exists: false } });
    const left = await internals
      .collection()
      .find(filter, { projection: { outbox: 1 } })
      .toArray();
    for (const { _id, outbox } of left) enqueue(queue, { collection, id: _id }, outbox);
  }
}
