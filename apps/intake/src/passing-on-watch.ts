import type { Documents } from '@cups/store';
import { startBacklogWatch } from './backlog-watch.ts';
import type { WatchDeps } from './backlog-watch.ts';
import type { StoredApplication } from './store.ts';

type PassingOnWatchDeps = WatchDeps & { applications: Pick<Documents<StoredApplication>, 'countEach' | 'find'> };

/**
 * Measures how many applications wait for a supervisor to decide the agency, and how long. Their legal term keeps
 * running.
 * @returns a function that stops it
 */
export function startPassingOnWatch({ applications: documents, log, metrics, ...deps }: PassingOnWatchDeps) {
  const count = metrics.gauge(
    'intake_undecided_agencies',
    'Applications that wait for a supervisor to decide their agency, at most 10,000; measured each minute.',
    [],
  );
  const oldest = metrics.gauge(
    'intake_undecided_agency_oldest_seconds',
    'Time since a supervisor may decide the agency of the application that waits longest; 0 without any.',
    [],
  );
  const filter = () => ({ 'passingOn.superviseTime': { $lte: deps.now() } });
  const sinceOf = ({ passingOn }: StoredApplication) => passingOn?.superviseTime;
  const onFailure = (error: unknown) => log.warn({ event: 'passing-on-measure-failed', error });
  const sinceField = 'passingOn.superviseTime';
  return startBacklogWatch({ documents, filter, sinceField, sinceOf, count, oldest, onFailure }, deps);
}
