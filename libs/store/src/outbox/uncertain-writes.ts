import { backoff, type Log } from '@cups/contracts';
import type { AnyDocuments } from '../documents/documents.ts';
import { asFilter } from '../documents/collection.ts';
import { keyOf, enqueue, type DocumentKey, type OutboxQueue } from './queue.ts';

/** A write whose answer was lost may still be under way: its document is looked at soon, and once more later. */
const RECHECK_DELAYS_MS = [300, 5_000] as const;
const MAX_UNCERTAIN_WRITES = 1_000;

type UncertainWrite = { documentKey: DocumentKey; checks: number; due: number };

export interface UncertainWrites {
  /** The answer of a write of this document was lost. */
  add(documentKey: DocumentKey): void;
  stop(): Promise<void>;
}

/**
 * Looks at the documents of writes whose answer was lost: nobody else knows of their events. What is found is taken up and
 * `found` is called; `tooMany` is called when they are more than it remembers.
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
      // The store is away: it is looked at when it is back.
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
      options.log.info({ event: 'outbox-in-doubt', resource: keyOf(documentKey) });
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

/** Takes up what waits in the documents in doubt. */
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
