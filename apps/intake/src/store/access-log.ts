import { createPageToken, newUlid, parsePageToken } from '@cups/contracts/node';
import type { AccessKind as ApplicationAccessKind } from '@cups/application';
import type { Store } from '@cups/store';

/**
 * The log of who read whose data. It has its own collection, because a read must not change the application or its
 * etag. An entry is stored before the response with details is sent. A page of a list is one entry.
 */

/** Kind of access: to an application, or to the list of a centre. */
export type AccessKind = ApplicationAccessKind | 'list';

export interface AccessLogEntry {
  /** operators/{id}; of a system of an agency, operators/agency.{code}. */
  operator: string;
  /** centres/{code} where the operator worked; empty for a system of an agency. */
  centre: string;
  /** agencies/{code} of a system of an agency. */
  agency?: string;
  kind: AccessKind;
  time: Date;
}

interface StoredAccessLogEntry extends AccessLogEntry {
  /** `<subject>/<ULID>`: one range of IDs holds the entries of one subject, in order. */
  _id: string;
}

export interface AccessSummary {
  count: number;
  operatorCount: number;
  /** The latest access of another operator. */
  lastAccess?: AccessLogEntry;
}

export interface AccessLog {
  /**
   * Stores entries. The caller awaits this before it responds.
   * @param subjects IDs of applications, or the code of a centre for a page of its list
   */
  write(subjects: readonly string[], entry: AccessLogEntry): Promise<void>;
  /**
   * Returns the entries of one subject, newest first.
   * @throws Problem PAGE_TOKEN_INVALID
   */
  list(
    subject: string,
    page: { pageSize: number; pageToken: string },
  ): Promise<{ entries: AccessLogEntry[]; nextPageToken: string }>;
  /** @param exceptOperator operators/{id} to exclude from `lastAccess` */
  summary(subject: string, exceptOperator: string): Promise<AccessSummary>;
}

export function openAccessLog(store: Store): AccessLog {
  const collection = () => store.collection<StoredAccessLogEntry>('accessLog');
  const rejectFailure = (error: unknown) => Promise.reject(store.failure(error, 'accessLog'));
  // "0" is the character after "/".
  const rangeOf = (subject: string) => ({ _id: { $gt: `${subject}/`, $lt: `${subject}0` } });
  return {
    async write(subjects, entry) {
      if (subjects.length === 0) return;
      const rows = subjects.map((id): StoredAccessLogEntry =>
        Object.assign({ _id: `${id}/${newUlid(entry.time)}` }, entry),
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
      return { entries: shown, nextPageToken: last ? createPageToken(last._id, subject) : '' };
    },
    async summary(subject, exceptOperator) {
      const operators = await collection()
        .aggregate<{ _id: string; count: number; last: string }>([
          { $match: rangeOf(subject) },
          { $group: { _id: '$operator', count: { $sum: 1 }, last: { $max: '$_id' } } },
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
