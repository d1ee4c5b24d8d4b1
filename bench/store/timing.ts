import type { Cell } from '@cups/tools/format-table';
import { round, timeRuns } from '../processes.ts';

/** Times reads of a store, one after the other. */

/** Reads by name. */
export type Reads = Record<string, () => Promise<unknown>>;

/** Runs of each read. */
const RUNS = 30;

/** Returns [name, p50 ms, p95 ms] of each read. */
export async function timeReads(reads: Reads): Promise<Cell[][]> {
  const rows: Cell[][] = [];
  for (const [name, read] of Object.entries(reads)) {
    const times = await timeRuns(RUNS, read);
    times.sort((a, b) => a - b);
    rows.push([name, round(times[RUNS >> 1]!), round(times[Math.floor(RUNS * 0.95)]!)]);
  }
  return rows;
}
