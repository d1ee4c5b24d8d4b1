import { backoff, type Log } from '@cups/contracts';
import { RETRY_BACKOFF } from '../kafka.ts';

/** Maximum delay between completion and commit. */
const COMMIT_INTERVAL_MS = 1_000;

/**
 * Schedules commits: 1 s after the first completion, earlier on request, one at a time. Retries a failure with
 * backoff.
 */
export class FlushTimer {
  readonly #flush: () => Promise<void>;
  readonly #log: Log;
  readonly #stopping: AbortSignal;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  readonly #waits = backoff(RETRY_BACKOFF);

  constructor(flush: () => Promise<void>, log: Log, stopping: AbortSignal) {
    this.#flush = flush;
    this.#log = log;
    this.#stopping = stopping;
  }

  flushSoon(after = COMMIT_INTERVAL_MS): void {
    this.#timer ??= setTimeout(() => void this.flushNow(), after);
  }

  /** Resolves when the current state is committed or the commit has failed. */
  flushNow(): Promise<void> {
    this.cancel();
    this.#running = this.#running.then(this.#flush).then(
      () => this.#waits.reset(),
      (error: unknown) => this.#failed(error),
    );
    return this.#running;
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #failed(error: unknown): void {
    if (this.#waits.failures() === 0) this.#log.warn({ event: 'refusal-storage-failed', error });
    const wait = this.#waits.next();
    if (!this.#stopping.aborted) this.flushSoon(wait + COMMIT_INTERVAL_MS);
  }
}
