import { ApiError } from '../api/client.ts';
import { RetryDelay } from './retry-delay.ts';

/** Applications whose writes are sent at the same time. Browsers have six connections; the page reads meanwhile. */
const MAX_CONCURRENT_APPLICATIONS = 4;

/** Refusals that concern all requests of the desk. Others say something about one write, or one service. */
const OVERLOAD_REASONS: readonly string[] = ['RATE_LIMITED', 'OVERLOADED'];

interface Turn {
  start: () => void;
  isUrgent: boolean;
}

/**
 * Bounds what an outbox sends at the same time. A desk that returns to the platform with a day of acts would otherwise send all
 * of them at once and meet the rate limits, again at each retry. After a refusal for overload, nothing is sent before the time
 * that the platform asks for.
 */
export class SendGate {
  readonly #waiting: Turn[] = [];
  readonly #delay = new RetryDelay();
  #running = 0;
  #opening: ReturnType<typeof setTimeout> | undefined;
  /** Whether the platform has said when to come back. */
  #isTimeAsked = false;

  /**
   * Runs a task in its turn; immediately if it is free, because a closing page can wait for nothing.
   * @param isUrgent whether somebody waits for it at the desk: it passes those that do not
   */
  async run(task: () => Promise<void>, isUrgent: boolean): Promise<void> {
    if (this.#opening !== undefined || this.#running >= MAX_CONCURRENT_APPLICATIONS) await this.#turn(isUrgent);
    else this.#running += 1;
    try {
      await task();
    } finally {
      this.#running -= 1;
      this.#startNext();
    }
  }

  /** A write was accepted. */
  recordSuccess(): void {
    this.#delay.reset();
  }

  /** Closes the gate if the error is an overload. */
  recordFailure(error: unknown): void {
    if (!(error instanceof ApiError) || !OVERLOAD_REASONS.includes(error.reason)) return;
    // Requests that were under way report the same overload.
    if (this.#opening !== undefined) return;
    this.#isTimeAsked = error.retryAfter !== undefined;
    this.#opening = setTimeout(() => this.#open(), this.#delay.next(error));
  }

  /** Tries again now, unless the platform has asked for a time: it is reachable again, or somebody retries. */
  reopen(): void {
    if (this.#opening === undefined || this.#isTimeAsked) return;
    clearTimeout(this.#opening);
    this.#open();
  }

  /** Lets all tasks run, which find that their outbox has stopped. */
  stop(): void {
    clearTimeout(this.#opening);
    for (const { start } of this.#waiting.splice(0)) start();
  }

  #turn(isUrgent: boolean): Promise<void> {
    return new Promise((resolve) => {
      const start = () => {
        this.#running += 1;
        resolve();
      };
      const behind = isUrgent ? this.#waiting.findIndex((turn) => !turn.isUrgent) : -1;
      this.#waiting.splice(behind === -1 ? this.#waiting.length : behind, 0, { start, isUrgent });
    });
  }

  #open(): void {
    this.#opening = undefined;
    this.#startNext();
  }

  #startNext(): void {
    while (this.#opening === undefined && this.#running < MAX_CONCURRENT_APPLICATIONS) {
      const next = this.#waiting.shift();
      if (!next) return;
      next.start();
    }
  }
}
