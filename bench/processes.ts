import { readFileSync } from 'node:fs';

/** What processes of this machine cost, read from /proc. */

/** Kernel ticks of /proc are 10 ms on every Linux that Node runs on. */
const TICK_MS = 10;

/** CPU milliseconds by name since some moment in the past: only differences mean something. */
export type CpuClock = Record<string, number>;

/** User and system time of a process, its ended threads included, in milliseconds; 0 when it is gone. */
export function readCpuMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return 0;
  }
}

/** The clocks of several processes, and of the whole machine as `machine`. */
export function readClocks(pids: Record<string, number>): CpuClock {
  const clocks: CpuClock = { machine: machineBusyMs() };
  for (const [name, pid] of Object.entries(pids)) clocks[name] = readCpuMs(pid);
  return clocks;
}

/** CPU milliseconds used between two readings, by name; `others` is what the rest of the machine used meanwhile. */
export function diffClocks(before: CpuClock, after: CpuClock): Record<string, number> {
  const names = Object.keys(after).filter((name) => name !== 'machine');
  const spent = Object.fromEntries(names.map((name) => [name, after[name]! - (before[name] ?? 0)]));
  const ours = Object.values(spent).reduce((sum, ms) => sum + ms, 0);
  return { ...spent, others: Math.max(0, after['machine']! - before['machine']! - ours) };
}

/** Busy time of all cores, in milliseconds; stolen time counts, because it was not ours either. */
function machineBusyMs(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]!
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}

/** Proportional set size in MiB: what is shared between processes is counted once in all. */
export function pssMiB(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

/** Monotonic milliseconds, the same clock in every process of the machine. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Nearest rank; zeros for no values. Rounded to 0.01. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export function round(value: number, digits = 2): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
