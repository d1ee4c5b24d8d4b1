import { addCivilDays, toCivilDate } from '@cups/application';
import { etagOf } from '@cups/store';
import type { Cause, Documents, Store, StoredDocument } from '@cups/store';
import { MAX_COPIED_FILES } from '../domain/offline-copy.ts';
import type { CopyCandidate } from '../domain/offline-copy.ts';
import { DUE_SOON_DAYS } from '../domain/queue.ts';
import type { StoredApplication } from '../store.ts';

/** The files that devices copy for work without a line, and the record of which device holds which. */

/** Fields that decide whether a file is copied. */
const CANDIDATE_PROJECTION = { revision: 1, 'restriction.reason': 1, 'erasure.startTime': 1 } as const;

interface CandidateQuery {
  filter: Record<string, unknown>;
  sort: Record<string, 1 | -1>;
}

/** Returns the queries of a copy, the most urgent first. Each is one range of an index of the queue. */
export function resolveCopyQueries(now: Date): CandidateQuery[] {
  const byDeadline = { 'queue.deadline': 1, _id: 1 } as const;
  const newestFirst = { 'queue.since': -1, _id: -1 } as const;
  const today = toCivilDate(now);
  return [
    { filter: { 'queue.deadline': { $gt: '', $lte: addCivilDays(today, DUE_SOON_DAYS) } }, sort: byDeadline },
    { filter: { 'queue.stage': 'documents-requested' }, sort: newestFirst },
    { filter: { 'queue.stage': 'ready' }, sort: newestFirst },
    { filter: { 'queue.actionDate': { $gt: '', $lte: today } }, sort: { 'queue.actionDate': -1, _id: -1 } },
    // What remains: with the agency, by the last day of its term, and drafts; then what has no term.
    { filter: { 'queue.deadline': { $gt: '' } }, sort: byDeadline },
    { filter: { 'queue.since': { $gt: new Date(0) } }, sort: newestFirst },
  ];
}

/** Returns the candidates of a copy, one list for each query. */
export function listCopyCandidates(
  applications: Documents<StoredApplication>,
  { centres, now }: { centres: readonly string[]; now: Date },
): Promise<CopyCandidate[][]> {
  return Promise.all(resolveCopyQueries(now).map((query) => findCandidates(applications, centres, query)));
}

/** Returns the candidates of one query. */
export async function findCandidates(
  applications: Documents<StoredApplication>,
  centres: readonly string[],
  { filter, sort }: CandidateQuery,
): Promise<CopyCandidate[]> {
  const options = { scope: { centre: centres }, sort, limit: MAX_COPIED_FILES, projection: CANDIDATE_PROJECTION };
  const found = await applications.find(filter, options);
  return found.map((row) => ({
    _id: row._id,
    etag: etagOf(row),
    isWithheld: row.restriction !== undefined || row.erasure !== undefined,
  }));
}

/** A file that a device of an operator held. Its ID is `<device>/<operator>/<application>`. No personal data. */
export interface StoredDeviceCopy extends StoredDocument {
  /** ULID. */
  device: string;
  /** operators/{id} */
  operator: string;
  /** centres/{code} */
  centre: string;
  /** ID of the application. */
  application: string;
  /** First delivery. */
  time: Date;
  /** Last delivery. */
  copyTime: Date;
  isHeld: boolean;
  /** When the device reported that it no longer holds the file. */
  endTime?: Date;
}

export const openDeviceCopies = (store: Store): Documents<StoredDeviceCopy> =>
  store.documents<StoredDeviceCopy>({
    collection: 'deviceCopies',
    schema: {
      device: String,
      operator: String,
      centre: String,
      application: String,
      time: Date,
      copyTime: Date,
      isHeld: Boolean,
      endTime: Date,
    },
    schemaVersion: 1,
    indexes: [
      { fields: { device: 1, operator: 1, isHeld: 1 }, query: 'UpdateOfflineCopy: what a device holds' },
      { fields: { centre: 1, isHeld: 1, device: 1 }, query: 'ListOfflineCopies' },
      { fields: { copyTime: 1 }, query: 'the records whose term is over' },
    ],
    existsReason: 'ALREADY_EXISTS',
  });

/** The copy of an operator on a device, and the call that updates it. */
export interface CopyUpdate {
  device: string;
  operator: string;
  centre: string;
  now: Date;
  cause: Pick<Cause, 'requestId' | 'traceparent'>;
}

const rowIdOf = ({ device, operator }: CopyUpdate, application: string): string =>
  `${device}/${operator.slice('operators/'.length)}/${application}`;

/** Records that a device receives files. The caller awaits this before it sends them. */
export async function recordDelivery(
  copies: Documents<StoredDeviceCopy>,
  update: CopyUpdate,
  applications: readonly string[],
): Promise<void> {
  const { device, operator, centre, now, cause } = update;
  const rows = applications.map((application) => {
    const _id = rowIdOf(update, application);
    return { _id, device, operator, centre, application, time: now, copyTime: now, isHeld: true };
  });
  const options = { scope: 'service', cause, now } as const;
  if ((await copies.createMissing(rows, options)) === rows.length) return;
  const deliverAgain = ({ _id }: { _id: string }) =>
    copies.update(_id, options, ({ endTime: _ended, ...row }) => ({
      document: { ...row, copyTime: now, isHeld: true },
      events: [],
    }));
  await Promise.all(rows.map(deliverAgain));
}

/** Records that a device no longer holds all files except these. */
export async function recordEnds(
  copies: Documents<StoredDeviceCopy>,
  { device, operator, now, cause }: CopyUpdate,
  isStillHeld: (application: string) => boolean,
): Promise<void> {
  const filter = { device, operator, isHeld: true };
  const held = await copies.find(filter, { scope: 'service', limit: 1_000, projection: { application: 1 } });
  const options = { scope: 'service', cause, now } as const;
  const end = ({ _id }: { _id: string }) =>
    copies.update(_id, options, (row) => ({ document: { ...row, isHeld: false, endTime: now }, events: [] }));
  await Promise.all(held.filter(({ application }) => !isStillHeld(application)).map(end));
}

export interface DeviceCopyCount {
  device: string;
  operator: string;
  fileCount: number;
  firstCopyTime: Date;
  lastCopyTime: Date;
}

const MAX_LISTED_DEVICES = 500;

/** Counts the files that each device of these centres holds, latest delivery first. */
export async function countDeviceCopies(
  copies: Documents<StoredDeviceCopy>,
  centres: readonly string[],
): Promise<DeviceCopyCount[]> {
  const groups = await copies.aggregate<{
    _id: { device: string; operator: string };
    count: number;
    first: Date;
    last: Date;
  }>(
    [
      { $match: { isHeld: true } },
      {
        $group: {
          _id: { device: '$device', operator: '$operator' },
          count: { $sum: 1 },
          first: { $min: '$time' },
          last: { $max: '$copyTime' },
        },
      },
      { $sort: { last: -1 } },
      { $limit: MAX_LISTED_DEVICES },
    ],
    { scope: { centre: centres } },
  );
  return groups.map(({ _id: { device, operator }, count, first, last }) => ({
    device,
    operator,
    fileCount: count,
    firstCopyTime: first,
    lastCopyTime: last,
  }));
}
