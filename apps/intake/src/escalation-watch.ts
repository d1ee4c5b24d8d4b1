import { ESCALATION_STEPS } from '@cups/application/escalation';
import type { Documents } from '@cups/store';
import { startBacklogWatch } from './backlog-watch.ts';
import type { WatchDeps } from './backlog-watch.ts';
import type { StoredApplication } from './store.ts';

export type EscalationWatchDeps = WatchDeps & {
  applications: Pick<Documents<StoredApplication>, 'countEach' | 'find'>;
};

/**
 * Measures how many applications wait for a silent agency, by the step that marks them, and the open complaints.
 * @returns a function that stops it
 */
export function startEscalationWatch({ applications: documents, log, metrics, ...deps }: EscalationWatchDeps) {
  const marked = metrics.gauge(
    'intake_escalated_applications',
    'Applications with a mark because their agency is silent, by step, at most 10,000 each; measured each minute.',
    ['step'],
  );
  const parts = ESCALATION_STEPS.map((step) => ({
    filter: { 'queue.escalation.step': step },
    set: (count: number) => marked.set({ step }, count),
  }));
  const count = metrics.gauge(
    'intake_open_complaints',
    'Open applications with a complaint that the agency has not answered, at most 10,000; measured each minute.',
    [],
  );
  const oldest = metrics.gauge(
    'intake_open_complaint_oldest_seconds',
    'Time since the agency got the oldest complaint without an answer; 0 without any.',
    [],
  );
  const filter = () => ({ 'queue.complaintDate': { $gt: '' } });
  const sinceOf = ({ queue }: StoredApplication) => (queue?.complaintDate ? new Date(queue.complaintDate) : undefined);
  const onFailure = (error: unknown) => log.warn({ event: 'escalation-measure-failed', error });
  const sinceField = 'queue.complaintDate';
  return startBacklogWatch({ documents, filter, sinceField, sinceOf, count, oldest, parts, onFailure }, deps);
}
