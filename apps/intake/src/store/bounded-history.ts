import type { Documents } from '@cups/store';
import { withoutArchived } from '../domain/history.ts';
import type { StoredApplication } from '../store.ts';
import type { HistorySegments } from './history-segments.ts';

/**
 * Returns the applications, whose writes bound the history: before a write, the oldest rows of a long one go to the archive,
 * and the same write that changes the application drops them.
 */
export function withBoundedHistory(
  applications: Documents<StoredApplication>,
  segments: Pick<HistorySegments, 'archive'>,
): Documents<StoredApplication> {
  return {
    ...applications,
    update: (id, options, work) =>
      applications.update(id, options, {
        async read(app) {
          const found = typeof work === 'function' ? undefined : await work.read(app);
          return { found, archived: await segments.archive(app, options.now) };
        },
        decide(app, { found, archived }) {
          const change = typeof work === 'function' ? work(app) : work.decide(app, found!);
          const isUnchanged = archived === 0 || change.document === app;
          return isUnchanged ? change : { ...change, document: withoutArchived(change.document, archived) };
        },
      }),
  };
}
