import type { Locks } from './environment.ts';

/**
 * Tells when another window of the operator has ended: it may have stored a write that it told nobody. Each window holds a lock
 * of its own, which a browser releases however the window closes.
 */
export class OpenWindows {
  /** Name of the lock of this window. */
  readonly own = `cups-outbox-window-${crypto.randomUUID()}`;
  readonly #watched = new Set<string>();
  readonly #locks: Locks;
  readonly #signal: AbortSignal;
  readonly #onEnd: () => Promise<void>;

  /**
   * @param signal ends this window
   * @param onEnd another window has ended
   */
  constructor(locks: Locks, signal: AbortSignal, onEnd: () => Promise<void>) {
    this.#locks = locks;
    this.#signal = signal;
    this.#onEnd = onEnd;
  }

  /** Holds the lock of this window. @param stopped resolves with its end */
  hold(stopped: Promise<void>): void {
    void this.#locks.request(this.own, {}, () => stopped).catch(() => undefined);
  }

  /** Waits for the end of another window. @param name undefined from a window of an earlier release */
  watch(name: string | undefined): void {
    if (name === undefined || this.#watched.has(name)) return;
    this.#watched.add(name);
    void this.#locks
      .request(name, { signal: this.#signal }, this.#onEnd)
      .catch(() => undefined)
      .finally(() => this.#watched.delete(name));
  }
}
