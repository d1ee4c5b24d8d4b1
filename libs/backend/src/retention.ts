import { randomInt } from 'node:crypto';
import type { Counter, Log, Metrics } from '@cups/contracts';
import { RETENTION_RULES } from '@cups/contracts/retention';
import type { RetentionCategory } from '@cups/contracts/retention';
import { startPeriodic } from '@cups/process';
import type { AnyDocuments } from '@cups/store';
import type { EndedRows } from './ended-rows.ts';
import type { StoredBackend } from './stored.ts';

/** Ends data of one category at the end of its term. */
export interface RetentionSweep {
  category: RetentionCategory;
  /** Time from the start of the term to the end of the data, ms. */
  termMs: number;
  /**
   * Ends data whose term started before a time. Every step can be repeated.
   * @param announce records the number of rows for the journal, before they are removed. Data with entries of their own,
   *   such as an application, do without it.
   * @returns the number of ended rows, at most `limit`; fewer if nothing is left
   */
  end: (before: Date, limit: number, announce: Announce) => Promise<number>;
}

type Announce = (count: number) => Promise<void>;

export interface RetentionOptions {
  /** Whether an administrator confirmed the terms. Without it nothing ends. */
  isConfirmed: boolean;
  sweeps: readonly RetentionSweep[];
  /** Interval of the sweeps, ms. @default 1 day */
  everyMs?: number | undefined;
}

const EVERY_MS = 24 * 3_600_000;
/** The first sweep starts after the start of the service, and not in all replicas at once. */
const MAX_FIRST_MS = 60_000;
/** Rows of one batch, and batches of one category in one sweep. What is left ends in the next one. */
const BATCH_SIZE = 200;
const MAX_BATCHES = 250;

/** Returns the sweep of events that could not be handled. */
export const parkedEventsSweep = (backend: Pick<StoredBackend, 'expireParked'>, termMs: number): RetentionSweep => ({
  category: 'parked-events',
  termMs,
  end: (before, limit, announce) => backend.expireParked(before, limit, announce),
});

/** Returns a sweep that removes rows by the time of a field. Their entries in the journal remain. */
export function rowsSweep(
  rows: AnyDocuments,
  { field, ...rule }: Pick<RetentionSweep, 'category' | 'termMs'> & { field: string },
): RetentionSweep {
  const end = async (before: Date, limit: number, announce: Announce): Promise<number> => {
    // A row whose entry Kafka does not have yet stays.
    const filter = { [field]: { $lt: before }, 'outbox.0': { $exists: false } };
    const found = await rows.find(filter, { scope: 'service', limit, projection: { _id: 1 } });
    if (found.length === 0) return 0;
    await announce(found.length);
    return rows.remove({ _id: { $in: found.map(({ _id }) => _id as string) } }, { scope: 'service' });
  };
  return { ...rule, end };
}

/** The parts of a backend that sweeps need. */
interface RetentionBackend extends Pick<StoredBackend, 'onShutdown'> {
  endedRows: Pick<EndedRows, 'record'>;
  log: Log;
  metrics: Metrics;
  now: () => Date;
}

/** Ends data at the end of their terms, in the background and in bounded batches. Replicas may do it concurrently. */
export function startRetention(
  backend: RetentionBackend,
  { isConfirmed, sweeps, everyMs = EVERY_MS }: RetentionOptions,
): void {
  const { log, metrics, now, endedRows } = backend;
  const ended = metrics.counter('retention_ended_total', 'Rows that ended with their term, by category.', ['category']);
  const failed = metrics.counter('retention_failures_total', 'Sweeps of a category that failed.', ['category']);
  metrics.gauge('retention_confirmed', '1 if data are erased at the end of their terms.', []).set(isConfirmed ? 1 : 0);
  if (!isConfirmed) {
    log.warn({ event: 'retention-unconfirmed' });
    return;
  }
  const sweepAll = async (): Promise<void> => {
    for (const sweep of sweeps) {
      const { category } = sweep;
      try {
        const count = await runSweep(sweep, { endedRows, now, ended });
        if (count > 0) log.info({ event: 'data-ended', code: category, count, reason: RETENTION_RULES[category].end });
      } catch (error) {
        failed.inc({ category });
        log.warn({ event: 'retention-sweep-failed', code: category, error });
      }
    }
  };
  const firstMs = randomInt(1, Math.min(MAX_FIRST_MS, everyMs) + 1);
  // Each sweep reports its own failures.
  const onFailure = (error: unknown): void => log.warn({ event: 'retention-overdue', error });
  backend.onShutdown('sources', startPeriodic({ firstMs, everyMs, work: sweepAll, onFailure }));
}

/** @returns the number of ended rows */
async function runSweep(
  { category, termMs, end }: RetentionSweep,
  { endedRows, now, ended }: Pick<RetentionBackend, 'endedRows'> & { now: () => Date; ended: Counter<'category'> },
): Promise<number> {
  const before = new Date(now().getTime() - termMs);
  const announce = (count: number): Promise<void> => endedRows.record(category, count, now());
  let total = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const count = await end(before, BATCH_SIZE, announce);
    ended.inc({ category }, count);
    total += count;
    if (count < BATCH_SIZE) break;
  }
  return total;
}
