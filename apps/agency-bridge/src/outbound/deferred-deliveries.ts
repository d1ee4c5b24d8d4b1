/** Maximum number of counted deliveries; further ones appear in no gauge and no log line. */
const MAX_COUNTED = 10_000;
/** A deferred delivery is checked every minute. If another replica checks it, this one forgets it after this time. */
const FORGET_AFTER_MS = 600_000;

/** Returns the agency code, which follows a ULID and a hyphen in the delivery ID. */
const agencyOf = (id: string): string => id.slice(27);

/**
 * Deliveries that this process found deferred because their agency has no file. A restart finds them again within a
 * minute. Several replicas may count the same delivery.
 */
export class DeferredDeliveries {
  /** Time of the last check by delivery ID, oldest first. */
  readonly #seen = new Map<string, number>();

  /**
   * Records the state of a delivery.
   * @returns the change, if any
   */
  observe(id: string, isDeferred: boolean, at: number): 'deferred' | 'resumed' | undefined {
    const isKnown = this.#seen.delete(id);
    if (!isDeferred) return isKnown ? 'resumed' : undefined;
    if (!isKnown && this.#seen.size >= MAX_COUNTED) return undefined;
    this.#seen.set(id, at);
    return isKnown ? undefined : 'deferred';
  }

  /** Returns the IDs of deliveries deferred for an agency. */
  idsOf(agency: string): string[] {
    return [...this.#seen.keys()].filter((id) => agencyOf(id) === agency);
  }

  /** Returns the number of deferred deliveries, without those not seen for ten minutes. */
  count(at: number): number {
    for (const [id, time] of this.#seen) {
      if (at - time < FORGET_AFTER_MS) break;
      this.#seen.delete(id);
    }
    return this.#seen.size;
  }
}
