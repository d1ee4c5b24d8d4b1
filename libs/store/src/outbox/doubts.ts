import { backoff, type Log } from '@cups/contracts';
import type { AnyDocuments } from '../documents.ts';
import { where } from '../documents/collection.ts';
import { keyOf, take, type Place, type Queue } from './queue.ts';

/** A write whose answer was lost may still be under way: its document is looked at soon, and once more later. */
const looksAfterMs = [300, 5_000] as const;
const doubtsHeld = 1_000;

type Doubt = { place: Place; looks: number; due: number };

export interface Doubts {
  /** The answer of a write of this document was lost. */
  doubt(place: Place): void;
  stop(): Promise<void>;
}

/**
 * Looks at the documents of writes whose answer was lost: nobody else knows of their events. What is found is taken up and
 * `found` is called; `tooMany` is called when they are more than it remembers.
 */
export function startDoubts(
  queue: Queue,
  options: { documents: AnyDocuments[]; log: Log },
  { found, tooMany }: { found: () => void; tooMany: () => void },
): Doubts {
  const doubts = new Map<string, Doubt>();
  const wait = backoff({ first: 300, most: 5_000 });
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let stopped = false;

  const arm = (delay: number): void => {
    if (!stopped) timer ??= setTimeout(() => void (looking = look()), delay);
  };
  const look = async (): Promise<void> => {
    timer = undefined;
    const now = Date.now();
    const due = [...doubts.values()].filter((doubt) => doubt.due <= now);
    try {
      await lookAt(queue, options.documents, due);
    } catch {
      // The store is away: it is looked at when it is back.
      return arm(wait.next());
    }
    wait.reset();
    for (const doubt of due) {
      const again = looksAfterMs[(doubt.looks += 1)];
      if (again === undefined) doubts.delete(keyOf(doubt.place));
      else doubt.due = now + again;
    }
    found();
    const next = Math.min(...[...doubts.values()].map((doubt) => doubt.due));
    if (doubts.size > 0) arm(Math.max(50, next - Date.now()));
  };

  return {
    doubt(place) {
      if (doubts.size >= doubtsHeld) return tooMany();
      options.log.info({ event: 'outbox-in-doubt', resource: keyOf(place) });
      const [first] = looksAfterMs;
      doubts.set(keyOf(place), { place, looks: 0, due: Date.now() + first });
      arm(first);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

/** Takes up what waits in the documents in doubt. */
async function lookAt(queue: Queue, all: AnyDocuments[], doubts: Doubt[]): Promise<void> {
  for (const documents of all) {
    const { name: collection, internals } = documents;
    const ids = doubts.filter(({ place }) => place.collection === collection).map(({ place }) => place.id);
    if (ids.length === 0) continue;
    const filter = where({ _id: { $in: ids }, 'outbox.0': { $exists: true }, outboxBlocked: { $exists: false } });
    const left = await internals
      .collection()
      .find(filter, { projection: { outbox: 1 } })
      .toArray();
    for (const { _id, outbox } of left) take(queue, { collection, id: _id }, outbox);
  }
}
