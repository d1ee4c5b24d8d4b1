import type { Documents, Store, StoredDocument } from '@cups/store';
import { Problem } from '@cups/problem';
import type { State } from '@cups/application';
import type { Application, ApplicationRow } from './domain/application.ts';
import { ABSENT } from './domain/refusals.ts';
import { APPLICATION } from './store/columns.ts';

/** Applications as they are stored, and how they are found. */

/** 2: what the desk fills in stands under `content`. */
const SCHEMA_VERSION = 2;

export type StoredApplication = Application & StoredDocument;

/** What a row of a list is made of; everything else stays in the store. */
const ROW = {
  revision: 1,
  createTime: 1,
  updateTime: 1,
  centre: 1,
  publicService: 1,
  service: 1,
  agency: 1,
  state: 1,
  training: 1,
  openedBy: 1,
  'content.applicant.givenName': 1,
  'content.applicant.familyName': 1,
  submitTime: 1,
  dueDate: 1,
  dueTime: 1,
  noDueDateReason: 1,
  'documentRequest.answerBy': 1,
  'decision.approved': 1,
  'decision.decideTime': 1,
  'decision.correctTime': 1,
  'decision.revokeTime': 1,
  'deskNotes.kind': 1,
  'deskNotes.recordTime': 1,
} as const;

/** What the holder of a tracking number is told. */
const TRACKED = {
  state: 1,
  training: 1,
  submitTime: 1,
  dueDate: 1,
  updateTime: 1,
  'documentRequest.answerBy': 1,
} as const;

/** An application as a list reads it: the row's fields only. */
export type StoredRow = Pick<StoredApplication, '_id' | 'revision' | 'createTime' | 'updateTime'> & ApplicationRow;

export function applicationsOf(store: Store): Documents<StoredApplication> {
  return store.documents<StoredApplication>({
    collection: 'applications',
    schema: APPLICATION,
    schemaVersion: SCHEMA_VERSION,
    indexes: [
      { fields: { trackingNumber: 1 }, unique: true, query: 'TrackApplication and the search of the desk' },
      { fields: { centre: 1, _id: -1 }, query: 'ListApplications: the list of the desk' },
      { fields: { centre: 1, state: 1, _id: -1 }, query: 'ListApplications by state, and the open ones of a centre' },
      { fields: { centre: 1, 'content.applicant.idnp': 1 }, query: 'SearchApplications: the person at the desk' },
      { fields: { centre: 1, 'content.represented.idnp': 1 }, query: 'SearchApplications: the person represented' },
    ],
    // A submit mostly follows the create of its draft: the document is still in memory, and one read less is needed.
    keepRecent: 500,
    existsReason: 'APPLICATION_EXISTS',
    absentMessage: ABSENT,
    // A draft is saved often; a filed application has few requests, each of which may be repeated late.
    keepRequests: (doc) => (doc.state === 'draft' ? 50 : 200),
  });
}

/** The list of the desk, newest first: of its own centre and of those that it took over. */
export function listByCentre(
  documents: Documents<StoredApplication>,
  query: { centres: readonly string[]; state: State | ''; pageSize: number; pageToken: string },
): Promise<{ documents: StoredRow[]; nextPageToken: string }> {
  const filter = query.state ? { state: query.state } : {};
  return documents.list({
    scope: { centre: query.centres },
    filter,
    order: 'desc',
    pageSize: query.pageSize,
    pageToken: query.pageToken,
    fingerprintOf: { centre: query.centres[0], ...filter },
    projection: ROW,
  });
}

/** Exact matches within these centres, at most 200, newest first. */
export async function search(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  by: { trackingNumber: string } | { idnp: string },
): Promise<StoredRow[]> {
  const match =
    'idnp' in by ? { $or: [{ 'content.applicant.idnp': by.idnp }, { 'content.represented.idnp': by.idnp }] } : by;
  return documents.find(match, { scope: { centre: centres }, limit: 200, sort: { _id: -1 }, projection: ROW });
}

/** @throws Problem NOT_FOUND, the same for unknown and malformed numbers */
export async function byTrackingNumber(
  documents: Documents<StoredApplication>,
  trackingNumber: string | undefined,
): Promise<
  Pick<StoredApplication, 'state' | 'training' | 'submitTime' | 'dueDate' | 'updateTime' | 'documentRequest'>
> {
  const found = trackingNumber
    ? await documents.findOne({ trackingNumber }, { scope: 'service', projection: TRACKED })
    : undefined;
  if (!found || found.state === 'draft') {
    throw new Problem({ reason: 'NOT_FOUND', message: 'No application has this tracking number.' });
  }
  return found;
}
