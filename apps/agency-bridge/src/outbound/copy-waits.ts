/** Maximum number of counted deliveries; further ones appear in no gauge. */
const MAX_COUNTED = 10_000;
/** A waiting delivery is handled every minute. If another replica does so, this one forgets it after this time. */
const FORGET_AFTER_MS = 600_000;

/**
 * Deliveries that this process saw waiting for their copies, before or after they were sent. A restart sees them again
 * within a minute. Several replicas may count the same delivery.
 */
export class CopyWaits {
  /** By delivery ID, the one observed longest ago first. */
  readonly #waits = new Map<string, { since: Date; seen: number }>();

  /** Records the state of a delivery. @param since undefined if it does not wait */
  observe(id: string, since: Date | undefined, at: number): void {
    this.#waits.delete(id);
    if (since && this.#waits.size < MAX_COUNTED) this.#waits.set(id, { since, seen: at });
  }

  /** Returns the number of waiting deliveries, and how long the oldest has waited, in seconds. */
  measure(at: number): { count: number; oldestSeconds: number } {
    let oldest = at;
    for (const [id, { since, seen }] of this.#waits) {
      if (at - seen >= FORGET_AFTER_MS) this.#waits.delete(id);
      else oldest = Math.min(oldest, since.getTime());
    }
    return { count: this.#waits.size, oldestSeconds: (at - oldest) / 1_000 };
  }
}
