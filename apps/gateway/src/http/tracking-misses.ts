import { setTimeout as delay } from 'node:timers/promises';
import type { Metrics } from '@cups/contracts';
import type { Exchange } from './exchange.ts';

/** Counts tried tracking numbers: unknown ones, and taken ones for new applications; of all addresses together. */

const WINDOW_MS = 60_000;
/** Delay of a response while there are too many misses. */
const DELAY_MS = 2_000;
/** Beyond this number responses are not delayed, because each costs a timer and an open connection. */
const MAX_DELAYED = 2_000;

export interface TrackingMissesDeps {
  /** Misses per minute above which responses are delayed. */
  perMinute: number;
  metrics: Metrics;
  delayMs?: number;
}

/**
 * Counts misses, and delays their responses while there are too many. This slows down distributed guessing.
 * It neither rejects a request nor delays a match. The alert TrackingNumbersGuessed uses the counter.
 */
export function createTrackingMisses({ perMinute, metrics, delayMs = DELAY_MS }: TrackingMissesDeps) {
  const misses = metrics.counter(
    'tracking_misses_total',
    'Tracking numbers tried that nobody holds, or proposed for a new application and taken.',
  );
  let [windowEnd, count, delayed] = [0, 0, 0];
  metrics.gauge('tracking_misses_delayed', 'Misses that are answered later.', [], (gauge) => gauge.set(delayed));

  return {
    /** Counts a miss. Resolves when the response may be sent. */
    async recordMiss({ admissionSlot, context }: Pick<Exchange, 'admissionSlot' | 'context'>): Promise<void> {
      misses.inc();
      const now = performance.now();
      if (now >= windowEnd) [windowEnd, count] = [now + WINDOW_MS, 0];
      count++;
      if (count <= perMinute || delayed >= MAX_DELAYED) return;
      admissionSlot?.release();
      delayed++;
      // A disconnected client ends the delay.
      await delay(delayMs, undefined, { signal: context.signal }).catch(() => undefined);
      delayed--;
    },
  };
}

export type TrackingMisses = ReturnType<typeof createTrackingMisses>;
