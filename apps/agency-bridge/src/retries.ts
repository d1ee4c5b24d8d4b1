/** Deliveries whose fetch is repeated by this process; further ones are left to their durable timers. */
const HELD = 5_000;
/** ms until the next try after a fetch that threw. */
const AFTER_FAILURE_MS = 5_000;

/** What this process fetches again by itself. Should it end, the timers in the documents do it. */
export class Retries {
  readonly #fetch: (id: string) => Promise<void>;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(fetch: (id: string) => Promise<void>) {
    this.#fetch = fetch;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Fetches what a delivery waits for in `delay` ms. */
  in(id: string, delay: number): void {
    clearTimeout(this.#waiting.get(id));
    this.#waiting.delete(id);
    if (this.#stopped || (delay > 0 && this.#waiting.size >= HELD)) return;
    const again = setTimeout(() => {
      this.#waiting.delete(id);
      this.#fetch(id).catch(() => this.in(id, AFTER_FAILURE_MS));
    }, delay);
    if (delay > 0) this.#waiting.set(id, again);
  }

  /** Intake answers again: one of those that wait is fetched at once. Its answer leads to this call again, and so to the next. */
  bringNext(): void {
    const next = this.#waiting.keys().next();
    if (!next.done) this.in(next.value, 0);
  }

  stop(): void {
    this.#stopped = true;
    for (const again of this.#waiting.values()) clearTimeout(again);
    this.#waiting.clear();
  }
}
