/**
 * Runs work repeatedly, never concurrently: `intervalMs` after a success, at most one second after a failure,
 * and immediately on `trigger()`.
 */
export class PeriodicTask {
  readonly #work: () => Promise<void>;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isTriggered = false;
  #closed = false;

  constructor(work: () => Promise<void>, intervalMs: number) {
    this.#work = work;
    this.#intervalMs = intervalMs;
  }

  /** Runs the work now, or once more after the current run. */
  trigger(): void {
    if (this.#running) this.#isTriggered = true;
    else this.#schedule(0);
  }

  /** Starts no further run and waits for the current one. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(ms: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void (this.#running = this.#run()), ms);
  }

  async #run(): Promise<void> {
    this.#isTriggered = false;
    let wait = this.#intervalMs;
    try {
      await this.#work();
    } catch {
      wait = Math.min(1_000, this.#intervalMs);
    }
    this.#running = undefined;
    this.#schedule(this.#isTriggered ? 0 : wait);
  }
}
