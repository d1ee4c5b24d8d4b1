import { isDeepStrictEqual } from 'node:util';
import { resourceName } from '@cups/contracts';
import type { Log, Metrics } from '@cups/contracts';
import { isProblem, Problem } from '@cups/problem';
import type { Documents, SealingKey, SealingKeys, Store, StoredDocument } from '@cups/store';
import type { ActionRecord } from '../domain/application.ts';
import { isErased } from '../domain/data-end.ts';
import { countArchived, newestRows, rowsToArchive, withMarks } from '../domain/history.ts';
import { SCHEMA_VERSION } from '../store.ts';
import type { StoredApplication } from '../store.ts';
import { APPLICATION_SCHEMA } from './application-schema.ts';

/**
 * The archive of the history: rows that left their application, in segments that the data key of the application seals. A
 * segment is stored before the application drops its rows, so a segment that begins at the archive's end is a copy that an
 * interrupted write left. Backups read applications first, so each has the segments that it needs.
 */

interface StoredSegment extends StoredDocument {
  application: string;
  /** Number of the first row, from 0. */
  from: number;
  /** Number after the last row. */
  to: number;
  entries?: ActionRecord[];
}

export interface HistorySegments {
  /**
   * Stores the oldest rows of an application that has too many.
   * @returns the number of rows that the application may drop now; 0 for an erased one
   */
  archive(app: StoredApplication, now: Date): Promise<number>;
  /**
   * Returns archived rows, oldest first.
   * @throws Error after a log line that names the application, if a segment is missing or damaged
   */
  read(app: StoredApplication, range: HistoryRange): Promise<ActionRecord[]>;
  /** Removes all segments of an erased application. A repeat changes nothing. @param id ULID of the application */
  remove(id: string): Promise<void>;
}

/** Numbers of rows of a whole history, from 0. */
export interface HistoryRange {
  /** Of the first row. */
  from: number;
  /** After the last row. */
  to: number;
}

/** Segments of one read: at least one page of 200 ordinary rows. */
const MAX_READ = 5;

interface HistorySegmentsOptions {
  store: Store;
  /** The data keys of applications. */
  keys: SealingKeys;
  /** To see whether a read application is still the current one. */
  applications: Pick<Documents<StoredApplication>, 'get'>;
  log: Log;
  metrics: Metrics;
}

export function openHistorySegments({
  store,
  keys,
  applications,
  log,
  metrics,
}: HistorySegmentsOptions): HistorySegments {
  const documents = openDocuments(store, keys);
  const failures = metrics.counter(
    'intake_archived_history_failures_total',
    'Reads of archived history rows that failed because a segment is missing or damaged.',
  );

  function unreadable(id: string): Error {
    failures.inc();
    log.error({ event: 'archived-history-unreadable', resource: resourceName('applications', id) });
    return new Error('A segment of an archived history is missing or damaged.');
  }

  /**
   * Replaces other rows, which the application left here before it was restored from a backup. An outdated copy of the
   * application replaces nothing.
   */
  async function replace(found: StoredSegment, rows: ActionRecord[], app: StoredApplication, now: Date) {
    const current = await applications.get(app._id, { scope: 'service', projection: { revision: 1 } });
    if (current?.revision !== app.revision) return false;
    const { outcome } = await documents.update(found._id, { scope: 'service', cause: {}, now }, (segment) =>
      segment.revision === found.revision
        ? { document: { ...segment, to: segment.from + rows.length, entries: rows }, events: [] }
        : { document: segment, events: [] },
    );
    return outcome === 'applied';
  }

  return {
    async archive(app, now) {
      // An application of an earlier version has no key yet: this write seals it, and the next one archives.
      const entries = isArchiveReadable(app) && app.schemaVersion >= SCHEMA_VERSION ? rowsToArchive(app) : [];
      if (entries.length === 0) return 0;
      const from = countArchived(app);
      const _id = segmentId(app._id, from);
      const draft = { _id, application: app._id, from, to: from + entries.length, entries };
      try {
        await documents.create(draft, { scope: 'service', cause: {}, now, events: [] });
        return entries.length;
      } catch (error) {
        if (!isProblem(error) || error.kind !== 'EXISTS') throw error;
      }
      const found = await documents.get(_id, { scope: 'service' });
      if (!found) return 0;
      const isSame = isDeepStrictEqual(found.entries, entries) || (await replace(found, entries, app, now));
      return isSame ? entries.length : 0;
    },

    async read(app, { from, to }) {
      const rows: ActionRecord[] = [];
      for (let next = from; next < to;) {
        const found = await documents.find(
          { application: app._id, to: { $gt: next } },
          { scope: 'service', sort: { to: 1 }, limit: MAX_READ },
        );
        if (found.length === 0) throw unreadable(app._id);
        for (const segment of found) {
          if (next >= to) break;
          if (segment.from > next || !segment.entries) throw unreadable(app._id);
          rows.push(...segment.entries.slice(next - segment.from, to - segment.from));
          next = segment.to;
        }
      }
      return withMarks(rows, app);
    },

    async remove(id) {
      await documents.remove({ application: id }, { scope: 'service' });
    },
  };
}

const openDocuments = (store: Store, keys: SealingKeys): Documents<StoredSegment> =>
  store.documents<StoredSegment>({
    collection: 'historySegments',
    schema: { application: String, from: Number, to: Number, entries: APPLICATION_SCHEMA.history },
    sealed: { fields: ['entries'], keys: keysOfApplications(keys) },
    schemaVersion: 1,
    indexes: [{ fields: { application: 1, to: 1 }, query: 'ListApplicationActions: archived rows; erasure' }],
    existsReason: 'ALREADY_EXISTS',
  });

/** The number of the first row follows the application, with enough digits for the order of IDs. */
const segmentId = (application: string, from: number): string => `${application}/${String(from).padStart(6, '0')}`;
const applicationOf = (id: string): string => id.slice(0, id.indexOf('/'));

/** A segment is sealed by the key of its application, which exists before. */
function keysOfApplications(keys: SealingKeys): SealingKeys {
  const find = (id: string): Promise<SealingKey | undefined> => keys.find(applicationOf(id));
  return {
    find,
    async create(id) {
      const key = await find(id);
      if (key) return key;
      throw new Problem({ reason: 'PERSONAL_DATA_ERASED', message: 'The personal data of this resource were erased.' });
    },
    async findMany(ids) {
      const { keys: found, unreadable } = await keys.findMany([...new Set(ids.map(applicationOf))]);
      return {
        keys: new Map(
          ids.flatMap((id) => {
            const key = found.get(applicationOf(id));
            return key ? [[id, key] as const] : [];
          }),
        ),
        unreadable: new Set(ids.filter((id) => unreadable.has(applicationOf(id)))),
      };
    },
    isDestroyed: (id) => keys.isDestroyed(applicationOf(id)),
  };
}

/** An erased application has only the rows in the document. */
const isArchiveReadable = (app: StoredApplication): boolean => !app.erased && !isErased(app);

/** Returns the number of rows of a history that can be read. */
export const countHistory = (app: StoredApplication): number =>
  isArchiveReadable(app) ? countArchived(app) + newestRows(app).length : app.history.length;

/** Returns rows of a history, from the archive and the document. @throws Error as {@link HistorySegments.read} */
export async function readHistory(
  segments: Pick<HistorySegments, 'read'>,
  app: StoredApplication,
  { from, to }: HistoryRange,
): Promise<ActionRecord[]> {
  if (!isArchiveReadable(app)) return app.history.slice(from, to);
  const archived = countArchived(app);
  const older = from < archived ? await segments.read(app, { from, to: Math.min(to, archived) }) : [];
  return [...older, ...newestRows(app).slice(Math.max(0, from - archived), Math.max(0, to - archived))];
}
