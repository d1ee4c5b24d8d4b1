import { setTimeout as pause } from 'node:timers/promises';
import { measureIdle } from '../idle.ts';
import { startBenchPlatform } from './bench-platform.ts';

/** Idle cost of a platform by its number of agencies. */

const COUNTS = [4, 20, 100];

export async function measureIdleAgencies({
  seconds,
  onProgress,
}: {
  seconds: number;
  onProgress: (line: string) => void;
}) {
  const measured = [];
  for (const agencies of COUNTS) {
    const stage = await startBenchPlatform({ onProgress: () => {}, agencies });
    try {
      await pause(10_000);
      const { cpuPercent, cpuBy, othersPercent, nodeMiB, memory, jvms } = await measureIdle(stage.platform, seconds);
      measured.push({ agencies, cpuPercent, cpuBy, othersPercent, nodeMiB, memory, jvms });
      onProgress(`${agencies} agencies: ${cpuPercent} % of a core, Node ${nodeMiB} MiB, others ${othersPercent} %`);
    } finally {
      await stage.close();
    }
  }
  return measured;
}
