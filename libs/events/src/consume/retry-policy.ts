import type { HandlerFailure } from './event-park.ts';

/** Limits of a handler that fails on an event. */
export interface RetryPolicy {
  /** Failures of the event itself before it is parked. With backoff, ten take half a minute. */
  maxAttempts: number;
  /** ms after which a handler counts as hanging. */
  handlerTimeoutMs: number;
  /** Polling interval for released lanes, ms. */
  releasePollIntervalMs: number;
}

export const RETRY_POLICY: RetryPolicy = { maxAttempts: 10, handlerTimeoutMs: 60_000, releasePollIntervalMs: 1_000 };

class HandlerTimeout extends Error {}

/**
 * Runs `work` with a timeout. A later effect is harmless: the event is parked, and its retry is detected as a repeat.
 * @throws HandlerTimeout
 */
export async function withTimeout<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const bound = setTimeout(() => reject(new HandlerTimeout()), timeoutMs);
  bound.unref();
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(bound);
  }
}

/** Failures of one event. */
export class FailureHistory {
  readonly #maxAttempts: number;
  readonly #isTransient: (error: unknown) => boolean;
  #ownFailures = 0;

  /**
   * @param isTransient whether a failure is unrelated to the event: the store or an upstream service is unavailable
   */
  constructor(maxAttempts: number, isTransient: (error: unknown) => boolean) {
    this.#maxAttempts = maxAttempts;
    this.#isTransient = isTransient;
  }

  /** Adds a failure. @returns why to park the event; undefined to retry */
  recordFailure(error: unknown): HandlerFailure | undefined {
    if (error instanceof HandlerTimeout) return { cause: 'HANDLER_HANGS', detail: '' };
    if (this.#isTransient(error)) return undefined;
    this.#ownFailures += 1;
    return this.#ownFailures < this.#maxAttempts ? undefined : { cause: 'HANDLER_THREW', detail: describeError(error) };
  }
}

/** Returns the error class and the nearest code location, without the text, which may hold content. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frame = /\n\s+at (?:async )?(?:([\w.#<>[\] ]+) \()?[^\n]*?([\w.-]+:\d+):\d+\)?/.exec(error.stack ?? '');
  const { name } = error.constructor;
  return frame ? `${name} at ${[frame[1], frame[2]].filter(Boolean).join(' ')}`.slice(0, 200) : name;
}
