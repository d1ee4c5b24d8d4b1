/** Deliveries that are counted; further ones wait as well, but are in no gauge and no log line. */
const MAX_COUNTED = 10_000;
/** ms; a delivery that waits is looked at every minute, but perhaps by another replica: that one counts it then. */
const FORGET_AFTER_MS = 600_000;

/** Of a delivery's id, which ends with the code of its agency, behind a ULID and a hyphen. */
const agencyOf = (id: string): string => id.slice(27);

/**
 * The deliveries that this process saw waiting for an agency that has no file yet. After a restart they are counted as each is
 * looked at again, which takes a minute at most; with several replicas one may be counted by each.
 */
export class DeferredDeliveries {
  /** By id, when it was seen waiting last (ms); the oldest first. */
  readonly #seen = new Map<string, number>();

  /** Notes how a delivery was found. @returns what is new about it */
  observe(id: string, isDeferred: boolean, at: number): 'waits' | 'goes-on' | undefined {
    const isKnown = this.#seen.delete(id);
    if (!isDeferred) return isKnown ? 'goes-on' : undefined;
    if (!isKnown && this.#seen.size >= MAX_COUNTED) return undefined;
    this.#seen.set(id, at);
    return isKnown ? undefined : 'waits';
  }

  /** Ids of those that wait for an agency. */
  idsOf(agency: string): string[] {
    return [...this.#seen.keys()].filter((id) => agencyOf(id) === agency);
  }

  /** How many wait; those that were not seen for ten minutes are forgotten. */
  count(at: number): number {
    for (const [id, time] of this.#seen) {
      if (at - time < FORGET_AFTER_MS) break;
      this.#seen.delete(id);
    }
    return this.#seen.size;
  }
}
