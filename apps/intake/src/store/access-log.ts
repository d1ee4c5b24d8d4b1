import { createPageToken as tokenOf, parsePageToken } from '@cups/contracts/node';
import type { AccessKind as ApplicationAccessKind } from '@cups/application';
import type { Store } from '@cups/store';
import { ulid } from 'ulid';

/**
 * Who looked at whose data, in a collection of its own: a look must leave a trace, and must not touch the application, whose etag
 * tells of changes. A look at details is written before they are answered; a page of a list is one look at the list.
 */

/** What somebody looked at: something of an application, or the list of a centre. */
export type AccessKind = ApplicationAccessKind | 'list';

export interface AccessLogEntry {
  /** operators/{id} */
  by: string;
  /** centres/{code} at whose desk. */
  centre: string;
  kind: AccessKind;
  time: Date;
}

interface StoredAccessLogEntry extends AccessLogEntry {
  /** `<of>/<ULID of the look>`: one range of ids holds the looks at one thing, in their order. */
  _id: string;
}

/** How often, and by whom, something was looked at. */
export interface AccessSummary {
  count: number;
  operatorCount: number;
  /** The last look of somebody else. */
  lastAccess?: AccessLogEntry;
}

export interface AccessLog {
  /**
   * Writes looks down; who is to see what was looked at waits for it.
   * @param subjects ids of applications, or the code of a centre for a page of its list
   */
  write(subjects: readonly string[], entry: AccessLogEntry): Promise<void>;
  /** The looks at one thing, newest first. @throws Problem PAGE_TOKEN_INVALID */
  list(
    subject: string,
    page: { pageSize: number; pageToken: string },
  ): Promise<{ entries: AccessLogEntry[]; nextPageToken: string }>;
  /** @param exceptOperator operators/{id} whose own looks are not the last one */
  summary(subject: string, exceptOperator: string): Promise<AccessSummary>;
}

export function openAccessLog(store: Store): AccessLog {
  const collection = () => store.collection<StoredAccessLogEntry>('looks');
  const rejectFailure = (error: unknown) => Promise.reject(store.failure(error, 'looks'));
  // "0" is the character after "/".
  const rangeOf = (of: string) => ({ _id: { $gt: `${of}/`, $lt: `${of}0` } });
  return {
    async write(subjects, entry) {
      if (subjects.length === 0) return;
      const rows = subjects.map((id): StoredAccessLogEntry =>
        Object.assign({ _id: `${id}/${ulid(entry.time.getTime())}` }, entry),
      );
      await collection().insertMany(rows, { ordered: false }).catch(rejectFailure);
    },
    async list(subject, { pageSize, pageToken }) {
      const after = parsePageToken(pageToken, subject);
      const range = after === undefined ? rangeOf(subject) : { _id: { $gt: `${subject}/`, $lt: after } };
      const found = await collection()
        .find(range, { sort: { _id: -1 }, limit: pageSize + 1 })
        .toArray()
        .catch(rejectFailure);
      const shown = found.slice(0, pageSize);
      const last = found.length > pageSize ? shown.at(-1) : undefined;
      return { entries: shown, nextPageToken: last ? tokenOf(last._id, subject) : '' };
    },
    async summary(subject, exceptOperator) {
      const operators = await collection()
        .aggregate<{ _id: string; count: number; last: string }>([
          { $match: rangeOf(subject) },
          { $group: { _id: '$by', count: { $sum: 1 }, last: { $max: '$_id' } } },
        ])
        .toArray()
        .catch(rejectFailure);
      const summary: AccessSummary = {
        count: operators.reduce((sum, { count }) => sum + count, 0),
        operatorCount: operators.length,
      };
      const newest = operators
        .filter(({ _id }) => _id !== exceptOperator)
        .map(({ last }) => last)
        .sort()
        .at(-1);
      const last = newest === undefined ? undefined : await collection().findOne({ _id: newest }).catch(rejectFailure);
      if (last) summary.lastAccess = last;
      return summary;
    },
  };
}
