import { setTimeout as delay } from 'node:timers/promises';
import type { Metrics } from '@cups/contracts';
import type { Exchange } from './exchange.ts';

/** Tracking numbers that are tried and that nobody holds, of all addresses together. */

const WINDOW_MS = 60_000;
/** How much later a miss is answered in an excess. */
const DELAY_MS = 2_000;
/** Further answers are not delayed: each costs a timer and an open connection. */
const MAX_DELAYED = 2_000;

export interface TrackingMissesDeps {
  /** From so many a minute on misses are delayed. */
  perMinute: number;
  metrics: Metrics;
  delayMs?: number;
}

/**
 * Counts misses, and delays their answers while there are too many: whoever guesses from many addresses is slowed, a number that
 * somebody holds is answered as ever, and nobody is refused. The alert TrackingGuessed follows the counter.
 */
export function createTrackingMisses({ perMinute, metrics, delayMs = DELAY_MS }: TrackingMissesDeps) {
  const misses = metrics.counter('tracking_misses_total', 'Tracking numbers tried that nobody holds.');
  let [windowEnd, count, delayed] = [0, 0, 0];
  metrics.gauge('tracking_misses_delayed', 'Misses that are answered later.', [], (gauge) => gauge.set(delayed));

  return {
    /** Counts one, and resolves when it may be answered. */
    async recordMiss({ admissionSlot, context }: Pick<Exchange, 'admissionSlot' | 'context'>): Promise<void> {
      misses.inc();
      const now = performance.now();
      if (now >= windowEnd) [windowEnd, count] = [now + WINDOW_MS, 0];
      count++;
      if (count <= perMinute || delayed >= MAX_DELAYED) return;
      admissionSlot?.release();
      delayed++;
      // Who does not wait for the answer ends the delay.
      await delay(delayMs, undefined, { signal: context.signal }).catch(() => undefined);
      delayed--;
    },
  };
}

export type TrackingMisses = ReturnType<typeof createTrackingMisses>;
