/** Counts events of clients in windows of fixed length. Clients are few: known agencies, and one for all unknown ones. */
export class WindowLimit {
  readonly #max: number;
  readonly #windowMs: number;
  readonly #counts = new Map<string, { endsAt: number; count: number }>();

  constructor(max: number, windowMs: number) {
    this.#max = max;
    this.#windowMs = windowMs;
  }

  /**
   * Counts an event.
   * @param now milliseconds
   * @returns milliseconds until the next window if the event is above the limit, otherwise 0
   */
  count(client: string, now: number): number {
    const known = this.#counts.get(client);
    const window = known && known.endsAt > now ? known : { endsAt: now + this.#windowMs, count: 0 };
    window.count++;
    this.#counts.set(client, window);
    return window.count > this.#max ? window.endsAt - now : 0;
  }
}
