import { cpus } from 'node:os';
import { formatTable, indent } from '@cups/tools/format-table';
import type { FleetReport } from './fleet.ts';

/** Maximum number of violations printed per rule; the rest are counted. */
const MAX_SHOWN = 12;

const countsOf = (all: Record<string, number>): string =>
  Object.entries(all)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ') || '0';

/** Returns the figures of a run, each with its name. */
const figuresOf = (report: FleetReport): [string, string | number][] => [
  ['seed', report.seed],
  ['desks', report.desks],
  ['hours, in seconds', `${report.hours}, in ${report.seconds}`],
  ['writes taken', report.writes],
  ['writes without a line', report.offlineWrites],
  ['applications', report.applications],
  ['receipts printed and found', report.receipts],
  ['scans stored', report.scans],
  ['scans without a line', report.offlineScans],
  ['refusals decided', countsOf(report.refusals)],
  ['faults', countsOf(report.faults)],
  ['settled after', `${report.settledAfterSeconds} s`],
  ['violations', report.violations.length],
];

/** Formats the result and its violations as text. */
export function formatReport(report: FleetReport): string {
  const { violations, explanations } = report;
  const lines = [indent(formatTable(undefined, figuresOf(report)))];
  for (const [rule, all] of Map.groupBy(violations, (one) => one.rule)) {
    lines.push('', `  VIOLATED: ${rule} (${all.length})`, ...all.slice(0, MAX_SHOWN).map(({ what }) => `    ${what}`));
    if (all.length > MAX_SHOWN) lines.push(`    … and ${all.length - MAX_SHOWN} more`);
  }
  const explained = Object.entries(explanations).map(([what, text]) => `    ${what}: ${text}`);
  if (violations.length > 0 && explained.length > 0) lines.push('', '  The first refusal of each kind:', ...explained);
  return `\n${lines.join('\n')}\n`;
}

/**
 * Formats the result as a page of the documentation.
 * @param command what repeats the run
 * @param day yyyy-MM-dd
 */
export function toMarkdown(report: FleetReport, command: string, day: string): string {
  const { violations, explanations } = report;
  const [processor] = cpus();
  const rows = figuresOf(report).map(([name, value]) => `| ${name} | ${value} |`);
  const refusals = Object.entries(explanations).map(([what, text]) => `- ${what}: ${text}`);
  const found = violations.map(({ rule, what }) => `- ${rule}: ${what}`);
  return `# Fleet report

Simulated desks without a line, for three days in compressed time, against a platform on the same machine
([how](../explanation/reliability.md#desks-without-a-line)). Written by this command on ${day}; do not edit.

\`\`\`bash
${command}
\`\`\`

- Machine: ${cpus().length} cores (${processor?.model ?? 'unknown'}), which ran the desks, the platform, its store and Kafka.
- A run passes without violations: nothing lost, nothing doubled, nothing out of order for each application, every
  printed receipt found, every scan there once with its bytes, every refusal decided, nothing left to send.

| Figure | Value |
| --- | --- |
${rows.join('\n')}

## Refusals

The first of each kind, with its status. A colleague had changed the application before.

${refusals.join('\n') || 'None.'}

## Violations

${found.join('\n') || 'None.'}
`;
}
