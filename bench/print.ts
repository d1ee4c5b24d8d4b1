import { formatTable } from '@cups/tools/format-table';
import type { Cell } from '@cups/tools/format-table';
import type { RawCost } from './drivers/meter.ts';
import type { Percentiles } from './processes.ts';
import type { LoadLevelResult } from './load-runs.ts';

/** Formats the report as text. */

interface PrintableReport {
  ramp: LoadLevelResult[];
  openLoop: { perSecond: number; createMs: Percentiles };
  ackMs: Percentiles;
  toAgencyMs: Percentiles;
  cpuMsPerPair: Record<string, number>;
  raw: Record<string, RawCost>;
  needed: Record<string, { times: number; why: string }>;
  ratio: number;
  ratios: Record<string, number>;
  idle: { cpuPercent: number; othersPercent: number; nodeMiB: number; cpuBy: object; memory: object; jvms: object };
  counts: object;
  valid: boolean;
  disturbed: boolean;
  firstRefusal?: string;
  marks: Record<string, { first: string; value: number; reached: boolean }>;
}

export function printTable(report: PrintableReport): void {
  const out: string[] = [''];
  const table = (headings: string[], rows: Cell[][]) => out.push(formatTable(headings, rows), '');
  const three = ({ p50, p95, p99 }: Percentiles) => [p50, p95, p99];
  const list = (values: object) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');

  table(
    ['in flight', 'pairs/s', 'seen/s', 'drain s', 'create p99', 'submit p50', 'submit p99', 'others %'],
    report.ramp.map(({ inFlight, pairsPerSecond, seenPerSecond, drainSeconds, createMs, submitMs, othersPercent }) => [
      ...[inFlight, pairsPerSecond, seenPerSecond, drainSeconds],
      ...[createMs.p99, submitMs.p50, submitMs.p99, othersPercent],
    ]),
  );
  table(
    [`ms at ${report.openLoop.perSecond} pairs/s`, 'p50', 'p95', 'p99'],
    [
      ['create to answer', ...three(report.openLoop.createMs)],
      ['submit to answer', ...three(report.ackMs)],
      ['submit to agency topic', ...three(report.toAgencyMs)],
    ],
  );
  table(['CPU for one pair', 'ms'], Object.entries(report.cpuMsPerPair));
  table(
    ['raw driver', 'per s', 'wall ms', 'CPU ms', 'p50 ms', 'p99 ms', 'times'],
    Object.entries(report.raw).map(([name, { perSecond, wallMs, cpuMs, ms }]) => {
      const times = report.needed[name]?.times;
      return [
        name,
        perSecond,
        wallMs,
        cpuMs,
        ms.p50,
        ms.p99,
        times === undefined ? '-' : Math.round(times * 100) / 100,
      ];
    }),
  );
  out.push(`ratio ${report.ratio} (${list(report.ratios)})`, '');
  const { cpuPercent, othersPercent, nodeMiB, cpuBy, memory, jvms } = report.idle;
  out.push(`idle: ${cpuPercent} % of a core (${list(cpuBy)}; others ${othersPercent})`);
  out.push(`      ${nodeMiB} MiB in Node services (${list(memory)}); ${list(jvms)}`, '');
  out.push(`${report.valid ? 'valid' : 'NOT VALID'}: ${list(report.counts)}`);
  if (report.disturbed) out.push('DISTURBED: other processes took more than a tenth of a core');
  if (report.firstRefusal) out.push(`first refusal: ${report.firstRefusal}`);
  out.push('');
  table(
    ['mark', 'measured', 'aim', ''],
    Object.entries(report.marks).map(([name, { first, value, reached }]) => [
      name,
      value,
      first,
      reached ? 'reached' : 'NOT REACHED',
    ]),
  );
  process.stdout.write(`${out.join('\n')}\n\n`);
}
