import type { Log, Metrics } from '@cups/contracts';
import { startPeriodic } from '@cups/process';
import type { QuarantinedActs } from './store/quarantined-acts.ts';

/** Measures how many acts wait for a decision, and how long. An undecided act never ends by itself, so somebody must see it. */

const EVERY_MS = 60_000;
/** Counting stops here. */
const MAX_COUNT = 10_000;

export interface QuarantineWatchOptions {
  acts: Pick<QuarantinedActs, 'countEach' | 'find'>;
  log: Log;
  metrics: Metrics;
  now: () => Date;
  /** Interval of the measurements, ms. @default 1 minute */
  everyMs?: number;
}

/** Starts immediately. Each replica measures. @returns a function that stops it */
export function startQuarantineWatch({ acts, log, metrics, now, everyMs = EVERY_MS }: QuarantineWatchOptions) {
  let oldest: Date | undefined;
  const open = metrics.gauge(
    'intake_quarantined_acts',
    'Acts of suspended operators without a decision, at most 10,000; measured each minute.',
    [],
  );
  metrics.gauge(
    'intake_quarantined_act_oldest_seconds',
    'Time since the hand-in of the oldest act without a decision; 0 without any.',
    [],
    (age) => age.set(oldest ? Math.max(0, now().getTime() - oldest.getTime()) / 1_000 : 0),
  );
  const filter = { state: 'open' };
  async function measure(): Promise<void> {
    const [[count = 0], [first]] = await Promise.all([
      acts.countEach([filter], { scope: 'service', limit: MAX_COUNT }),
      acts.find(filter, { scope: 'service', projection: { handInTime: 1 }, sort: { handInTime: 1 }, limit: 1 }),
    ]);
    open.set(count);
    oldest = first?.handInTime;
  }
  return startPeriodic({
    firstMs: 0,
    everyMs,
    work: measure,
    onFailure: (error) => log.warn({ event: 'quarantine-measure-failed', error }),
  });
}
