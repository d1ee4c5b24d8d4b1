import type { Documents, Store, StoredDocument } from '@cups/store';
import { Problem } from '@cups/problem';
import type { Application } from './domain/application.ts';
import { NOT_FOUND_MESSAGE } from './domain/problems.ts';
import { APPLICATION_SCHEMA } from './store/application-schema.ts';
import { QUEUE_INDEXES } from './store/queue.ts';

/** Applications as they are stored, and how they are found. */

/** 2: what the desk fills in stands under `content`. 3: where it stands in the queue, and by which names it is found.
 * 4: by its telephone and parts of its number as well. */
export const SCHEMA_VERSION = 4;

export type StoredApplication = Application & StoredDocument;

/** What the holder of a tracking number is told. */
const TRACKING_PROJECTION = {
  state: 1,
  training: 1,
  submitTime: 1,
  dueDate: 1,
  updateTime: 1,
  'documentRequest.answerBy': 1,
} as const;

export function openApplicationStore(store: Store): Documents<StoredApplication> {
  return store.documents<StoredApplication>({
    collection: 'applications',
    schema: APPLICATION_SCHEMA,
    schemaVersion: SCHEMA_VERSION,
    indexes: [
      { fields: { trackingNumber: 1 }, unique: true, query: 'TrackApplication and the search of the desk' },
      { fields: { centre: 1, _id: -1 }, query: 'ListApplications: the list of the desk' },
      { fields: { centre: 1, state: 1, _id: -1 }, query: 'ListApplications by state, and the open ones of a centre' },
      {
        fields: { centre: 1, 'content.applicant.idnp': 1, _id: -1 },
        query: 'SearchApplications and LookUpPerson: the person at the desk',
      },
      {
        fields: { centre: 1, 'content.represented.idnp': 1, _id: -1 },
        query: 'SearchApplications and LookUpPerson: the person represented',
      },
      {
        fields: { centre: 1, names: 1, _id: -1 },
        query: 'SearchApplications by a name, a telephone, a part of a number',
      },
      ...QUEUE_INDEXES,
      { fields: { submitTime: 1 }, sparse: true, query: 'GetStatistics: what was filed in a period' },
    ],
    // A submit mostly follows the create of its draft: the document is still in memory, and one read less is needed.
    keepRecent: 500,
    existsReason: 'APPLICATION_EXISTS',
    absentMessage: NOT_FOUND_MESSAGE,
    // A draft is saved often; a filed application has few requests, each of which may be repeated late.
    keepRequests: (doc) => (doc.state === 'draft' ? 50 : 200),
  });
}

/** @throws Problem NOT_FOUND, the same for unknown and malformed numbers */
export async function findByTrackingNumber(
  documents: Documents<StoredApplication>,
  trackingNumber: string | undefined,
): Promise<
  Pick<StoredApplication, 'state' | 'training' | 'submitTime' | 'dueDate' | 'updateTime' | 'documentRequest'>
> {
  const found = trackingNumber
    ? await documents.findOne({ trackingNumber }, { scope: 'service', projection: TRACKING_PROJECTION })
    : undefined;
  if (!found || found.state === 'draft') {
    throw new Problem({ reason: 'NOT_FOUND', message: 'No application has this tracking number.' });
  }
  return found;
}
