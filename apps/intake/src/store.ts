import type { Documents, SealedFields, Store, StoredDocument } from '@cups/store';
import { Problem } from '@cups/problem';
import type { Application } from './domain/application.ts';
import { NOT_FOUND_MESSAGE } from './domain/problems.ts';
import { APPLICATION_SCHEMA } from './store/application-schema.ts';
import { QUEUE_INDEXES } from './store/queue.ts';
import { ERASED_VALUES, SEALED_FIELDS } from './store/sealed-fields.ts';

/** The stored collection of applications, with its indexes and the lookup by tracking number. */

/**
 * Version of the document shape. 2 moved the desk's input to `content`; 3 added `queue` and `names`; 4 added hashes
 * of phone and tracking number to `names`; 5 added hashes of personal numbers; 6 sealed the personal data;
 * 7 added the timer of the term to applications that had ended; 8 added the
 * clock of the agency and what supervisors see to open applications; 9 sealed the values of lists with their positions.
 */
export const SCHEMA_VERSION = 9;
/** The version while replicas run that cannot read sealed fields. */
const PLAIN_SCHEMA_VERSION = 5;
/** The first version whose `names` contain hashes of personal numbers. */
export const PERSON_HASHES_VERSION = 5;

/** How applications are sealed. */
export type Sealing = Pick<SealedFields, 'keys' | 'write'>;

export const schemaVersionFor = ({ write }: Pick<Sealing, 'write'>): number =>
  write === 'plain' ? PLAIN_SCHEMA_VERSION : SCHEMA_VERSION;

export type StoredApplication = Application & StoredDocument;

/** The only fields that the holder of a tracking number can read. */
export const TRACKING_PROJECTION = {
  state: 1,
  training: 1,
  submitTime: 1,
  dueDate: 1,
  updateTime: 1,
  'erasure.startTime': 1,
  'erasure.time': 1,
  'documentRequest.answerBy': 1,
  'decision.approved': 1,
  'decision.resultKind': 1,
  'decision.documents.document': 1,
  'decision.awaitsArrival': 1,
  'decision.revokeTime': 1,
  'decision.correctTime': 1,
  'decision.appeal.deadline': 1,
  'content.delivery.kind': 1,
  agency: 1,
  'formerAgencies.agency': 1,
  'passingOn.cause': 1,
  'firstSubmission.time': 1,
  expectedDecision: 1,
} as const;

/** @param sealing without it, documents stay in clear, as in tools that measure */
export function openApplicationStore(store: Store, sealing?: Sealing): Documents<StoredApplication> {
  return store.documents<StoredApplication>({
    collection: 'applications',
    schema: APPLICATION_SCHEMA,
    sealed: sealing && { ...sealing, fields: SEALED_FIELDS, erased: ERASED_VALUES },
    schemaVersion: schemaVersionFor(sealing ?? { write: 'plain' }),
    indexes: [
      { fields: { trackingNumber: 1 }, unique: true, query: 'TrackApplication; SearchApplications by tracking number' },
      { fields: { centre: 1, _id: -1 }, query: 'ListApplications' },
      { fields: { centre: 1, state: 1, _id: -1 }, query: 'ListApplications by state' },
      {
        fields: { centre: 1, names: 1, _id: -1 },
        query: 'SearchApplications and LookUpPerson by personal number; by name, phone or part of a tracking number',
      },
      { fields: { collectionCentre: 1, state: 1, _id: -1 }, query: 'ListCollections' },
      ...QUEUE_INDEXES,
      { fields: { centre: 1, submitTime: 1 }, query: 'recomputes of the statistics: one day of one centre' },
      { fields: { uncounted: 1 }, sparse: true, query: 'recomputes of the statistics: the changed days' },
      {
        fields: { mandates: 1, _id: 1 },
        sparse: true,
        query: 'ListMandateApplications; marks after a revocation: the applications of a mandate',
      },
      {
        fields: { 'passingOn.superviseTime': 1, _id: 1 },
        sparse: true,
        query: 'ListUndecidedAgencies, and their number',
      },
      { fields: { 'erasure.time': 1, _id: 1 }, sparse: true, query: 'ListErasures' },
      {
        fields: { 'queue.escalation.step': 1 },
        sparse: true,
        query: 'the gauge intake_escalated_applications: marked applications by step',
      },
      {
        fields: { 'queue.oversight.time': 1, _id: 1 },
        sparse: true,
        query: 'ListEscalatedApplications',
      },
      {
        fields: { 'queue.complaintDate': 1 },
        sparse: true,
        query: 'the gauges of open complaints: their number and the oldest',
      },
      { fields: { schemaVersion: 1 }, query: 'the backfill after a start: documents of an earlier version' },
    ],
    // A submit usually follows the create of its draft: the cached document saves one read.
    keepRecent: 500,
    existsReason: 'APPLICATION_EXISTS',
    absentMessage: NOT_FOUND_MESSAGE,
    // Drafts are saved often. Filed applications get few requests, and retries of those may arrive late.
    keepRequests: (doc) => (doc.state === 'draft' ? 50 : 200),
  });
}

/** Returns whether another application has the tracking number. */
export async function isNumberTaken(
  documents: Documents<StoredApplication>,
  { _id, trackingNumber }: Pick<StoredApplication, '_id' | 'trackingNumber'>,
): Promise<boolean> {
  const holder = await documents.findOne({ trackingNumber }, { scope: 'service', projection: { state: 1 } });
  return holder !== undefined && holder._id !== _id;
}

/** What a query with {@link TRACKING_PROJECTION} returns. */
export type TrackedFields = Pick<
  StoredApplication,
  | 'state'
  | 'training'
  | 'submitTime'
  | 'dueDate'
  | 'updateTime'
  | 'documentRequest'
  | 'decision'
  | 'erasure'
  | 'agency'
  | 'formerAgencies'
  | 'passingOn'
  | 'firstSubmission'
  | 'expectedDecision'
> & { content?: StoredApplication['content'] };

/**
 * Returns what the holder of a tracking number may read.
 * @throws Problem NOT_FOUND for unknown numbers, malformed numbers and drafts alike
 */
export async function findByTrackingNumber(
  documents: Documents<StoredApplication>,
  trackingNumber: string | undefined,
): Promise<TrackedFields> {
  const found = trackingNumber
    ? await documents.findOne({ trackingNumber }, { scope: 'service', projection: TRACKING_PROJECTION })
    : undefined;
  if (!found || found.state === 'draft') {
    throw new Problem({ reason: 'NOT_FOUND', message: 'Application not found.' });
  }
  return found;
}
