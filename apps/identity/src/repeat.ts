/**
 * Does something again and again, one time after the other: `everyMs` after it was done, sooner after it failed, and at once when
 * `soon` asks for it.
 */
export class Repeated {
  readonly #work: () => Promise<void>;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(work: () => Promise<void>, everyMs: number) {
    this.#work = work;
    this.#everyMs = everyMs;
  }

  /** Does it now, or once more when what runs now has come to its end. */
  soon(): void {
    if (this.#running) this.#again = true;
    else this.#after(0);
  }

  /** Resolves when nothing runs any more; nothing begins. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #after(ms: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void (this.#running = this.#run()), ms);
  }

  async #run(): Promise<void> {
    this.#again = false;
    let wait = this.#everyMs;
    try {
      await this.#work();
    } catch {
      wait = Math.min(1_000, this.#everyMs);
    }
    this.#running = undefined;
    this.#after(this.#again ? 0 : wait);
  }
}
