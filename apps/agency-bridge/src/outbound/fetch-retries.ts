/** Maximum number of fetches that this process schedules; the durable timers of the deliveries cover further ones. */
const MAX_PENDING = 5_000;
/** Delay in ms after a fetch that threw. */
const RETRY_DELAY_MS = 5_000;

/** Schedules fetches in this process. After a crash, the timers stored with the deliveries continue. */
export class FetchRetries {
  readonly #fetch: (id: string) => Promise<void>;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(fetch: (id: string) => Promise<void>) {
    this.#fetch = fetch;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Fetches the pending submission of a delivery in `delay` ms. */
  schedule(id: string, delay: number): void {
    clearTimeout(this.#waiting.get(id));
    this.#waiting.delete(id);
    if (this.#stopped || (delay > 0 && this.#waiting.size >= MAX_PENDING)) return;
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      this.#fetch(id).catch(() => this.schedule(id, RETRY_DELAY_MS));
    }, delay);
    if (delay > 0) this.#waiting.set(id, timer);
  }

  /** Fetches one waiting delivery when intake recovers. Each response calls this again, and so runs the next. */
  runNext(): void {
    const next = this.#waiting.keys().next();
    if (!next.done) this.schedule(next.value, 0);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}
