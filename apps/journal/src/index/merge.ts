import { setImmediate as turn } from 'node:timers/promises';
import { prefixOf, ROW_BYTES } from './rows.ts';
import { FAN_OUT, writeRun } from './sorted-run.ts';
import type { SortedRun } from './sorted-run.ts';

/** Rows that are read from one run, and written, at once. */
const READ_ROWS = 4_096;
const WRITE_ROWS = 8_192;

/** The next row of a run that is merged. */
interface Cursor {
  run: SortedRun;
  buffer: Buffer;
  bytes: Buffer;
  /** Place of the row in `bytes`. */
  at: number;
  prefix: number;
  /** Rows that were read. */
  read: number;
}

/**
 * Merges the runs of one level into the one of the next that covers them. Other work has its turn between parts.
 * @throws the reason of an aborted signal
 */
export async function mergeRuns(folder: string, runs: readonly SortedRun[], signal: AbortSignal): Promise<SortedRun> {
  const { level, number } = runs[0]!.place;
  const place = { level: level + 1, number: number / FAN_OUT };
  const root = runs.at(-1)!.readRoot();
  return writeRun(folder, place, root, async (file) => {
    let cursors = runs.map(openCursor);
    const out = Buffer.alloc(WRITE_ROWS * ROW_BYTES);
    while (cursors.length > 0) {
      signal.throwIfAborted();
      const length = fill(out, cursors);
      cursors = cursors.filter(({ at, bytes }) => at < bytes.length);
      await file.write(out, 0, length);
      await turn();
    }
  });
}

function openCursor(run: SortedRun): Cursor {
  const buffer = Buffer.alloc(READ_ROWS * ROW_BYTES);
  const cursor = { run, buffer, bytes: buffer.subarray(0, 0), at: 0, prefix: 0, read: 0 };
  readOn(cursor);
  return cursor;
}

/** Writes the next rows of all runs in their order. @returns their bytes, fewer when a run has ended */
function fill(out: Buffer, cursors: readonly Cursor[]): number {
  let length = 0;
  while (length < out.length) {
    const next = findFirst(cursors);
    next.bytes.copy(out, length, next.at, next.at + ROW_BYTES);
    length += ROW_BYTES;
    next.at += ROW_BYTES;
    if (next.at === next.bytes.length && !readOn(next)) break;
    next.prefix = prefixOf(next.bytes, next.at);
  }
  return length;
}

function findFirst(cursors: readonly Cursor[]): Cursor {
  let first = cursors[0]!;
  for (const one of cursors) {
    if (one.prefix > first.prefix || one === first) continue;
    if (one.prefix < first.prefix || isBelow(one, first)) first = one;
  }
  return first;
}

const isBelow = (one: Cursor, other: Cursor): boolean =>
  one.bytes.compare(other.bytes, other.at, other.at + ROW_BYTES, one.at, one.at + ROW_BYTES) < 0;

/** @returns false at the end of the run */
function readOn(cursor: Cursor): boolean {
  if (cursor.read === cursor.run.rows) return false;
  cursor.bytes = cursor.run.read(cursor.read, cursor.buffer);
  cursor.read += cursor.bytes.length / ROW_BYTES;
  cursor.at = 0;
  cursor.prefix = prefixOf(cursor.bytes, 0);
  return true;
}
