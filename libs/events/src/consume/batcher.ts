/** How much is handed over at once. */
interface BatchLimits {
  count: number;
  bytes: number;
}

interface SizedItem {
  bytes: number;
}

/**
 * Hands over what came while the work before was under way, in the order in which it came: one piece of work at a time, so that the
 * order holds.
 */
export class Batcher<T extends SizedItem> {
  readonly #bounds: BatchLimits;
  readonly #work: (items: T[]) => Promise<void>;
  #waiting: T[] = [];
  #running: Promise<void> | undefined;

  /** @param work never rejects */
  constructor(bounds: BatchLimits, work: (items: T[]) => Promise<void>) {
    this.#bounds = bounds;
    this.#work = work;
  }

  add(item: T): void {
    this.#waiting.push(item);
    this.#running ??= this.#run();
  }

  /** When all that was added has been worked on. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // What the caller adds in the same turn goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#work(this.#next());
    this.#running = undefined;
  }

  #next(): T[] {
    let bytes = 0;
    const end = this.#waiting.findIndex((item, at) => {
      bytes += item.bytes;
      return at > 0 && (at >= this.#bounds.count || bytes > this.#bounds.bytes);
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }
}
