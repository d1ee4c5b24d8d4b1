/** Deliveries whose fetch is repeated by this process; further ones are left to their durable timers. */
const MAX_PENDING = 5_000;
/** ms until the next try after a fetch that threw. */
const RETRY_DELAY_MS = 5_000;

/** What this process fetches again by itself. Should it end, the timers in the documents do it. */
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

  /** Fetches what a delivery waits for in `delay` ms. */
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

  /** Intake answers again: one of those that wait is fetched at once. Its answer leads to this call again, and so to the next. */
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
