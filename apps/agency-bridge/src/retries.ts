/** Deliveries whose fetch is repeated by this process; the durable timers know the others. */
const HELD = 5_000;
/** ms until the next try after a fetch that threw. */
const AFTER_FAILURE_MS = 5_000;

/** What this process fetches again by itself; the timer in the document does it should this process end. */
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

  /** Intake answers: one of those that wait is fetched at once, and its answer brings along the next. */
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
