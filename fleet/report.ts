import { formatTable, indent } from '@cups/tools/format-table';
import type { FleetReport } from './fleet.ts';

/** Maximum number of violations printed per rule; the rest are counted. */
const MAX_SHOWN = 12;

/** Formats the result and its violations as text. */
export function formatReport(report: FleetReport): string {
  const { violations, refusals, explanations, faults } = report;
  const counts = (all: Record<string, number>) =>
    Object.entries(all)
      .map(([what, count]) => `${count} × ${what}`)
      .join(', ') || 0;
  const rows: [string, string | number][] = [
    ['seed', report.seed],
    ['desks', report.desks],
    ['hours, in seconds', `${report.hours}, in ${report.seconds}`],
    ['writes taken', report.writes],
    ['writes without a line', report.offlineWrites],
    ['applications', report.applications],
    ['receipts printed and found', report.receipts],
    ['refusals decided', counts(refusals)],
    ['faults', counts(faults)],
    ['settled after', `${report.settledAfterSeconds} s`],
    ['violations', violations.length],
  ];
  const lines = [indent(formatTable(undefined, rows))];
  for (const [rule, all] of Map.groupBy(violations, (one) => one.rule)) {
    lines.push('', `  VIOLATED: ${rule} (${all.length})`, ...all.slice(0, MAX_SHOWN).map(({ what }) => `    ${what}`));
    if (all.length > MAX_SHOWN) lines.push(`    … and ${all.length - MAX_SHOWN} more`);
  }
  const explained = Object.entries(explanations).map(([what, text]) => `    ${what}: ${text}`);
  if (violations.length > 0 && explained.length > 0) lines.push('', '  The first refusal of each kind:', ...explained);
  return `\n${lines.join('\n')}\n`;
}
