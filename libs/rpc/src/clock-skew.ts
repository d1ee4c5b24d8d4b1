import type { Log, Metrics } from '@cups/contracts';

/** Smaller differences may be network latency. */
const MIN_REPORTED_SECONDS = 5;
const LOG_INTERVAL_MS = 60_000;
const RETENTION_MS = 600_000;

/** Estimates the clock differences of callers from their tokens. */
export interface ClockSkewMonitor {
  /**
   * Observes a validly signed token. A future issue time shows a clock that is ahead. Use after the renewal time
   * shows a clock that is behind. Anything between shows nothing.
   * @param times seconds: issue time, and the time until which the caller uses it
   */
  observe(caller: string, times: { issued: number; usedUntil: number }, refused?: boolean): void;
}

/**
 * Measures clock differences by verified tokens. Logs `clock-skew-detected` from 5 s, at most once a minute per
 * caller. The metric `cups_clock_skew_seconds` is the largest difference of the last ten minutes, positive if the
 * caller is ahead.
 * @param options.now local clock, milliseconds
 */
export function createClockSkewMonitor(options: {
  now: () => number;
  log?: Log | undefined;
  metrics?: Metrics | undefined;
}): ClockSkewMonitor {
  const { now, log, metrics } = options;
  const largest = new Map<string, { seconds: number; at: number }>();
  const loggedAt = new Map<string, number>();

  metrics?.gauge(
    'cups_clock_skew_seconds',
    'Clock difference of a caller, in seconds; positive if it is ahead.',
    ['caller'],
    (gauge) => {
      for (const [caller, { seconds, at }] of largest) {
        const isOld = now() - at > RETENTION_MS;
        if (isOld) largest.delete(caller);
        gauge.set({ caller }, isOld ? 0 : seconds);
      }
    },
  );

  return {
    observe(caller, { issued, usedUntil }, refused = false) {
      const clock = now() / 1000;
      const ahead = Math.max(0, issued - clock);
      const seconds = ahead > 0 ? ahead : Math.min(0, usedUntil - clock);
      if (seconds === 0) return;
      const known = largest.get(caller);
      if (!known || now() - known.at > RETENTION_MS || Math.abs(seconds) > Math.abs(known.seconds)) {
        largest.set(caller, { seconds, at: now() });
      }
      if (Math.abs(seconds) < MIN_REPORTED_SECONDS || now() - (loggedAt.get(caller) ?? -Infinity) < LOG_INTERVAL_MS)
        return;
      loggedAt.set(caller, now());
      const reason = refused ? 'token-refused' : undefined;
      log?.warn({ event: 'clock-skew-detected', caller, skewMs: Math.round(seconds * 1000), reason });
    },
  };
}
