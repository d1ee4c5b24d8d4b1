import { readFileSync } from 'node:fs';

/** Reads the cost of local processes from /proc. */

/** Kernel ticks of /proc are 10 ms on every Linux that Node runs on. */
const TICK_MS = 10;

/** CPU milliseconds by name since an arbitrary time: only differences matter. */
export type CpuClock = Record<string, number>;

/** Returns user and system time of a process, ended threads included, in milliseconds; 0 when it has ended. */
export function readCpuMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return 0;
  }
}

/** Returns the clocks of several processes, and of the machine as `machine`. */
export function readClocks(pids: Record<string, number>): CpuClock {
  const clocks: CpuClock = { machine: machineBusyMs() };
  for (const [name, pid] of Object.entries(pids)) clocks[name] = readCpuMs(pid);
  return clocks;
}

/** Returns CPU milliseconds between two readings, by name; `others` is the rest of the machine. */
export function diffClocks(before: CpuClock, after: CpuClock): Record<string, number> {
  const names = Object.keys(after).filter((name) => name !== 'machine');
  const spent = Object.fromEntries(names.map((name) => [name, after[name]! - (before[name] ?? 0)]));
  const ours = Object.values(spent).reduce((sum, ms) => sum + ms, 0);
  return { ...spent, others: Math.max(0, after['machine']! - before['machine']! - ours) };
}

/** Returns the busy time of all cores, in milliseconds; includes stolen time. */
function machineBusyMs(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]!
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}

/** Returns the proportional set size in MiB, which counts shared memory once. */
export function pssMiB(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

/** MiB; a process that the platform did not start, such as an external store, is not measured. */
export type MemoryMiB = number | 'not measured';

/** Returns the proportional set size. @param pid 0 for a process that the platform did not start */
export const measureMemory = (pid = 0): MemoryMiB => (pid > 0 ? round(pssMiB(pid), 1) : 'not measured');

/** Returns monotonic milliseconds, the same clock in every process of the machine. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Nearest rank, rounded to 0.01; zeros without values. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export function round(value: number, digits = 2): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** Returns the duration of each run in ms, one run after the other. */
export async function timeRuns(runs: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times;
}
