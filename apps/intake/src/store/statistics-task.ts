import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import type { Log, Metrics } from '@cups/contracts';
import type { StatisticsStore } from './statistics.ts';

/** Recomputes the changed days of the statistics in the background, so that a request finds few of them. */

const INTERVAL_MS = 60_000;
const RETRY_BACKOFF = { initialMs: 1_000, maxMs: 60_000 };

export interface StatisticsTaskOptions {
  statistics: Pick<StatisticsStore, 'computeMissing' | 'recomputeChanged'>;
  log: Log;
  metrics: Metrics;
  now: () => Date;
}

/** Starts immediately; retries while the store is unavailable. Each replica runs it. */
export function startStatisticsTask({ statistics, log, metrics, now }: StatisticsTaskOptions): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const { signal } = stopping;
  const retry = backoff(RETRY_BACKOFF);
  let completeTime = now().getTime();
  metrics.gauge(
    'intake_statistics_age_seconds',
    'Time since the start of the last complete recompute of changed days; no uncounted change is older',
    [],
    (age) => age.set(Math.max(0, now().getTime() - completeTime) / 1_000),
  );

  async function recompute(isFirst: boolean): Promise<void> {
    const startTime = now().getTime();
    if (isFirst) {
      const count = await statistics.computeMissing(signal);
      if (count > 0) log.info({ event: 'statistics-computed', count });
    }
    await statistics.recomputeChanged(signal);
    if (!signal.aborted) completeTime = startTime;
  }

  async function recomputeForever(): Promise<void> {
    for (let isFirst = true; !signal.aborted;) {
      const delay = await recompute(isFirst).then(
        () => {
          isFirst = false;
          retry.reset();
          return INTERVAL_MS * (0.8 + Math.random() * 0.4);
        },
        // The store has logged the reason.
        () => retry.next(),
      );
      await pause(delay, undefined, { signal }).catch(() => {});
    }
  }

  const running = recomputeForever();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}
