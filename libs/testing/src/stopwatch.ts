/** A clock for bounds of tests, on machines that other tests use too. */

/** Interval of the ticks, ms. */
const TICK_MS = 10;
/** Maximum that one tick counts, ms. The rest of a late tick is time in which this process stood still. */
const MAX_TICK_MS = 25;

export interface Stopwatch {
  /** Ends the stopwatch. Returns the counted time, ms; at most that of the wall clock. */
  stop(): number;
}

/**
 * Starts a stopwatch that does not count pauses of this process: a tick that comes late counts at most 25 ms. It bounds what
 * waits (a poll, a delay, a hanging call) however busy the machine is. Work of this process itself is measured by
 * `process.cpuUsage()`.
 */
export function startStopwatch(): Stopwatch {
  // Jest removes the globals after a test file, and a failed test leaves its stopwatch running.
  const now = performance.now.bind(performance);
  let countedMs = 0;
  let last = now();
  const count = () => {
    const time = now();
    countedMs += Math.min(time - last, MAX_TICK_MS);
    last = time;
  };
  const ticks = setInterval(count, TICK_MS).unref();
  return {
    stop() {
      clearInterval(ticks);
      count();
      return countedMs;
    },
  };
}
