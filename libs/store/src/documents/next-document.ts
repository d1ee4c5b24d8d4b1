import type { Cause, RequestRecord } from './cause.ts';
import { escapeSubject, type Change, type Draft, type StoreOwnedField, type StoredDocument } from './document.ts';
import { advanceCounters, toOutboxEntries, type NewEvent } from './outbox-entries.ts';

/** Why and when a write happens. */
export interface WriteContext {
  cause: Cause;
  now: Date;
  /** Number of the last published entry of a former document with the ID of a new one. */
  journalSeq?: number | undefined;
}

/** How a collection stores its documents. */
export interface CollectionPolicy<D> {
  schemaVersion: number;
  /** ce_source of events without their own. */
  source: string;
  /** Whether a write commits its entries for the journal. @default true */
  commitsEntries?: boolean;
  /** Number of request records that a document keeps; all by default. */
  keepRequests?: ((document: D) => number) | undefined;
}

/** Fields that only the store writes. The type makes the list complete. */
const STORE_OWNED_FIELDS: Record<StoreOwnedField, true> = {
  schemaVersion: true,
  revision: true,
  eventSeq: true,
  journalSeq: true,
  outboxSeq: true,
  outbox: true,
  outboxBlocked: true,
  requests: true,
  createRequest: true,
  createFingerprint: true,
  createTime: true,
  updateTime: true,
  lastSeqs: true,
  erased: true,
};
const STORE_OWNED_FIELD_NAMES = Object.keys(STORE_OWNED_FIELDS) as StoreOwnedField[];

/** Returns the decided document with the store's fields of the previous one; changes to those are ignored. */
function restoreStoreOwnedFields<D extends StoredDocument>(decided: D, before: D): D {
  const next: D = { ...decided, _id: before._id };
  for (const name of STORE_OWNED_FIELD_NAMES) {
    if (before[name] === undefined) delete next[name];
    else Object.assign(next, { [name]: before[name] });
  }
  return next;
}

/** Returns a document before its first write. */
export function createBlankDocument<D extends StoredDocument>(
  draft: Draft<D>,
  schemaVersion: number,
  { now, journalSeq }: Pick<WriteContext, 'now' | 'journalSeq'>,
): D {
  const fields: Pick<StoredDocument, StoreOwnedField> = {
    schemaVersion,
    revision: 0,
    eventSeq: 0,
    outboxSeq: 0,
    outbox: [],
    requests: [],
    createTime: now,
    updateTime: now,
  };
  if (journalSeq !== undefined) fields.journalSeq = journalSeq;
  return Object.assign({}, draft, fields) as unknown as D;
}

/**
 * Returns the document after a change: next revision, events in the outbox, request recorded, consumed event counted.
 * Drops the oldest request records above the limit.
 */
export function nextDocument<D extends StoredDocument>(
  document: D,
  change: Change<D>,
  { cause, now }: WriteContext,
  policy: CollectionPolicy<D>,
): D {
  const { schemaVersion, source, keepRequests } = policy;
  const events = selectEvents(change.events, policy);
  const entries = toOutboxEntries(events, document, { cause, source, now });
  const next = restoreStoreOwnedFields(change.document, document);
  next.schemaVersion = schemaVersion;
  next.revision = document.revision + 1;
  next.updateTime = now;
  if (entries.length > 0) {
    next.outbox = [...document.outbox, ...entries];
    Object.assign(next, advanceCounters(document, events));
  }
  if (cause.sequence) {
    const { subject, value } = cause.sequence;
    next.lastSeqs = { ...document.lastSeqs, [escapeSubject(subject)]: value };
  }
  if (cause.request) {
    const { id, key, fingerprint } = cause.request;
    const record: RequestRecord = { id, key, fingerprint, time: now };
    next.requests = [...document.requests, record];
    const limit = keepRequests?.(next) ?? next.requests.length;
    if (next.requests.length > limit) next.requests = next.requests.slice(-limit);
  }
  if (change.erase) next.requests = [];
  return next;
}

/**
 * Returns the document that a create inserts, with a unique request key that identifies a repeat.
 * @throws Error with a `cause.sequence`: only `update` counts events
 */
export function firstDocument<D extends StoredDocument>(
  draft: Draft<D>,
  given: Change<D>['events'],
  { cause, now, journalSeq }: WriteContext,
  policy: CollectionPolicy<D>,
): D {
  const { schemaVersion, source } = policy;
  const events = selectEvents(given, policy);
  const { request, sequence } = cause;
  if (sequence) throw new Error('A create cannot count an event: use update with an initial document.');
  const document = createBlankDocument(draft, schemaVersion, { now, journalSeq });
  document.revision = 1;
  document.outbox = toOutboxEntries(events, document, { cause, source, now });
  Object.assign(document, advanceCounters(document, events));
  if (request) {
    document.createRequest = createRequestKey(request);
    document.createFingerprint = request.fingerprint;
  }
  return document;
}

/** Returns the events to commit. */
const selectEvents = (
  events: NewEvent[],
  { commitsEntries = true }: Pick<CollectionPolicy<never>, 'commitsEntries'>,
): NewEvent[] => (commitsEntries ? events : events.filter(({ sequenced }) => sequenced !== 'journal'));

/** The unique field that identifies a create request. */
export const createRequestKey = ({ key, id }: Pick<RequestRecord, 'key' | 'id'>): string => `${key}|${id}`;

/** Whether the same request created the stored document. */
export const isSameCreate = (earlier: StoredDocument, made: StoredDocument): boolean =>
  made.createRequest !== undefined && earlier.createRequest === made.createRequest;
