/** Exponential backoff between failed attempts. */
export interface BackoffOptions {
  /** Delay after the first failure, ms. Each further failure doubles it. */
  initialMs: number;
  /** Maximum delay, ms. */
  maxMs: number;
  /**
   * Maximum share of a delay that is randomly subtracted, so that concurrent failures do not retry together. Default
   * 0.25.
   */
  jitter?: number;
  /** Returns a number from 0 up to 1; given in tests. */
  random?: () => number;
}

/** Keeps the doubled delay within the range of numbers. */
const MAX_DOUBLINGS = 40;

/**
 * Returns the delay in ms after a number of consecutive failures, 0 for none. For callers that store the count;
 * others use `backoff`.
 */
export function backoffMs(failures: number, shape: BackoffOptions): number {
  if (failures <= 0) return 0;
  const { initialMs, maxMs, jitter = 0.25, random = Math.random } = shape;
  const doubled = initialMs * 2 ** Math.min(failures - 1, MAX_DOUBLINGS);
  return Math.min(maxMs, doubled) * (1 - jitter * random());
}

/** The delays of one retried task. */
export interface Backoff {
  /** Records a failure. @returns ms until the next attempt */
  next(): number;
  /** Records a success; the next failure waits `initialMs` again. */
  reset(): void;
  /** Returns the number of consecutive failures. */
  failures(): number;
}

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
