const DEFAULT_MIN = 16;
/** How often a limit gives way at most. */
const GIVE_WAY_INTERVAL_MS = 100;
/** What an overload leaves of a limit at most. */
const DECREASE = 0.8;

/** How a request ended: served; or refused by an overloaded upstream service, or too late. */
export type RequestOutcome = 'served' | 'overloaded';

/** A running request. */
export interface LimitedRequest {
  startedMs: number;
  /** Number of requests that ran when it began, itself included. */
  running: number;
  /** Number of decreases before it began. */
  decreases: number;
}

export interface AdaptiveLimitOptions {
  /** Concurrent requests that are always admitted. @default 16 */
  min?: number | undefined;
  max: number;
  slowMs: number;
  /** Monotonic, ms. */
  clock: () => number;
}

/**
 * Adapts the number of concurrent requests of one operation to what its upstream services can take. An upstream refuses a
 * request only after the gateway has checked its session and body, while a refusal at admission costs almost nothing. So the
 * gateway spends its time on requests that will be served.
 *
 * An overload decreases the limit, once for all requests that ran at the time. Served requests increase it by about one for
 * each round. A request that takes longer than `slowMs` is an overload too: it waited for others.
 */
export class AdaptiveLimit {
  readonly #min: number;
  readonly #max: number;
  readonly #slowMs: number;
  readonly #clock: () => number;
  #limit: number;
  #running = 0;
  #decreases = 0;
  #gaveWayMs = -Infinity;

  constructor({ min = DEFAULT_MIN, max, slowMs, clock }: AdaptiveLimitOptions) {
    this.#min = min;
    this.#max = max;
    this.#limit = max;
    this.#slowMs = slowMs;
    this.#clock = clock;
  }

  /** Whether the next request must be refused. */
  get isFull(): boolean {
    return this.#running >= Math.floor(this.#limit);
  }

  begin(): LimitedRequest {
    this.#running += 1;
    return { startedMs: this.#clock(), running: this.#running, decreases: this.#decreases };
  }

  end(): void {
    this.#running -= 1;
  }

  /** Records the outcome of a request, while it runs. Requests without an outcome do not change the limit. */
  record({ startedMs, running, decreases }: LimitedRequest, outcome: RequestOutcome): void {
    const slowness = (this.#clock() - startedMs) / this.#slowMs;
    if (outcome === 'served' && slowness <= 1) {
      this.#limit = Math.min(this.#max, this.#limit + 1 / this.#limit);
    } else if (decreases === this.#decreases) {
      this.#decrease(Math.max(running, this.#running), Math.min(DECREASE, 1 / slowness));
    }
  }

  /** Decreases the limit because more important requests are refused; at most ten times a second. */
  giveWay(): void {
    if (this.#clock() - this.#gaveWayMs < GIVE_WAY_INTERVAL_MS) return;
    this.#gaveWayMs = this.#clock();
    this.#decrease(this.#running, DECREASE);
  }

  #decrease(running: number, factor: number): void {
    const decreased = Math.min(this.#limit, running) * factor;
    this.#limit = Math.min(this.#max, Math.max(this.#min, decreased));
    this.#decreases += 1;
  }
}
