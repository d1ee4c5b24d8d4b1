import { setTimeout as pause } from 'node:timers/promises';
import { SERVICES } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { nowMs, measureMemory, pssMiB, readClocks, round, diffClocks } from './processes.ts';

export type IdleUsage = Awaited<ReturnType<typeof measureIdle>>;

/** Measures idle CPU in percent of one core, and the memory of the Node services. */
export async function measureIdle(platform: Platform, seconds: number) {
  const pids = platform.pids();
  const before = readClocks(pids);
  const began = nowMs();
  await pause(seconds * 1000);
  const percent = (ms: number) => round((ms * 100) / (nowMs() - began));
  const { others, ...spent } = diffClocks(before, readClocks(pids));
  const cpuBy = Object.fromEntries(Object.entries(spent).map(([name, ms]) => [name, percent(ms)]));
  const memory = Object.fromEntries(SERVICES.map((name) => [name, pids[name] ? round(pssMiB(pids[name]), 1) : 0]));
  const jvms = { kafka: measureMemory(pids['kafka']), store: measureMemory(pids['store']) };
  return {
    seconds,
    cpuPercent: round(sum(cpuBy)),
    cpuBy,
    othersPercent: percent(others!),
    nodeMiB: round(sum(memory), 1),
    memory,
    jvms,
  };
}

function sum(values: Record<string, number>): number {
  return Object.values(values).reduce((total, one) => total + one, 0);
}
