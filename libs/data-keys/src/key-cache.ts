import type { DataKey } from './data-key.ts';

export interface KeyCacheOptions {
  /** 0: no cache. */
  maxKeys: number;
  /** Age of a key, from its read, at which it is read again, ms. */
  maxAgeMs: number;
  /** Monotonic clock, ms. */
  clock: () => number;
}

/**
 * Unwrapped keys in memory. Entries age from their read and not from their last use, so that a key that another process
 * destroyed is gone after `maxAgeMs`. The oldest entry leaves first.
 */
export class KeyCache {
  readonly #options: KeyCacheOptions;
  /** In the order of their reads. */
  readonly #entries = new Map<string, { key: DataKey; readAt: number }>();
  #removals = 0;

  constructor(options: KeyCacheOptions) {
    this.#options = options;
  }

  get(owner: string): DataKey | undefined {
    const entry = this.#entries.get(owner);
    if (!entry) return undefined;
    if (this.#options.clock() - entry.readAt < this.#options.maxAgeMs) return entry.key;
    this.#entries.delete(owner);
    return undefined;
  }

  /** Begins a read of the store. @returns a function that keeps a key, unless any key was removed since the read began */
  beginRead(): (owner: string, key: DataKey) => void {
    const readAt = this.#options.clock();
    const removals = this.#removals;
    return (owner, key) => {
      if (removals === this.#removals) this.#keep(owner, key, readAt);
    };
  }

  remove(owner: string): void {
    this.#removals += 1;
    this.#entries.delete(owner);
  }

  #keep(owner: string, key: DataKey, readAt: number): void {
    const { maxKeys } = this.#options;
    if (maxKeys === 0) return;
    this.#entries.delete(owner);
    this.#entries.set(owner, { key, readAt });
    if (this.#entries.size <= maxKeys) return;
    const [oldest] = this.#entries.keys();
    this.#entries.delete(oldest!);
  }
}
