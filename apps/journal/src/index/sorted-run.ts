import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../log/durable-files.ts';
import { HASH_BYTES } from '../log/tiles.ts';
import { formatRow, hasName, parseRow, PREFIX_END, prefixOf, ROW_BYTES } from './rows.ts';
import type { Row } from './rows.ts';

/**
 * Runs of the index: files of sorted rows, which never change. A run of level 0 has the entries of one part of the log,
 * and a run of a higher level those of several runs below. A file begins with the root of the log up to the end of the
 * run, so that a run of another log is not taken for one of this.
 */

/** Entries of a run of level 0. */
export const RUN_ENTRIES = 8_192;
/** Runs that one of the next level replaces. */
export const FAN_OUT = 8;
/** An entry has a row for its document and one for its resource. */
export const ROWS_PER_ENTRY = 2;
/** Rows of one read. */
const BLOCK_ROWS = 256;
/** A file up to this size is read whole: 3 MiB for the at most seven runs of level 0. */
const MAX_IN_MEMORY = 1024 * 1024;
/** Guesses of a place before the rest is halved: the rows of one name are not spread evenly. */
const MAX_GUESSES = 6;
const FILE_MODE = 0o600;
const DRAFT = '.draft';

/** A part of the log that a run covers. */
export interface RunPlace {
  level: number;
  /** From 0, within its level. */
  number: number;
}

export const countEntries = (level: number): number => RUN_ENTRIES * FAN_OUT ** level;
export const formatRunName = ({ level, number }: RunPlace): string => `${level}-${number}`;

/** @returns undefined for the name of another file */
export function parseRunName(name: string): RunPlace | undefined {
  const [, level, number] = /^(\d{1,2})-(\d{1,12})$/.exec(name) ?? [];
  return level === undefined ? undefined : { level: Number(level), number: Number(number) };
}

export class SortedRun {
  readonly place: RunPlace;
  readonly rows: number;
  readonly #file: number;
  readonly #block = Buffer.alloc(BLOCK_ROWS * ROW_BYTES);
  /** The rows of a small run. */
  #content: Buffer | undefined;

  private constructor(place: RunPlace, file: number) {
    this.place = place;
    this.rows = countEntries(place.level) * ROWS_PER_ENTRY;
    this.#file = file;
  }

  /** @throws Error if the file is absent or has another size */
  static open(folder: string, place: RunPlace): SortedRun {
    const file = openSync(join(folder, formatRunName(place)), 'r');
    const run = new SortedRun(place, file);
    const bytes = run.rows * ROW_BYTES;
    if (fstatSync(file).size === HASH_BYTES + bytes) {
      if (bytes <= MAX_IN_MEMORY) run.#content = run.read(0, Buffer.alloc(bytes));
      return run;
    }
    run.close();
    throw new Error(`The run ${formatRunName(place)} is incomplete.`);
  }

  /** Position after its last entry. */
  get end(): number {
    return (this.place.number + 1) * countEntries(this.place.level);
  }

  /** Root of the log that ends where the run ends. */
  readRoot(): Buffer {
    const root = Buffer.alloc(HASH_BYTES);
    readSync(this.#file, root, 0, HASH_BYTES, 0);
    return root;
  }

  /** Reads rows, into a buffer if they are not in memory. @returns their bytes; fewer at the end of the run */
  read(first: number, into: Buffer): Buffer {
    const length = Math.min(into.length, (this.rows - first) * ROW_BYTES);
    if (this.#content) return this.#content.subarray(first * ROW_BYTES, first * ROW_BYTES + length);
    const read = readSync(this.#file, into, 0, length, HASH_BYTES + first * ROW_BYTES);
    if (read < length) throw new Error(`The run ${formatRunName(this.place)} is incomplete.`);
    return into.subarray(0, length);
  }

  /** Returns the last rows of a name whose order is below `before`, in their order. */
  find(name: Buffer, { before, limit }: { before: number; limit: number }): Row[] {
    const end = this.#countBelow(formatRow(name, { order: before, position: 0 }));
    const first = Math.max(0, end - limit);
    const bytes = this.read(first, Buffer.alloc((end - first) * ROW_BYTES));
    const found: Row[] = [];
    for (let at = bytes.length - ROW_BYTES; at >= 0 && hasName(bytes, at, name); at -= ROW_BYTES)
      found.push(parseRow(bytes, at));
    return found.reverse();
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Returns the number of rows below one. Hashes are spread evenly, so that it is near where their value says. */
  #countBelow(row: Buffer): number {
    const value = prefixOf(row, 0);
    let [low, high, lowValue, highValue] = [0, this.rows, 0, PREFIX_END];
    for (let guesses = 0; low < high; guesses += 1) {
      const share = guesses < MAX_GUESSES ? (value - lowValue) / (highValue - lowValue || 1) : 0.5;
      const middle = low + Math.floor((high - low) * share);
      const first = Math.max(low, Math.min(middle - BLOCK_ROWS / 2, high - BLOCK_ROWS));
      const block = this.read(first, this.#block).subarray(0, (high - first) * ROW_BYTES);
      const last = block.length - ROW_BYTES;
      if (row.compare(block, 0, ROW_BYTES) <= 0) [high, highValue] = [first, prefixOf(block, 0)];
      else if (row.compare(block, last) > 0)
        [low, lowValue] = [first + block.length / ROW_BYTES, prefixOf(block, last)];
      else return first + countBelow(block, row);
    }
    return low;
  }
}

/** Returns the number of rows of a block that are below one. */
function countBelow(block: Buffer, row: Buffer): number {
  let [low, high] = [0, block.length / ROW_BYTES];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (row.compare(block, middle * ROW_BYTES, (middle + 1) * ROW_BYTES) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Writes a run whole, or not at all. @param write writes the rows in their order */
export async function writeRun(
  folder: string,
  place: RunPlace,
  root: Buffer,
  write: (file: FileHandle) => Promise<void>,
): Promise<SortedRun> {
  const path = join(folder, formatRunName(place));
  const file = await open(`${path}${DRAFT}`, 'w', FILE_MODE);
  try {
    await file.writeFile(root);
    await write(file);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}${DRAFT}`, path);
  await syncFolder(folder);
  return SortedRun.open(folder, place);
}

export async function removeRun(folder: string, run: SortedRun): Promise<void> {
  run.close();
  await rm(join(folder, formatRunName(run.place)), { force: true });
}
