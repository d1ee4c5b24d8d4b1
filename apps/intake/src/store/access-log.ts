import { createHash } from 'node:crypto';
import { createPageToken, newUlid, parsePageToken } from '@cups/contracts/node';
import type { AccessKind as ApplicationAccessKind } from '@cups/application';
import type { Cause, Documents, Store, StoredDocument } from '@cups/store';
import { entryOfAccess } from '../journal.ts';

/**
 * The log of who read whose data. It has its own collection, because a read must not change the application or its
 * etag. An entry is stored before the response with details is sent. A page of a list is one entry. Each row publishes its
 * entry for the journal. Rows of earlier releases are no documents and have no revision, so only lists read them.
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
  /** ULID of the device with the offline copy, for the kinds of offline copies. */
  device?: string;
  /** Time of the recording, if the access happened without a line. */
  recordTime?: Date;
}

/** A stored entry. Its ID is `<subject>/<ULID>`: one range of IDs holds the entries of one subject, in order. */
export interface AccessLogRow extends AccessLogEntry, StoredDocument {}

/** An entry to store, and the call that caused it. */
export interface NewAccess {
  entry: AccessLogEntry;
  cause: Pick<Cause, 'requestId' | 'traceparent'>;
}

/** An access that happened without a line, on a device. */
export interface LateAccess {
  /** ID of the application. */
  subject: string;
  entry: AccessLogEntry & { device: string };
  /** Time of the access by the device, which identifies it in its reports. */
  claimedTime: Date;
}

export interface AccessSummary {
  /** Number of accesses, without deliveries of offline copies, which nobody has read yet. */
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
  write(subjects: readonly string[], access: NewAccess): Promise<void>;
  /**
   * Stores an entry, unless the hour before has one of this kind by the same operator: for what a page reads repeatedly
   * while it is open. The caller awaits this before it responds.
   * @param subject ID of an application
   */
  writeHourly(subject: string, access: NewAccess): Promise<void>;
  /**
   * Stores accesses that a device reports later. A repeated report stores nothing.
   * @returns the number of new entries
   */
  writeLate(accesses: readonly LateAccess[], options: Pick<NewAccess, 'cause'> & { now: Date }): Promise<number>;
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

export const openAccessLogRows = (store: Store): Documents<AccessLogRow> =>
  store.documents<AccessLogRow>({
    collection: 'accessLog',
    schema: {
      operator: String,
      centre: String,
      agency: String,
      kind: String,
      time: Date,
      device: String,
      recordTime: Date,
    },
    schemaVersion: 1,
    indexes: [{ fields: { time: 1 }, query: 'the rows whose term is over' }],
    existsReason: 'ALREADY_EXISTS',
  });

export function openAccessLog(store: Store, documents: Documents<AccessLogRow>): AccessLog {
  const collection = () => store.collection<AccessLogEntry & { _id: string }>('accessLog');
  const rejectFailure = (error: unknown) => Promise.reject(store.failure(error, 'accessLog'));
  // "0" is the character after "/".
  const rangeOf = (subject: string) => ({ _id: { $gt: `${subject}/`, $lt: `${subject}0` } });
  const write: AccessLog['write'] = async (subjects, { entry, cause }) => {
    const rows = subjects.map((subject) => Object.assign({ _id: `${subject}/${newUlid(entry.time)}` }, entry));
    const eventsOf = (row: (typeof rows)[number]) => [entryOfAccess(row)];
    await documents.createMissing(rows, { scope: 'service', cause, now: entry.time, eventsOf });
  };
  return {
    write,
    async writeHourly(subject, access) {
      const { operator, centre, kind, time } = access.entry;
      const since = newUlid(new Date(time.getTime() - HOUR_MS)).slice(0, ULID_TIME_LENGTH);
      const range = { _id: { $gt: `${subject}/${since}`, $lt: `${subject}0` } };
      const recent = await collection()
        .findOne({ ...range, operator, centre, kind })
        .catch(rejectFailure);
      if (!recent) await write([subject], access);
    },
    async writeLate(accesses, { cause, now }) {
      const rows = new Map(accesses.map(toLateRow).map((row) => [row._id, row]));
      // A report that is repeated after a restore repeats the entry too, and no other event has its number.
      const eventsOf = (row: Pick<AccessLogRow, '_id'> & AccessLogEntry) => [
        { ...entryOfAccess(row), id: row._id.slice(row._id.indexOf('/') + 1) },
      ];
      return documents.createMissing([...rows.values()], { scope: 'service', cause, now, eventsOf });
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
          { $match: { ...rangeOf(subject), kind: { $ne: 'offline-copy' } } },
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

const HOUR_MS = 3_600_000;
const ULID_TIME_LENGTH = 10;
const ULID_RANDOM_LENGTH = 16;
const ULID_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The ID depends on the access alone, so that a repeated report has the same one. */
function toLateRow({ subject, entry, claimedTime }: LateAccess) {
  const identity = [subject, entry.operator, entry.device, claimedTime.getTime()].join('\n');
  const hash = createHash('sha256').update(identity).digest();
  const random = Array.from({ length: ULID_RANDOM_LENGTH }, (_, at) => ULID_ALPHABET.charAt(hash[at]! & 31)).join('');
  // The resolved time of a clock that cannot be right is the arrival, which each report has another of.
  const time = newUlid(new Date(Math.max(0, claimedTime.getTime()))).slice(0, ULID_TIME_LENGTH);
  return Object.assign({ _id: `${subject}/${time}${random}` }, entry);
}
