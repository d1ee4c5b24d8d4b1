/** How long to wait between tries that fail. */
export interface BackoffOptions {
  /** ms; the wait after the first failure. Each further failure doubles it. */
  initialMs: number;
  /** ms; no wait is longer. */
  maxMs: number;
  /** Up to which share of a wait is taken off by chance, so that many that fail together do not come back together. Default 0.25. */
  jitter?: number;
  /** From 0 up to 1; given in tests. */
  random?: () => number;
}

/** Beyond it doubling would leave the range of numbers long before anybody waits that long. */
const MAX_DOUBLINGS = 40;

/**
 * ms to wait after so many failures in a row (from 1); 0 when nothing has failed. For who keeps the count, such as in a
 * document; a loop that keeps none takes `backoff`.
 */
export function backoffMs(failures: number, shape: BackoffOptions): number {
  if (failures <= 0) return 0;
  const { initialMs, maxMs, jitter = 0.25, random = Math.random } = shape;
  const doubled = initialMs * 2 ** Math.min(failures - 1, MAX_DOUBLINGS);
  return Math.min(maxMs, doubled) * (1 - jitter * random());
}

/** The waits of one thing that is tried again and again. */
export interface Backoff {
  /** Notes a failure. @returns ms until the next try */
  next(): number;
  /** It has succeeded: the next failure waits `first` again. */
  reset(): void;
  /** Failures in a row, 0 after a success. */
  failures(): number;
}

/** Counts failures for `backoffMs`. */
export function backoff(shape: BackoffOptions): Backoff {
  let failures = 0;
  return {
    next: () => backoffMs((failures += 1), shape),
    reset: () => {
      failures = 0;
    },
    failures: () => failures,
  };
}
