import type { Cell } from '@cups/tools/format-table';
import { round } from '../processes.ts';

/** Times reads of a store, one after the other. */

/** Reads by name. */
export type Reads = Record<string, () => Promise<unknown>>;

/** Runs of each read. */
const RUNS = 30;

/** Returns [name, p50 ms, p95 ms] of each read. */
export async function timeReads(reads: Reads): Promise<Cell[][]> {
  const rows: Cell[][] = [];
  for (const [name, read] of Object.entries(reads)) {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const started = performance.now();
      await read();
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    rows.push([name, round(times[RUNS >> 1]!), round(times[Math.floor(RUNS * 0.95)]!)]);
  }
  return rows;
}
