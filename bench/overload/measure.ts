import { SERVICES } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import type { LoadLevelResult, LoadRunner, OverloadLoadResult } from '../load-runs.ts';
import { pssMiB, round } from '../processes.ts';

/** Measures saturation, then an overload, then saturation again. */

export interface OverloadOptions {
  /** Length of each part. */
  seconds: number;
  /** Arrivals divided by saturation. */
  factor: number;
  /** Seconds that an applicant waits. */
  patience: number;
  log: (line: string) => void;
}

/** MiB (PSS) by process. */
type MemoryByProcess = Record<string, number>;

export interface OverloadMeasurement {
  seconds: number;
  factor: number;
  patience: number;
  before: LoadLevelResult;
  overload: OverloadLoadResult;
  after: LoadLevelResult;
  memory: { before: MemoryByProcess; most: MemoryByProcess; after: MemoryByProcess };
}

const IN_FLIGHT = 64;
const MEMORY_INTERVAL_MS = 2_000;

export async function measureOverload(
  platform: Platform,
  runner: LoadRunner,
  { seconds, factor, patience, log }: OverloadOptions,
): Promise<OverloadMeasurement> {
  const readMemory = (): MemoryByProcess => {
    const pids = platform.pids();
    const names = [...SERVICES, 'kafka', 'store'].filter((name) => (pids[name] ?? 0) > 0);
    return Object.fromEntries(names.map((name) => [name, round(pssMiB(pids[name]!), 1)]));
  };
  const before = await runner.closed(IN_FLIGHT, seconds);
  log(`${IN_FLIGHT} in flight: ${before.pairsPerSecond} pairs/s`);
  const perSecond = before.pairsPerSecond * factor;
  log(`${Math.round(perSecond)} applicants a second for ${seconds} s …`);
  const memoryBefore = readMemory();
  const most = { ...memoryBefore };
  const sampling = setInterval(() => {
    for (const [name, mib] of Object.entries(readMemory())) most[name] = Math.max(most[name] ?? 0, mib);
  }, MEMORY_INTERVAL_MS);
  const patienceMs = patience * 1000;
  const overload = await runner
    .overload({ kind: 'overload', perSecond, seconds, patienceMs })
    .finally(() => clearInterval(sampling));
  const memory = { before: memoryBefore, most, after: readMemory() };
  const after = await runner.closed(IN_FLIGHT, seconds);
  log(`${IN_FLIGHT} in flight: ${after.pairsPerSecond} pairs/s`);
  return { seconds, factor, patience, before, overload, after, memory };
}
