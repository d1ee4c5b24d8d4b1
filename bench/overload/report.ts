import { formatTable } from '@cups/tools/format-table';
import type { Cell } from '@cups/tools/format-table';
import type { LoadLevelResult } from '../load-runs.ts';
import { round } from '../processes.ts';
import type { ReconciledCounts } from '../reconciliation.ts';
import type { OverloadMeasurement } from './measure.ts';

/** Computes and formats the result of an overload. */

/** Goodput divided by saturation. */
const TARGET = 0.9;
/** Processes of the benchmark, by clock name; the others are the platform. */
const BENCH_PROCESSES = ['load', 'bench', 'others'];

export type OverloadReport = ReturnType<typeof buildOverloadReport>;

export function buildOverloadReport(measured: OverloadMeasurement & { counted: ReconciledCounts }) {
  const { before, overload, after, memory, counted, seconds, factor, patience } = measured;
  const { result, cpu, drainedMs } = overload;
  const { accepted, acceptedInTime, offered, startMs, lastArrivalMs, firstRefusal: _first, ...rest } = result;
  const saturation = (before.pairsPerSecond + after.pairsPerSecond) / 2;
  const goodput = acceptedInTime / seconds;
  const ratio = round(goodput / saturation);
  const platformMs = sumPlatform(cpu) / accepted.length;
  const saturationMs = (sumPlatform(before.cpuMsPerPair) + sumPlatform(after.cpuMsPerPair)) / 2;
  return {
    seconds,
    factor,
    patience,
    saturation: [before.pairsPerSecond, after.pairsPerSecond],
    offeredPerSecond: round((offered * 1000) / (lastArrivalMs - startMs), 1),
    goodputPerSecond: round(goodput, 1),
    ratio,
    isReached: ratio >= TARGET,
    accepted: accepted.length,
    refused: rest.refused,
    gaveUp: rest.gaveUp,
    ackMs: rest.submitMs,
    createMs: rest.createMs,
    pairMs: rest.pairMs,
    ackAtSaturationMs: before.submitMs,
    recoverySeconds: round((drainedMs - lastArrivalMs) / 1000, 1),
    platformCpuMsPerPair: { saturation: round(saturationMs), overload: round(platformMs) },
    cpuPercent: percentOfCore(cpu, drainedMs - startMs),
    memory,
    counts: counted.counts,
    valid: counted.isWhole,
  };
}

function sumPlatform(cpu: Record<string, number>): number {
  return Object.entries(cpu).reduce((sum, [name, ms]) => (BENCH_PROCESSES.includes(name) ? sum : sum + ms), 0);
}

/** Percent of a core by process, the drain included. */
function percentOfCore(cpu: LoadLevelResult['cpuMsPerPair'], durationMs: number): Record<string, number> {
  return Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, round((ms * 100) / durationMs, 1)]));
}

export function formatOverload(report: OverloadReport): string {
  const list = (values: object) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  const rows: Cell[][] = [
    ['saturation before and after, pairs/s', report.saturation.join(' and ')],
    ['offered, applicants/s', report.offeredPerSecond],
    ['goodput, pairs/s', report.goodputPerSecond],
    [`goodput ÷ saturation (target ${TARGET})`, report.ratio],
    ['CPU-ms of the platform a pair: saturation, overload', list(report.platformCpuMsPerPair)],
    ['accepted, also after the last arrival', report.accepted],
    ['refused', list(report.refused) || 'none'],
    ['given up', list(report.gaveUp)],
    ['submit ack, accepted attempts, ms', list(report.ackMs)],
    ['the same at saturation, ms', list(report.ackAtSaturationMs)],
    ['create, accepted attempts, ms', list(report.createMs)],
    ['arrival to submit, with waits, ms', list(report.pairMs)],
    ['recovery, s', report.recoverySeconds],
    ['CPU, % of a core', list(report.cpuPercent)],
    ['memory before, MiB', list(report.memory.before)],
    ['most memory, MiB', list(report.memory.most)],
    ['memory after, MiB', list(report.memory.after)],
    [report.valid ? 'valid' : 'NOT VALID', list(report.counts)],
  ];
  return formatTable(['overload', ''], rows);
}
