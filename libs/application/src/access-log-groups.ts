/** An access-log entry, as the API returns it. */
export interface AccessLogEntry {
  /** The application, if entries of several are listed. */
  application?: string;
  /** operators/{id} */
  operator: string;
  kind: string;
  /** An instant, RFC 3339. */
  accessTime: string;
}

/** Entries of one application by one operator within 15 minutes. */
export interface AccessGroup<Entry extends AccessLogEntry = AccessLogEntry> {
  last: Entry;
  first: Entry;
  count: number;
  /** Distinct kinds, in the order of their first entry. */
  kinds: Entry['kind'][];
}

const WINDOW_MS = 15 * 60_000;

/**
 * Groups entries by application, operator and 15 minutes, counted from the first entry of each group.
 * @param entries in any order
 * @returns the groups, by their last entry, newest first
 */
export function groupAccessLog<Entry extends AccessLogEntry>(entries: readonly Entry[]): AccessGroup<Entry>[] {
  const groups: AccessGroup<Entry>[] = [];
  const open = new Map<string, AccessGroup<Entry>>();
  for (const entry of [...entries].sort((a, b) => timeOf(a) - timeOf(b))) {
    const key = `${entry.application ?? ''} ${entry.operator}`;
    const group = open.get(key);
    if (group && timeOf(entry) - timeOf(group.first) < WINDOW_MS) {
      group.last = entry;
      group.count++;
      if (!group.kinds.includes(entry.kind)) group.kinds.push(entry.kind);
    } else {
      const next = { first: entry, last: entry, count: 1, kinds: [entry.kind] };
      open.set(key, next);
      groups.push(next);
    }
  }
  return groups.sort((a, b) => timeOf(b.last) - timeOf(a.last));
}

const timeOf = ({ accessTime }: AccessLogEntry): number => Date.parse(accessTime);
