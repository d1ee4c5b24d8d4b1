import { ESCALATION_STEPS } from '@cups/application';
import type { Log, Metrics } from '@cups/contracts';
import { startPeriodic } from '@cups/process';
import type { Documents } from '@cups/store';
import type { StoredApplication } from './store.ts';

/** Measures how many applications wait for a silent agency, by the step that marks them. */

const EVERY_MS = 60_000;
/** Counting stops here. */
const MAX_COUNT = 10_000;

export interface EscalationWatchOptions {
  applications: Pick<Documents<StoredApplication>, 'countEach'>;
  log: Log;
  metrics: Metrics;
}

/** Starts immediately. Each replica measures. @returns a function that stops it */
export function startEscalationWatch({ applications, log, metrics }: EscalationWatchOptions) {
  const marked = metrics.gauge(
    'intake_escalated_applications',
    'Applications with a mark because their agency is silent, by step, at most 10,000 each; measured each minute.',
    ['step'],
  );
  async function measure(): Promise<void> {
    const filters = ESCALATION_STEPS.map((step) => ({ 'queue.escalation.step': step }));
    const counts = await applications.countEach(filters, { scope: 'service', limit: MAX_COUNT });
    ESCALATION_STEPS.forEach((step, n) => marked.set({ step }, counts[n] ?? 0));
  }
  return startPeriodic({
    firstMs: 0,
    everyMs: EVERY_MS,
    work: measure,
    onFailure: (error) => log.warn({ event: 'escalation-measure-failed', error }),
  });
}
