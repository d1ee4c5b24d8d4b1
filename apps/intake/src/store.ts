import type { Documents, Store, StoredDocument } from '@cups/store';
import { Problem } from '@cups/problem';
import { ABSENT } from './domain/refusals.ts';
import type { Application, ApplicationRow, ServiceVersion } from './domain/application.ts';
import { END_STATES } from '@cups/application';
import type { State } from '@cups/application';

/** What intake keeps: applications, the versions of public services they were opened under, refused messages. */

/** 2: what the desk fills in stands under `content`. */
const SCHEMA_VERSION = 2;

export type StoredApplication = Application & StoredDocument;

const text = { ro: String, ru: String, en: String };
const person = { idnp: String, givenName: String, familyName: String, birthDate: String, language: String };
const mixed = Object;
const evidence = [{ _id: false, kind: String, number: String, issueDate: String, originalSeen: Boolean, copy: String }];
const documents = [{ _id: false, kind: String, note: String }];
const result = { resultKind: String, resultNumber: String, verificationCode: String, validUntil: String };
const term = { amount: Number, unit: String };

const application = {
  centre: String,
  centreName: String,
  centreKind: String,
  openedBy: String,
  publicService: String,
  serviceVersion: String,
  service: { versionId: String, title: text, validTo: String },
  agency: String,
  state: String,
  trackingNumber: String,
  corrects: String,
  content: {
    applicant: person,
    contact: { email: String, phone: String, none: Boolean },
    represented: person,
    mandate: { kind: String, reference: String, date: String },
    answers: mixed,
    evidence,
    costOption: String,
    delivery: { kind: String, note: String },
  },
  submitTime: Date,
  dueDate: String,
  dueTime: Date,
  noDueDateReason: String,
  termUnit: String,
  termLeft: term,
  submissions: [
    { _id: false, number: Number, submitTime: Date, content: mixed, answersRequest: String, dueDate: String },
  ],
  documentRequest: {
    id: String,
    requestTime: Date,
    evidenceKinds: [String],
    documents,
    message: text,
    answerBy: String,
    askedAnswerBy: String,
  },
  agencyReference: String,
  progress: { note: String, time: Date },
  decision: {
    ...result,
    approved: Boolean,
    reason: text,
    decideTime: Date,
    correctTime: Date,
    correctReason: text,
    revokeTime: Date,
    revokeReason: text,
  },
  handOver: { collectedBy: String, paperKind: String, paperNumber: String, handOverTime: Date },
  outcome: { needMet: Boolean, missing: String },
  history: [
    {
      _id: false,
      kind: String,
      by: String,
      occurTime: Date,
      recordTime: Date,
      cause: String,
      answers: String,
      fromState: String,
      toState: String,
      submission: Number,
      reason: String,
      words: text,
      result,
      documents,
      changes: [String],
      code: String,
      fields: [String],
    },
  ],
  omittedMessages: Number,
  deskNotes: [{ _id: false, kind: String, recordTime: Date, cause: String, count: Number }],
};

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
const TRACKED = { state: 1, submitTime: 1, dueDate: 1, updateTime: 1, 'documentRequest.answerBy': 1 } as const;

/** An application as a list reads it: the row's fields only. */
export type StoredRow = Pick<StoredApplication, '_id' | 'revision' | 'createTime' | 'updateTime'> & ApplicationRow;

export function applicationsOf(store: Store): Documents<StoredApplication> {
  return store.documents<StoredApplication>({
    collection: 'applications',
    schema: application,
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

/** The list of the desk, newest first. */
export function listByCentre(
  documents: Documents<StoredApplication>,
  query: { centre: string; state: State | ''; pageSize: number; pageToken: string },
): Promise<{ documents: StoredRow[]; nextPageToken: string }> {
  const filter = { centre: query.centre, ...(query.state ? { state: query.state } : {}) };
  return documents.list({
    scope: { centre: query.centre },
    filter,
    order: 'desc',
    pageSize: query.pageSize,
    pageToken: query.pageToken,
    fingerprintOf: filter,
    projection: ROW,
  });
}

/** Exact matches within a centre, at most 200, newest first. */
export async function search(
  documents: Documents<StoredApplication>,
  centre: string,
  by: { trackingNumber: string } | { idnp: string },
): Promise<StoredRow[]> {
  const match =
    'idnp' in by ? { $or: [{ 'content.applicant.idnp': by.idnp }, { 'content.represented.idnp': by.idnp }] } : by;
  return documents.find(match, { scope: { centre }, limit: 200, sort: { _id: -1 }, projection: ROW });
}

/** @throws Problem NOT_FOUND, the same for unknown and malformed numbers */
export async function byTrackingNumber(
  documents: Documents<StoredApplication>,
  trackingNumber: string | undefined,
): Promise<Pick<StoredApplication, 'state' | 'submitTime' | 'dueDate' | 'updateTime' | 'documentRequest'>> {
  const found = trackingNumber
    ? await documents.findOne({ trackingNumber }, { scope: 'service', projection: TRACKED })
    : undefined;
  if (!found || found.state === 'draft') {
    throw new Problem({ reason: 'NOT_FOUND', message: 'No application has this tracking number.' });
  }
  return found;
}

/**
 * Whether a centre has as many open applications as it may. One count for all centres, taken anew in the background and
 * raised by every draft opened here in between: the limit guards against a desk run wild, so it may be a little late,
 * and a draft costs no query.
 */
export function openCounter(documents: Documents<StoredApplication>, now: () => Date) {
  let counts = new Map<string, number>();
  let countedAt: number | undefined;
  let counting: Promise<void> | undefined;
  const recount = (): Promise<void> =>
    (counting ??= documents
      .aggregate<{ _id: string; count: number }>(
        [{ $match: { state: { $nin: [...END_STATES] } } }, { $group: { _id: '$centre', count: { $sum: 1 } } }],
        { scope: 'service' },
      )
      .then((found) => {
        counts = new Map(found.map(({ _id, count }) => [_id, count]));
        countedAt = now().getTime();
      })
      .finally(() => (counting = undefined)));
  return {
    async reached(centre: string, limit: number): Promise<boolean> {
      const age = countedAt === undefined ? Infinity : now().getTime() - countedAt;
      const full = (counts.get(centre) ?? 0) >= limit;
      // Nobody is refused by an old count; otherwise the scan that a count costs is nobody's wait.
      if (age === Infinity || (full && age > 10_000)) await recount();
      else if (age > 300_000) recount().catch(() => {});
      return (counts.get(centre) ?? 0) >= limit;
    },
    opened: (centre: string) => void counts.set(centre, (counts.get(centre) ?? 0) + 1),
  };
}

/** The copies of versions of public services: written before the first draft that names them, never changed. */
export function versionsOf(store: Store) {
  const copies = () => store.collection<ServiceVersion>('serviceVersions');
  const failed = (error: unknown) => Promise.reject(store.failure(error, 'serviceVersions'));
  const known = new Map<string, ServiceVersion>();
  return {
    async keep(version: ServiceVersion): Promise<void> {
      if (known.has(version._id)) return;
      await copies().updateOne({ _id: version._id }, { $setOnInsert: version }, { upsert: true }).catch(failed);
      known.set(version._id, version);
    },
    /** The copy, if it is in memory already. */
    peek: (id: string): ServiceVersion | undefined => known.get(id),
    async get(id: string): Promise<ServiceVersion> {
      const version = known.get(id) ?? (await copies().findOne({ _id: id }).catch(failed));
      if (!version) throw new Error('a version that a draft names is missing');
      known.set(id, version);
      return version;
    },
  };
}

export type Versions = ReturnType<typeof versionsOf>;
