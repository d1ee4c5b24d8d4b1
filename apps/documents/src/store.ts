import type { Documents, Draft, Store, StoredDocument } from '@cups/store';
import type { ApplicationFacts } from './domain/application-facts.ts';
import type { DocumentFields } from './domain/document.ts';

/** Stored data: records of documents, and what events tell about their applications. Neither holds content. */

const SCHEMA_VERSION = 1;

/** The ID is a ULID. */
export interface DocumentRecord extends Omit<DocumentFields, 'timer' | '_id' | 'createTime'>, StoredDocument {}
export type DocumentRecords = Documents<DocumentRecord>;

/** Present after the check only, so that nothing in it is required. */
const contentSchema = {
  role: String,
  chunks: [String],
  mediaType: String,
  size: Number,
  sha256: String,
  pages: Number,
  scan: String,
};

/** Few requests name a document or an application: its creation, and holds. */
const MAX_REQUEST_RECORDS = 4;

export function openDocumentRecords(store: Store): DocumentRecords {
  return store.documents<DocumentRecord>({
    collection: 'documents',
    schema: {
      application: { type: String, required: true },
      centre: String,
      agency: String,
      delivery: String,
      purpose: { type: String, required: true },
      kind: { type: String, required: true },
      state: { type: String, required: true },
      uploadSize: { type: Number, required: true },
      uploadSha256: { type: String, required: true },
      pageSizes: [Number],
      training: { type: Boolean, required: true },
      journalSalt: String,
      uploadChunks: [String],
      uploadTime: Date,
      content: contentSchema,
      preview: { chunks: [String], size: Number },
      refusal: String,
      checkAttempts: { type: Number, required: true },
      acceptTime: Date,
      deleteTime: Date,
      eraseTime: Date,
    },
    schemaVersion: SCHEMA_VERSION,
    indexes: [
      { fields: { application: 1, _id: 1 }, query: 'the documents of an application' },
      { fields: { centre: 1, state: 1 }, query: 'the quota of a centre' },
      { fields: { state: 1, uploadTime: 1 }, query: 'the queue of checks, and the oldest of them' },
    ],
    keepRequests: () => MAX_REQUEST_RECORDS,
    existsReason: 'ALREADY_EXISTS',
    absentMessage: 'Document not found.',
  });
}

/** The ID is that of the application. `lastSeqs` holds the last handled event. */
export interface ApplicationRecord extends Omit<ApplicationFacts, 'timer' | '_id'>, StoredDocument {}
export type ApplicationRecords = Documents<ApplicationRecord>;

export function openApplicationRecords(store: Store): ApplicationRecords {
  return store.documents<ApplicationRecord>({
    collection: 'applications',
    schema: {
      centre: String,
      collectionCentre: String,
      agency: String,
      agencyUndecided: Boolean,
      training: { type: Boolean, required: true },
      submitTime: Date,
      endTime: Date,
      handOverTime: Date,
      appealUntil: String,
      paperTime: Date,
      uncollectedTime: Date,
      hold: { time: Date, reason: String, operator: String },
      erasure: { time: Date, isRequested: Boolean, endTime: Date },
    },
    schemaVersion: SCHEMA_VERSION,
    indexes: [
      { fields: { uncollectedTime: 1 }, sparse: true, query: 'results that nobody collected' },
      { fields: { 'hold.time': 1 }, sparse: true, query: 'applications whose documents must not be erased' },
    ],
    keepRequests: () => MAX_REQUEST_RECORDS,
    existsReason: 'ALREADY_EXISTS',
  });
}

/** Returns the record of an application before its first event. */
export const newApplicationRecord = (application: string): Draft<ApplicationRecord> => ({
  _id: application,
  training: false,
  timer: null,
});
