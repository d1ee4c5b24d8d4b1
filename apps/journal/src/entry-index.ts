import { setImmediate as turn } from 'node:timers/promises';
import { MAX_ORDER } from './index/rows.ts';
import type { EntryNames, IndexFiles } from './index/index-files.ts';
import { parseEntry, parseEntryKey, splitRecord, streamOf } from './log/entry.ts';
import type { Entry } from './log/entry.ts';
import type { LogFolder } from './log/log-folder.ts';
import { TILE_WIDTH } from './log/tiles.ts';
import type { IndexedSize } from './store.ts';

/** Finds entries of the log by their key and by their resource. */

/** An entry and its position, from 0. */
export interface PlacedEntry {
  entry: Entry;
  position: number;
}

type Stream = Pick<Entry, 'source' | 'subject'>;

export class EntryIndex {
  readonly #files: IndexFiles;
  readonly #indexedSize: IndexedSize;

  constructor(files: IndexFiles, indexedSize: IndexedSize) {
    this.#files = files;
    this.#indexedSize = indexedSize;
  }

  /** Returns the number of entries that were indexed, including those that the log lacks: the store keeps it. */
  countIndexed(): Promise<number> {
    return this.#indexedSize.read();
  }

  /** Number of entries that are found. */
  get size(): number {
    return this.#files.size;
  }

  /** Indexes what a crash left out. Altered entries have no names, so that nothing finds them. */
  async catchUp(log: LogFolder): Promise<void> {
    if (this.#files.size === log.size) return;
    while (this.#files.size < log.size) {
      const from = this.#files.size;
      for (const [at, names] of readNames(log, from).entries())
        await this.#files.add(names ?? { document: 'altered', sequence: from + at, resource: 'altered' });
      // A long log must not keep the probes waiting.
      await turn();
    }
    await this.#indexedSize.write(log.size);
  }

  /** Opens the index again for a log that another copy replaced. */
  reopen(): Promise<void> {
    return this.#files.reopen();
  }

  /** Removes the files of the index, and builds them from the log. */
  async rebuild(log: LogFolder): Promise<void> {
    await this.#files.clear();
    await this.catchUp(log);
  }

  /** Whether document and resource of each entry lead to it. @param from position of the first; undefined: altered */
  hasAll(from: number, entries: readonly (EntryNames | undefined)[]): boolean {
    return entries.every((names, at) => {
      const position = from + at;
      if (!names || position >= this.#files.size) return true;
      const { document, sequence, resource } = names;
      const [byDocument] = this.#files.findByDocument(document, { limit: 1, before: sequence + 1 });
      const [byResource] = this.#files.findByResource(resource, { limit: 1, before: position + 1 });
      return byDocument?.position === position && byDocument.order === sequence && byResource?.position === position;
    });
  }

  /** Adds the entries of a batch, which follow the indexed ones. */
  async add(placed: readonly PlacedEntry[]): Promise<void> {
    for (const { entry, position } of placed) {
      if (position !== this.#files.size) throw new Error(`The index has ${this.#files.size} entries, not ${position}.`);
      await this.#files.add(toNames(entry));
    }
    await this.#indexedSize.write(this.#files.size);
  }

  /** Returns which of these keys the index has. */
  findKeys(keys: readonly string[]): Set<string> {
    return new Set(
      keys.filter((key) => {
        const { stream, sequence } = parseEntryKey(key);
        return this.#files.has(stream, sequence);
      }),
    );
  }

  /** Returns the position of the entry with the number of this one. */
  findPosition({ source, subject, sequence }: Stream & Pick<Entry, 'sequence'>): number | undefined {
    const [found] = this.listStream({ source, subject }, { limit: 1, before: sequence + 1 });
    return found?.sequence === sequence ? found.position : undefined;
  }

  /** Returns entries of a source and subject, the newest first, before a sequence if given. */
  listStream(
    stream: Stream,
    { limit, before = MAX_ORDER }: { limit: number; before?: number },
  ): { sequence: number; position: number }[] {
    const found = this.#files.findByDocument(streamOf(stream), { limit, before });
    return found.map(({ order: sequence, position }) => ({ sequence, position }));
  }

  /** Returns positions of entries about a resource, newest first, before a position if given. */
  listPositions(resource: string, { limit, before = MAX_ORDER }: { limit: number; before?: number }): number[] {
    return this.#files.findByResource(resource, { limit, before }).map(({ position }) => position);
  }
}

/** Returns the names of the entries from a position to the end of their bundle; undefined for an altered one. */
export function readNames(log: LogFolder, from: number): (EntryNames | undefined)[] {
  const { records, altered } = log.checkBundle(from);
  const start = from - (from % TILE_WIDTH);
  const isAltered = new Set(altered);
  return Array.from({ length: Math.min(TILE_WIDTH, log.size - start) - (from - start) }, (_, at) => {
    const record = records[from - start + at];
    return record && !isAltered.has(from + at) ? toNames(parseEntry(splitRecord(record).text)) : undefined;
  });
}

const toNames = ({ source, subject, sequence, resource }: Entry): EntryNames => ({
  document: streamOf({ source, subject }),
  sequence,
  resource,
});
