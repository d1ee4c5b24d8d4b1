import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '@cups/contracts';
import { createFolder } from '../log/durable-files.ts';
import type { Hash } from '../log/merkle-tree.ts';
import { mergeRuns } from './merge.ts';
import { formatRow, hashName, ROW_BYTES } from './rows.ts';
import type { Row } from './rows.ts';
import {
  countEntries,
  FAN_OUT,
  formatRunName,
  parseRunName,
  removeRun,
  RUN_ENTRIES,
  SortedRun,
  writeRun,
} from './sorted-run.ts';

/** Name of the folder below that of the log. A backup leaves it out, because it is built from the log. */
export const INDEX_FOLDER = 'index';

/** The log that is indexed. */
export interface IndexedLog {
  readonly size: number;
  rootAt(size: number): Hash;
}

export interface IndexFilesOptions {
  folder: string;
  log: IndexedLog;
  processLog: Log;
}

/** The two names under which an entry is found. */
export interface EntryNames {
  document: string;
  /** Orders the entries of a document. */
  sequence: number;
  resource: string;
}

/**
 * The index of the log: the newest entries in memory, and all others in runs of sorted rows. Eight runs of one level
 * become one of the next, in the background, so that 1,000,000,000 entries have at most 49 runs. What a crash takes from
 * memory is read from the log again, and a run that is not of this log is removed.
 */
export class IndexFiles {
  readonly #options: IndexFilesOptions;
  /** Without gaps, from the begin of the log. */
  #runs: SortedRun[] = [];
  /** Rows of the entries after the last run. */
  #newest = new Map<string, Row[]>();
  #newestCount = 0;
  #merging: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  /** The index is empty until it is opened. */
  constructor(options: IndexFilesOptions) {
    this.#options = options;
  }

  /** Opens the index as far as its files reach. */
  static async open(options: IndexFilesOptions): Promise<IndexFiles> {
    const files = new IndexFiles(options);
    await files.reopen();
    return files;
  }

  /** Opens the files that are of the log as it is now. */
  async reopen(): Promise<void> {
    await this.#closeRuns();
    await createFolder(this.#options.folder);
    this.#openRuns();
    this.#startMerge();
  }

  /** Removes all files, so that they are built from the log again. */
  async clear(): Promise<void> {
    await this.#closeRuns();
    rmSync(this.#options.folder, { recursive: true, force: true });
    await createFolder(this.#options.folder);
  }

  /** Number of entries that it has. */
  get size(): number {
    return (this.#runs.at(-1)?.end ?? 0) + this.#newestCount;
  }

  /** Adds the next entry of the log. @throws Error if a run cannot be written; then the entry is not added */
  async add({ document, sequence, resource }: EntryNames): Promise<void> {
    if (this.#newestCount === RUN_ENTRIES) await this.#writeNewest();
    const position = this.size;
    this.#put(toDocumentName(document), { order: sequence, position });
    this.#put(toResourceName(resource), { order: position, position });
    this.#newestCount += 1;
  }

  /** Whether it has an entry. Most are asked for soon after they came, or never came. */
  has(document: string, sequence: number): boolean {
    const name = toDocumentName(document);
    if (this.#newest.get(name)?.some(({ order }) => order === sequence)) return true;
    if (this.#runs.length === 0) return false;
    const hash = hashName(name);
    const bounds = { before: sequence + 1, limit: 1 };
    return this.#runs.some((run) => run.find(hash, bounds)[0]?.order === sequence);
  }

  /** Returns the last entries of a document whose sequence is below `before`, the highest first; order: sequence. */
  findByDocument(document: string, bounds: { before: number; limit: number }): Row[] {
    return this.#find(toDocumentName(document), bounds);
  }

  /** Returns the last entries about a resource whose position is below `before`, the newest first. */
  findByResource(resource: string, bounds: { before: number; limit: number }): Row[] {
    return this.#find(toResourceName(resource), bounds);
  }

  /** Ends the merge, and closes the files. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#closeRuns();
  }

  async #closeRuns(): Promise<void> {
    await this.#merging;
    for (const run of this.#runs.splice(0)) run.close();
    this.#newest = new Map();
    this.#newestCount = 0;
  }

  #put(name: string, row: Row): void {
    const rows = this.#newest.get(name);
    if (rows) rows.push(row);
    else this.#newest.set(name, [row]);
  }

  #find(name: string, { before, limit }: { before: number; limit: number }): Row[] {
    const found = (this.#newest.get(name) ?? []).filter(({ order }) => order < before);
    if (this.#runs.length > 0) {
      const hash = hashName(name);
      for (const run of this.#runs) found.push(...run.find(hash, { before, limit }));
    }
    // A late entry of a document has a higher position than those behind it.
    return found.sort((one, other) => other.order - one.order).slice(0, limit);
  }

  /** Opens the largest runs that follow each other and are of this log, and removes the other files. */
  #openRuns(): void {
    const { folder } = this.#options;
    const files = new Set(readdirSync(folder));
    const levels = [...files].map((name) => parseRunName(name)?.level ?? -1);
    const highest = Math.max(-1, ...levels);
    for (let next = this.#openNext(highest); next; next = this.#openNext(highest)) this.#runs.push(next);
    for (const { place } of this.#runs) files.delete(formatRunName(place));
    for (const name of files) rmSync(join(folder, name), { force: true });
  }

  #openNext(highest: number): SortedRun | undefined {
    const start = this.size;
    for (let level = highest; level >= 0; level -= 1) {
      const number = start / countEntries(level);
      const run = Number.isInteger(number) ? this.#tryToOpen({ level, number }) : undefined;
      if (run) return run;
    }
    return undefined;
  }

  #tryToOpen(place: { level: number; number: number }): SortedRun | undefined {
    const { folder, log } = this.#options;
    let run: SortedRun;
    try {
      run = SortedRun.open(folder, place);
    } catch {
      return undefined;
    }
    if (run.end <= log.size && log.rootAt(run.end).equals(run.readRoot())) return run;
    run.close();
    return undefined;
  }

  /** Moves the newest entries to a run. */
  async #writeNewest(): Promise<void> {
    const { folder, log } = this.#options;
    const rows: Buffer[] = [];
    for (const [name, found] of this.#newest) {
      const hash = hashName(name);
      for (const row of found) rows.push(formatRow(hash, row));
    }
    rows.sort(Buffer.compare);
    const place = { level: 0, number: this.size / RUN_ENTRIES - 1 };
    const bytes = Buffer.concat(rows, rows.length * ROW_BYTES);
    const run = await writeRun(folder, place, log.rootAt(this.size), (file) => file.writeFile(bytes));
    this.#runs.push(run);
    this.#newest = new Map();
    this.#newestCount = 0;
    this.#startMerge();
  }

  /** Merges what is complete. After a failure the next run tries again; until then each search reads more runs. */
  #startMerge(): void {
    this.#merging ??= this.#mergeAll()
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#options.processLog.error({ event: 'journal-merge-failed', error });
      })
      .finally(() => (this.#merging = undefined));
  }

  async #mergeAll(): Promise<void> {
    const { folder } = this.#options;
    for (let group = this.#findComplete(); group; group = this.#findComplete()) {
      const merged = await mergeRuns(folder, group, this.#stopping.signal);
      this.#runs = this.#runs.toSpliced(this.#runs.indexOf(group[0]!), FAN_OUT, merged);
      for (const run of group) await removeRun(folder, run);
    }
  }

  /** Returns all runs that one of the next level replaces. */
  #findComplete(): SortedRun[] | undefined {
    const first = this.#runs.findIndex(({ place: { level, number } }, at) => {
      const last = this.#runs[at + FAN_OUT - 1]?.place;
      return number % FAN_OUT === 0 && last?.level === level && last.number === number + FAN_OUT - 1;
    });
    return first < 0 ? undefined : this.#runs.slice(first, first + FAN_OUT);
  }
}

const toDocumentName = (document: string): string => `document|${document}`;
const toResourceName = (resource: string): string => `resource|${resource}`;
