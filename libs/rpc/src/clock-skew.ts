import type { Log, Metrics } from '@cups/contracts';

/** Smaller differences are the way of a call, not a clock. */
const MIN_REPORTED_SECONDS = 5;
const LOG_INTERVAL_MS = 60_000;
const RETENTION_MS = 600_000;

/** How far the clock of each caller is from ours, as far as its tokens tell. */
export interface ClockSkewMonitor {
  /**
   * A token whose signature is good. One that was issued later than now shows a clock that is ahead; one that is used though
   * its caller should have renewed it shows a clock that is behind. What lies between shows nothing.
   * @param times in seconds: when it was issued, and until when its caller uses it
   */
  observe(caller: string, times: { issued: number; usedUntil: number }, refused?: boolean): void;
}

/**
 * Measures clocks by verified tokens: the log says `clock-skew` (at most once a minute for each caller) from 5 s on, and the
 * metric `cups_clock_skew_seconds` the largest difference of the last ten minutes, positive when the caller is ahead.
 * @param options.now our clock, milliseconds
 */
export function createClockSkewMonitor(options: {
  now: () => number;
  log?: Log | undefined;
  metrics?: Metrics | undefined;
}): ClockSkewMonitor {
  const { now, log, metrics } = options;
  const largest = new Map<string, { seconds: number; at: number }>();
  const loggedAt = new Map<string, number>();

  metrics?.gauge('cups_clock_skew_seconds', 'How far the clock of a caller is ahead of ours.', ['caller'], (gauge) => {
    for (const [caller, { seconds, at }] of largest) {
      const isOld = now() - at > RETENTION_MS;
      if (isOld) largest.delete(caller);
      gauge.set({ caller }, isOld ? 0 : seconds);
    }
  });

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
      log?.warn({ event: 'clock-skew', caller, skewMs: Math.round(seconds * 1000), reason });
    },
  };
}
