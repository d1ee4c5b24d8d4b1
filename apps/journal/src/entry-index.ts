import { entryKey, parseEntry, splitRecord, streamOf } from './log/entry.ts';
import type { Entry } from './log/entry.ts';
import { MAX_APPENDED } from './log/log-folder.ts';
import type { LogFolder } from './log/log-folder.ts';
import type { IndexedEntries } from './store.ts';

/** Finds entries of the log by their key and by their resource. */

const SERVICE = { scope: 'service' } as const;
/** Keys of one query. */
const MAX_KEYS = 1_000;
const MAX_SEQUENCE = Number.MAX_SAFE_INTEGER;

/** An entry and its position, from 0. */
export interface PlacedEntry {
  entry: Entry;
  position: number;
}

export class EntryIndex {
  readonly #entries: IndexedEntries;
  readonly #now: () => Date;
  /** Entries of the log before this position are indexed; undefined until the store has been read. */
  #size: number | undefined;

  constructor(entries: IndexedEntries, now: () => Date) {
    this.#entries = entries;
    this.#now = now;
  }

  /** Returns the number of entries that the index has, including those that the log lacks. */
  async countIndexed(): Promise<number> {
    const newest = { sort: { position: -1 } as const, limit: 1, projection: { position: 1 } as const };
    const [last] = await this.#entries.find({ position: { $gte: 0 } }, { ...SERVICE, ...newest });
    return last ? last.position + 1 : 0;
  }

  /**
   * Indexes what a crash left out. The last batch may be incomplete, and earlier ones are not: the next begins after
   * the index has the former.
   */
  async catchUp(log: LogFolder): Promise<void> {
    this.#size ??= Math.max(0, (await this.countIndexed()) - MAX_APPENDED);
    while (this.#size < log.size) {
      const end = Math.min(log.size, this.#size + MAX_APPENDED);
      const placed: PlacedEntry[] = [];
      for (let position = this.#size; position < end; position += 1)
        placed.push({ position, entry: parseEntry(splitRecord(log.readRecord(position)).text) });
      await this.add(placed);
    }
  }

  /** Adds the entries of a batch. Those that it has already stay. */
  async add(placed: readonly PlacedEntry[]): Promise<void> {
    const drafts = placed.map(({ entry, position }) => ({
      _id: entryKey(entry),
      position,
      resource: entry.resource,
      timer: null,
    }));
    await this.#entries.createMissing(drafts, { ...SERVICE, cause: {}, now: this.#now() });
    const last = placed.at(-1);
    if (last) this.#size = last.position + 1;
  }

  /** Returns which of these keys the index has. */
  async findKeys(keys: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (let at = 0; at < keys.length; at += MAX_KEYS) {
      const options = { ...SERVICE, limit: MAX_KEYS, projection: { _id: 1 } as const };
      const some = await this.#entries.find({ _id: { $in: keys.slice(at, at + MAX_KEYS) } }, options);
      for (const { _id } of some) found.add(_id);
    }
    return found;
  }

  /** Returns entries of a source and subject, the newest first, before a sequence if given. */
  async listStream(
    { source, subject }: Pick<Entry, 'source' | 'subject'>,
    { limit, before }: { limit: number; before?: number },
  ): Promise<{ sequence: number; position: number }[]> {
    const range = {
      $gt: streamOf({ source, subject }),
      $lt: entryKey({ source, subject, sequence: before ?? MAX_SEQUENCE }),
    };
    const options = { ...SERVICE, sort: { _id: -1 } as const, limit, projection: { position: 1 } as const };
    const found = await this.#entries.find({ _id: range }, options);
    return found.map(({ _id, position }) => ({ sequence: Number(_id.slice(range.$gt.length)), position }));
  }

  /** Returns positions of entries about a resource, newest first, before a position if given. */
  async listPositions(resource: string, { limit, before }: { limit: number; before?: number }): Promise<number[]> {
    const options = { ...SERVICE, sort: { position: -1 } as const, limit, projection: { position: 1 } as const };
    const range = before === undefined ? { $gte: 0 } : { $gte: 0, $lt: before };
    const found = await this.#entries.find({ resource, position: range }, options);
    return found.map(({ position }) => position);
  }
}
