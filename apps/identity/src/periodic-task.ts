/**
 * Does something again and again, one time after the other: `everyMs` after it was done, sooner after it failed, and at once when
 * `soon` asks for it.
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

  /** Does it now, or once more when what runs now has come to its end. */
  trigger(): void {
    if (this.#running) this.#isTriggered = true;
    else this.#schedule(0);
  }

  /** Resolves when nothing runs any more; nothing begins. */
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
