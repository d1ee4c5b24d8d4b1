import type { Log, Metrics } from '@cups/contracts';
import { startPeriodic } from '@cups/process';
import type { Documents } from '@cups/store';
import type { StoredApplication } from './store.ts';

/** Measures how many applications wait for a supervisor to decide the agency, and how long. Their legal term keeps running. */

const EVERY_MS = 60_000;
/** Counting stops here. */
const MAX_COUNT = 10_000;

export interface PassingOnWatchOptions {
  applications: Pick<Documents<StoredApplication>, 'countEach' | 'find'>;
  log: Log;
  metrics: Metrics;
  now: () => Date;
  /** Interval of the measurements, ms. @default 1 minute */
  everyMs?: number;
}

/** Starts immediately. Each replica measures. @returns a function that stops it */
export function startPassingOnWatch({ applications, log, metrics, now, everyMs = EVERY_MS }: PassingOnWatchOptions) {
  let oldest: Date | undefined;
  const waiting = metrics.gauge(
    'intake_undecided_agencies',
    'Applications that wait for a supervisor to decide their agency, at most 10,000; measured each minute.',
    [],
  );
  metrics.gauge(
    'intake_undecided_agency_oldest_seconds',
    'Time since a supervisor may decide the agency of the application that waits longest; 0 without any.',
    [],
    (age) => age.set(oldest ? Math.max(0, now().getTime() - oldest.getTime()) / 1_000 : 0),
  );
  async function measure(): Promise<void> {
    const filter = { 'passingOn.superviseTime': { $lte: now() } };
    const projection = { 'passingOn.superviseTime': 1 } as const;
    const sort = { 'passingOn.superviseTime': 1 } as const;
    const [[count = 0], [first]] = await Promise.all([
      applications.countEach([filter], { scope: 'service', limit: MAX_COUNT }),
      applications.find(filter, { scope: 'service', projection, sort, limit: 1 }),
    ]);
    waiting.set(count);
    oldest = first?.passingOn?.superviseTime;
  }
  return startPeriodic({
    firstMs: 0,
    everyMs,
    work: measure,
    onFailure: (error) => log.warn({ event: 'passing-on-measure-failed', error }),
  });
}
