import { ApiError } from '../api/client.ts';

const INITIAL_MS = 1_000;
/** Maximum while the platform is unreachable; `resume` of the outbox ends it early. */
const MAX_UNREACHABLE_MS = 5_000;
/** Maximum while the platform is overloaded. */
const MAX_BUSY_MS = 30_000;

/** Delays between the attempts to send a write. They double from one second. */
export class RetryDelay {
  #failures = 0;
  #wasBusy = false;

  /**
   * Returns the delay after a transient failure in ms. The first of an overload is short also after a
   * long time without a line, which says nothing about the load.
   */
  next(error: unknown): number {
    const isBusy = error instanceof ApiError;
    if (isBusy !== this.#wasBusy) this.#failures = 0;
    this.#wasBusy = isBusy;
    const delay = Math.min(INITIAL_MS * 2 ** this.#failures, isBusy ? MAX_BUSY_MS : MAX_UNREACHABLE_MS);
    this.#failures += 1;
    return Math.max(delay, isBusy ? (error.retryAfter ?? 0) * 1_000 : 0);
  }

  /** A write was accepted. */
  reset(): void {
    this.#failures = 0;
  }
}
