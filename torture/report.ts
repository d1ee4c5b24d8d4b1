import type { Violation } from './invariants.ts';
import type { FaultKind } from './plan.ts';

/** What a run is told as, in JSON and as a table. */
export interface ChaosReport {
  seed: string;
  minutes: number;
  only: readonly FaultKind[];
  /** How many troubles of each kind. */
  done: Record<FaultKind, number>;
  messages: { poison: number; honest: number; bombs: number; oversized: number; failed: number };
  visits: { begun: number; skipped: number };
  acknowledged: number;
  /** Acknowledged writes that were sent again at the end. */
  repeats: number;
  events: number;
  /** Answers at the desks that were no success. */
  troubles: Record<string, number>;
  /** Seconds until all was at rest; absent when it never was. */
  restSeconds: number | undefined;
  violations: Violation[];
}

/** So many violations of one rule are written out; the rest is counted. */
const MAX_SHOWN_VIOLATIONS = 12;

/** The table for a person, and what did not hold. */
export function formatTable(report: ChaosReport): string {
  const { done, messages, visits, violations, troubles } = report;
  const failed = Object.entries(troubles)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${count} × ${what}`);
  const rows: [string, string | number][] = [
    ['seed', report.seed],
    ['kills (kill -9)', done.kills],
    ['restarts in order', done.restarts],
    ['pauses', done.pauses],
    ['second replicas', done.replicas],
    ['overloads', done.overload],
    ['poisonous messages', messages.poison],
    ['bombs', messages.bombs],
    ['oversized messages', messages.oversized],
    ['honest messages, compressed', messages.honest],
    ['messages that Kafka did not take', messages.failed],
    ['visits at the desks', `${visits.begun}${visits.skipped > 0 ? ` (${visits.skipped} turned away)` : ''}`],
    ['acknowledged writes', report.acknowledged],
    ['writes repeated at the end', report.repeats],
    ['events', report.events],
    ['answers without success', failed.length > 0 ? failed.join(', ') : 0],
    ['at rest after', report.restSeconds === undefined ? 'NEVER' : `${report.restSeconds} s`],
    ['violations', violations.length],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  for (const [rule, all] of Map.groupBy(violations, (one) => one.rule)) {
    lines.push(
      '',
      `  NOT HELD: ${rule} (${all.length})`,
      ...all.slice(0, MAX_SHOWN_VIOLATIONS).map(({ what }) => `    ${what}`),
    );
    if (all.length > MAX_SHOWN_VIOLATIONS) lines.push(`    … and ${all.length - MAX_SHOWN_VIOLATIONS} more`);
  }
  return `\n${lines.join('\n')}\n`;
}
