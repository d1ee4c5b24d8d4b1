import { backoff, type Log, type Metrics, type StoredEvent } from '@cups/contracts';
import type { mongo } from 'mongoose';
import type { AnyDocuments } from '../documents.ts';
import type { StoredDocument } from '../documents/document.ts';
import { limits, notePull, takePulls, type Pull, type Queue } from './queue.ts';

export interface PullOptions {
  documents: AnyDocuments[];
  log: Log;
  metrics?: Metrics;
  /** Fields to set in the same write that takes the entries out; raises no revision. */
  afterPublish?:
    ((id: string, entries: StoredEvent[], collection: string) => Record<string, unknown> | undefined) | undefined;
  /** `afterPublish` applies only to documents that still fit this filter (a reply may have been quicker). */
  onlyWhere?: Record<string, unknown>;
}

export interface Pulls {
  /** Something may have been noted in the queue. */
  noted(): void;
  /** Writes now, also while it would wait; one at a time. */
  flush(): Promise<void>;
  /** A write is under way: until it is refused, what it takes out does not wait in the queue. */
  isWriting(): boolean;
  /** The last write was refused. */
  areRefused(): boolean;
  stop(): Promise<void>;
}

type Write = mongo.AnyBulkWriteOperation<StoredDocument>;

const gatherMs = 100;
const leastWaitMs = 200;
const mostWaitMs = 5_000;
/** While the store stays away, it is told again this often; whoever drains asks much more often. */
const tellAgainMs = 60_000;

/**
 * Takes out of the outboxes what was acknowledged, many documents in one write. A write that is refused is tried again
 * after 0.2 to 5 s and not before, however much is noted meanwhile: the driver needs the time to find its server again.
 */
export function startPulls(queue: Queue, options: PullOptions): Pulls {
  const { log, metrics } = options;
  const waiting = metrics?.gauge('outbox_pulls_waiting', 'Documents whose published events are still in them', []);
  const refusals = metrics?.counter('outbox_pulls_refused_total', 'Writes that took events out and were refused', []);
  const wait = backoff({ first: leastWaitMs, most: mostWaitMs });
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let quietUntil = 0;

  const arm = (delay: number): void => {
    timer ??= setTimeout(() => void flush(), delay);
  };
  const work = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    while (queue.pulls.size > 0) {
      const failure = await writeSome(queue, options);
      waiting?.set({}, queue.pulls.size);
      if (failure) {
        const delayMs = Math.round(wait.next());
        refusals?.inc({});
        if (Date.now() >= quietUntil) {
          quietUntil = Date.now() + tellAgainMs;
          log.warn({ event: 'outbox-pulls-refused', count: queue.pulls.size, delayMs, error: failure.error });
        }
        return arm(delayMs);
      }
      if (wait.failures() > 0) log.info({ event: 'outbox-pulls-flow', count: queue.pulls.size });
      wait.reset();
      quietUntil = 0;
    }
  };
  const flush = (): Promise<void> =>
    (running ??= work().finally(() => {
      running = undefined;
      if (queue.pulls.size > 0) arm(gatherMs);
    }));

  return {
    noted() {
      if (queue.pulls.size === 0 || running || wait.failures() > 0) return;
      if (queue.pulls.size >= limits.batchDocuments) void flush();
      else arm(gatherMs);
    },
    flush,
    isWriting: () => running !== undefined,
    areRefused: () => wait.failures() > 0,
    async stop() {
      await flush();
      clearTimeout(timer);
    },
  };
}

/** One write for each collection; what was refused is noted again. @returns the failure, when there was one */
async function writeSome(queue: Queue, options: PullOptions): Promise<{ error: unknown } | undefined> {
  let failure: { error: unknown } | undefined;
  const pulls = takePulls(queue);
  for (const documents of options.documents) {
    const mine = pulls.filter(({ place }) => place.collection === documents.name);
    if (mine.length === 0) continue;
    try {
      const writes = mine.flatMap((pull) => writesOf(pull, options, documents.internals.check));
      await documents.internals.collection().bulkWrite(writes, { ordered: false });
    } catch (error) {
      for (const pull of mine) notePull(queue, pull);
      failure = { error };
    }
  }
  return failure;
}

function writesOf(
  { place, n, entries }: Pull,
  { afterPublish, onlyWhere }: PullOptions,
  check: (path: string, value: unknown) => void,
): Write[] {
  const $pull = { outbox: { n: { $lte: n } } } as mongo.UpdateFilter<StoredDocument>['$pull'] & object;
  const plain: Write = { updateOne: { filter: { _id: place.id }, update: { $pull } } };
  const $set = entries.length > 0 ? afterPublish?.(place.id, entries, place.collection) : undefined;
  if (!$set) return [plain];
  for (const path in $set) check(path, $set[path]);
  const filter = { ...onlyWhere, _id: place.id };
  const marked: Write = { updateOne: { filter, update: { $pull, $set } } };
  // Where the mark no longer applies, the entries must go all the same.
  return onlyWhere ? [marked, plain] : [marked];
}
