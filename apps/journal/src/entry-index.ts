import { setImmediate as turn } from 'node:timers/promises';
import { MAX_ORDER } from './index/rows.ts';
import type { EntryNames, IndexFiles } from './index/index-files.ts';
import { parseEntry, parseEntryKey, splitRecord, streamOf } from './log/entry.ts';
import type { Entry } from './log/entry.ts';
import type { LogFolder } from './log/log-folder.ts';
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

  /** Indexes what a crash left out. */
  async catchUp(log: LogFolder): Promise<void> {
    if (this.#files.size === log.size) return;
    while (this.#files.size < log.size) {
      for (const record of log.readBundle(this.#files.size))
        await this.#files.add(toNames(parseEntry(splitRecord(record).text)));
      // A long log must not keep the probes waiting.
      await turn();
    }
    await this.#indexedSize.write(log.size);
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

const toNames = ({ source, subject, sequence, resource }: Entry): EntryNames => ({
  document: streamOf({ source, subject }),
  sequence,
  resource,
});
