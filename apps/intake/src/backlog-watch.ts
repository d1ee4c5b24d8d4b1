import type { Gauge, Log, Metrics } from '@cups/contracts';
import { startPeriodic } from '@cups/process';
import type { Documents, StoredDocument } from '@cups/store';

const EVERY_MS = 60_000;
/** Each count stops here. */
const MAX_COUNT = 10_000;

/** What each watch needs beside its documents. */
export interface WatchDeps {
  log: Log;
  metrics: Metrics;
  now: () => Date;
  /** Interval of the measurements, ms. @default 1 minute */
  everyMs?: number;
}

/** Documents that wait for somebody, and their gauges. */
export interface Backlog<D extends StoredDocument> {
  documents: Pick<Documents<D>, 'countEach' | 'find'>;
  /** Returns the filter of what waits now. */
  filter: () => object;
  /** Dotted path of the time since which a document waits: the next field of the index that serves the filter. */
  sinceField: string;
  sinceOf: (document: D) => Date | undefined;
  /** Number of these documents, at most 10,000. */
  count: Gauge<never>;
  /** Time since the oldest of them waits, in seconds; 0 without any. */
  oldest: Gauge<never>;
  /** Further counts of the same collection, in the same command. */
  parts?: readonly { filter: object; set: (count: number) => void }[];
  onFailure: (error: unknown) => void;
}

/** Measures a backlog. Starts immediately; each replica measures. @returns a function that stops it */
export function startBacklogWatch<D extends StoredDocument>(
  { documents, filter, sinceField, sinceOf, count, oldest, parts = [], onFailure }: Backlog<D>,
  { now, everyMs = EVERY_MS }: Pick<WatchDeps, 'now' | 'everyMs'>,
): () => Promise<void> {
  async function measure(): Promise<void> {
    const waits = filter();
    const [projection, sort] = [{ [sinceField]: 1 as const }, { [sinceField]: 1 as const }];
    const [[waiting = 0, ...counts], [first]] = await Promise.all([
      documents.countEach([waits, ...parts.map((part) => part.filter)], { scope: 'service', limit: MAX_COUNT }),
      documents.find(waits, { scope: 'service', projection, sort, limit: 1 }),
    ]);
    count.set(waiting);
    parts.forEach((part, at) => part.set(counts[at] ?? 0));
    const since = first && sinceOf(first);
    oldest.set(since ? Math.max(0, now().getTime() - since.getTime()) / 1_000 : 0);
  }
  return startPeriodic({ firstMs: 0, everyMs, work: measure, onFailure });
}
