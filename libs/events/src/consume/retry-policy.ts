import type { HandlerFailure } from './event-park.ts';

/** How long a handler is borne with that does not get on with an event. */
export interface RetryPolicy {
  /** Throws, for reasons of its own, after which the event is parked. With the waits between them, ten take half a minute. */
  maxAttempts: number;
  /** ms; a handler that takes longer never ends. */
  handlerTimeoutMs: number;
  /** ms; so soon a lane goes on that somebody has released. */
  releasePollIntervalMs: number;
}

export const RETRY_POLICY: RetryPolicy = { maxAttempts: 10, handlerTimeoutMs: 60_000, releasePollIntervalMs: 1_000 };

class HandlerTimeout extends Error {}

/**
 * What `work` leads to within the bound. What comes later is not waited for: should it have an effect after all, that is one of an
 * event which is parked, and is known as a repeat when it is tried again.
 * @throws Hangs
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

/** What went wrong with one event so far. */
export class FailureHistory {
  readonly #maxAttempts: number;
  readonly #isTransient: (error: unknown) => boolean;
  #ownFailures = 0;

  /** @param isTransient whether a failure is none of the event's own: the store, or a neighbour, is away */
  constructor(maxAttempts: number, isTransient: (error: unknown) => boolean) {
    this.#maxAttempts = maxAttempts;
    this.#isTransient = isTransient;
  }

  /** One more failure. @returns why the event is to be parked; undefined while it is to be tried again */
  recordFailure(error: unknown): HandlerFailure | undefined {
    if (error instanceof HandlerTimeout) return { cause: 'HANDLER_HANGS', detail: '' };
    if (this.#isTransient(error)) return undefined;
    this.#ownFailures += 1;
    return this.#ownFailures < this.#maxAttempts ? undefined : { cause: 'HANDLER_THREW', detail: describeError(error) };
  }
}

/** The class of what was thrown and its nearest place in the code; its text may hold content, and stays out. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frame = /\n\s+at (?:async )?(?:([\w.#<>[\] ]+) \()?[^\n]*?([\w.-]+:\d+):\d+\)?/.exec(error.stack ?? '');
  const { name } = error.constructor;
  return frame ? `${name} at ${[frame[1], frame[2]].filter(Boolean).join(' ')}`.slice(0, 200) : name;
}
