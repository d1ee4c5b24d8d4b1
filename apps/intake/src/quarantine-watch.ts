import { startBacklogWatch } from './backlog-watch.ts';
import type { WatchDeps } from './backlog-watch.ts';
import type { QuarantinedActs, StoredQuarantinedAct } from './store/quarantined-acts.ts';

type QuarantineWatchDeps = WatchDeps & { acts: Pick<QuarantinedActs, 'countEach' | 'find'> };

/**
 * Measures how many acts wait for a decision, and how long. An undecided act never ends by itself, so somebody must see
 * it.
 * @returns a function that stops it
 */
export function startQuarantineWatch({ acts: documents, log, metrics, ...deps }: QuarantineWatchDeps) {
  const count = metrics.gauge(
    'intake_quarantined_acts',
    'Acts of suspended operators without a decision, at most 10,000; measured each minute.',
    [],
  );
  const oldest = metrics.gauge(
    'intake_quarantined_act_oldest_seconds',
    'Time since the hand-in of the oldest act without a decision; 0 without any.',
    [],
  );
  const filter = () => ({ state: 'open' });
  const sinceOf = ({ handInTime }: StoredQuarantinedAct) => handInTime;
  const onFailure = (error: unknown) => log.warn({ event: 'quarantine-measure-failed', error });
  return startBacklogWatch({ documents, filter, sinceField: 'handInTime', sinceOf, count, oldest, onFailure }, deps);
}
