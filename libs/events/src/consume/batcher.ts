/** Limits of one batch. */
interface BatchLimits {
  count: number;
  bytes: number;
}

interface SizedItem {
  bytes: number;
}

/** Collects items while the previous batch is processed, and hands them over in order, one batch at a time. */
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

  /** Resolves when all added items are processed. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Items that the caller adds synchronously form one batch.
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
