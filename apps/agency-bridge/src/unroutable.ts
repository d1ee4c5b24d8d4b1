/** Deliveries that are counted; what waits beyond that waits as well, but is in no gauge and no log line. */
const COUNTED = 10_000;
/** ms; a delivery that waits is looked at every minute, but perhaps by another replica: that one counts it then. */
const FORGOTTEN_MS = 600_000;

/** Of a delivery's id, which ends with the code of its agency, behind a ULID and a hyphen. */
const agencyOf = (id: string): string => id.slice(27);

/**
 * The deliveries that this process saw waiting for an agency that no file names. After a restart they are counted as each is
 * looked at again, which takes a minute at most; with several replicas one may be counted by each.
 */
export function openUnroutable() {
  /** By id, when it was seen waiting last; the oldest first. */
  const seen = new Map<string, number>();
  return {
    /** Notes how a delivery was found. @returns what is new about it */
    found(id: string, waits: boolean, at: number): 'waits' | 'goes-on' | undefined {
      const known = seen.delete(id);
      if (!waits) return known ? 'goes-on' : undefined;
      if (!known && seen.size >= COUNTED) return undefined;
      seen.set(id, at);
      return known ? undefined : 'waits';
    },
    /** Ids of those that wait for an agency. */
    of: (agency: string): string[] => [...seen.keys()].filter((id) => agencyOf(id) === agency),
    count(at: number): number {
      for (const [id, time] of seen) {
        if (at - time < FORGOTTEN_MS) break;
        seen.delete(id);
      }
      return seen.size;
    },
  };
}
