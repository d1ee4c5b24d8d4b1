import { ESCALATION_STEPS } from '@cups/application';
import type { Log, Metrics } from '@cups/contracts';
import { startPeriodic } from '@cups/process';
import type { Documents } from '@cups/store';
import type { StoredApplication } from './store.ts';

/** Measures how many applications wait for a silent agency, by the step that marks them, and the open complaints. */

const EVERY_MS = 60_000;
/** Counting stops here. */
const MAX_COUNT = 10_000;

export interface EscalationWatchOptions {
  applications: Pick<Documents<StoredApplication>, 'countEach' | 'find'>;
  log: Log;
  metrics: Metrics;
  now: () => Date;
}

/** Starts immediately. Each replica measures. @returns a function that stops it */
export function startEscalationWatch({ applications, log, metrics, now }: EscalationWatchOptions) {
  let oldest: string | undefined;
  const marked = metrics.gauge(
    'intake_escalated_applications',
    'Applications with a mark because their agency is silent, by step, at most 10,000 each; measured each minute.',
    ['step'],
  );
  const complaints = metrics.gauge(
    'intake_open_complaints',
    'Open applications with a complaint that the agency has not answered, at most 10,000; measured each minute.',
    [],
  );
  metrics.gauge(
    'intake_open_complaint_oldest_seconds',
    'Time since the agency got the oldest complaint without an answer; 0 without any.',
    [],
    (age) => age.set(oldest ? Math.max(0, now().getTime() - Date.parse(oldest)) / 1_000 : 0),
  );
  async function measure(): Promise<void> {
    const filters = ESCALATION_STEPS.map((step) => ({ 'queue.escalation.step': step }));
    const open = { 'queue.complaintDate': { $gt: '' } };
    const projection = { 'queue.complaintDate': 1 } as const;
    const sort = { 'queue.complaintDate': 1 } as const;
    const [counts, [first]] = await Promise.all([
      applications.countEach([...filters, open], { scope: 'service', limit: MAX_COUNT }),
      applications.find(open, { scope: 'service', projection, sort, limit: 1 }),
    ]);
    ESCALATION_STEPS.forEach((step, n) => marked.set({ step }, counts[n] ?? 0));
    complaints.set(counts.at(-1) ?? 0);
    oldest = first?.queue?.complaintDate;
  }
  return startPeriodic({
    firstMs: 0,
    everyMs: EVERY_MS,
    work: measure,
    onFailure: (error) => log.warn({ event: 'escalation-measure-failed', error }),
  });
}
