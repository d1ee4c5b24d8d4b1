import { formatTable, indent } from '@cups/tools/format-table';
import type { Violation } from './invariants.ts';
import type { FaultKind } from './plan.ts';

/** Result of a run, for JSON and for the table. */
export interface ChaosReport {
  seed: string;
  minutes: number;
  only: readonly FaultKind[];
  /** Number of faults by kind. */
  done: Record<FaultKind, number>;
  messages: { poison: number; honest: number; bombs: number; oversized: number; failed: number };
  visits: { begun: number; skipped: number };
  acknowledged: number;
  /** Acknowledged writes that were sent again at the end. */
  repeats: number;
  events: number;
  /** Entries of the journal. */
  entries: number;
  /** Published checkpoints. */
  checkpoints: number;
  /** Mandates that were revoked. */
  revocations: number;
  /** Acknowledged replies of clerks. */
  clerkReplies: number;
  /** Entries in the feeds of agencies that pull. */
  feedEntries: number;
  /** Applications whose legal term was made to pass. */
  elapsed: number;
  /** Applications that an agency passed on. */
  passedOn: number;
  /** Acknowledged uploads. */
  uploads: number;
  /** Copies in submissions. */
  copies: number;
  /** Objects and keys without a document that the platform removed. */
  swept: number;
  /** Unsuccessful responses at the desks. */
  troubles: Record<string, number>;
  /** Seconds until the platform settled; absent if it did not. */
  restSeconds: number | undefined;
  violations: Violation[];
}

/** Maximum number of violations printed per invariant; the rest are counted. */
const MAX_SHOWN_VIOLATIONS = 12;

/** Formats the result and its violations as text. */
export function formatReport(report: ChaosReport): string {
  const { done, messages, visits, violations, troubles } = report;
  const failed = Object.entries(troubles)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${count} × ${what}`);
  const rows: [string, string | number][] = [
    ['seed', report.seed],
    ['kills (kill -9)', done.kills],
    ['graceful restarts', done.restarts],
    ['pauses', done.pauses],
    ['second replicas', done.replicas],
    ['overloads', done.overload],
    ['poisonous messages', messages.poison],
    ['bombs', messages.bombs],
    ['oversized messages', messages.oversized],
    ['valid messages, compressed', messages.honest],
    ['messages that Kafka rejected', messages.failed],
    ['visits', `${visits.begun}${visits.skipped > 0 ? ` (${visits.skipped} skipped)` : ''}`],
    ['acknowledged writes', report.acknowledged],
    ['writes repeated at the end', report.repeats],
    ['events', report.events],
    ['journal entries', report.entries],
    ['published checkpoints', report.checkpoints],
    ['revoked mandates', report.revocations],
    ['replies of clerks', report.clerkReplies],
    ['entries in feeds', report.feedEntries],
    ['legal terms made to pass', report.elapsed],
    ['applications passed on', report.passedOn],
    ['acknowledged uploads', report.uploads],
    ['copies in submissions', report.copies],
    ['orphans swept', report.swept],
    ['unsuccessful responses', failed.length > 0 ? failed.join(', ') : 0],
    ['settled after', report.restSeconds === undefined ? 'NEVER' : `${report.restSeconds} s`],
    ['violations', violations.length],
  ];
  const lines = [indent(formatTable(undefined, rows))];
  for (const [rule, all] of Map.groupBy(violations, (one) => one.rule)) {
    lines.push(
      '',
      `  VIOLATED: ${rule} (${all.length})`,
      ...all.slice(0, MAX_SHOWN_VIOLATIONS).map(({ what }) => `    ${what}`),
    );
    if (all.length > MAX_SHOWN_VIOLATIONS) lines.push(`    … and ${all.length - MAX_SHOWN_VIOLATIONS} more`);
  }
  return `\n${lines.join('\n')}\n`;
}
