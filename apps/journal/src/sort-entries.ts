import type { EntryIndex } from './entry-index.ts';
import { entryKey, parseEntry, splitRecord } from './log/entry.ts';
import type { Entry } from './log/entry.ts';
import type { LogFolder } from './log/log-folder.ts';
import { TILE_WIDTH } from './log/tiles.ts';

export interface SortedEntries {
  added: Entry[];
  repeatCount: number;
  /** Entries whose number another event has: their service counts from a number that it has used. */
  conflicting: Set<Entry>;
}

/**
 * Separates new entries, repeats, and entries under a used number.
 * @param known keys that the index has
 * @param readId returns the event ID of the logged entry with the number of this one; undefined if it was altered
 */
export function sortEntries(
  entries: readonly Entry[],
  known: ReadonlySet<string>,
  readId: (entry: Entry) => string | undefined,
): SortedEntries {
  const own = new Map<string, string>();
  const sorted: SortedEntries = { added: [], repeatCount: 0, conflicting: new Set() };
  for (const entry of entries) {
    const key = entryKey(entry);
    const isKnown = known.has(key);
    const id = isKnown ? readId(entry) : own.get(key);
    if (!isKnown && id === undefined) {
      own.set(key, entry.id);
      sorted.added.push(entry);
    } else if (id === undefined || id === entry.id) sorted.repeatCount += 1;
    else sorted.conflicting.add(entry);
  }
  return sorted;
}

/** Returns a function that reads event IDs of logged entries, each bundle of the log once. */
export function createIdReader(log: LogFolder, index: EntryIndex): (entry: Entry) => string | undefined {
  const bundles = new Map<number, ReturnType<LogFolder['checkBundle']>>();
  return (entry) => {
    const position = index.findPosition(entry);
    if (position === undefined) return undefined;
    const number = Math.floor(position / TILE_WIDTH);
    const bundle = bundles.get(number) ?? log.checkBundle(position);
    bundles.set(number, bundle);
    const record = bundle.records[position % TILE_WIDTH];
    return record && !bundle.altered.includes(position) ? parseEntry(splitRecord(record).text).id : undefined;
  };
}
