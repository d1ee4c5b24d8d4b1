import type { Cause, RequestRecord } from './cause.ts';
import { escapeSubject, type Change, type Draft, type StoreOwnedField, type StoredDocument } from './document.ts';
import { advanceCounters, toOutboxEntries } from './outbox-entries.ts';

/** Which document stands after a write: what a service decided, and beside it what the store keeps by itself. */

/** What a write is made of beside the change: why and when. */
export interface WriteContext {
  cause: Cause;
  now: Date;
}

/** How the documents of a collection are kept. */
export interface CollectionPolicy<D> {
  schemaVersion: number;
  /** ce_source of events that name none. */
  source: string;
  /** How many request records a document keeps; all when there is no rule. */
  keepRequests?: ((document: D) => number) | undefined;
}

/** All fields that only the store writes; one that is missing here does not compile. */
const STORE_OWNED_FIELDS: Record<StoreOwnedField, true> = {
  schemaVersion: true,
  revision: true,
  eventSeq: true,
  outboxSeq: true,
  outbox: true,
  outboxBlocked: true,
  requests: true,
  createRequest: true,
  createFingerprint: true,
  createTime: true,
  updateTime: true,
  lastSeqs: true,
};
const STORE_OWNED_FIELD_NAMES = Object.keys(STORE_OWNED_FIELDS) as StoreOwnedField[];

/** What was decided, with the store's fields of the document before: whatever a decision did to them does not count. */
function restoreStoreOwnedFields<D extends StoredDocument>(decided: D, before: D): D {
  const next: D = { ...decided, _id: before._id };
  for (const name of STORE_OWNED_FIELD_NAMES) {
    if (before[name] === undefined) delete next[name];
    else Object.assign(next, { [name]: before[name] });
  }
  return next;
}

/** A document before its first write: nothing has happened to it. */
export function createBlankDocument<D extends StoredDocument>(draft: Draft<D>, schemaVersion: number, now: Date): D {
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
  return Object.assign({}, draft, fields) as unknown as D;
}

/**
 * The document after a change of `document`: a revision higher, its events in the outbox, the request recorded (the oldest
 * records go when there are more than are kept), the consumed event counted.
 */
export function nextDocument<D extends StoredDocument>(
  document: D,
  change: Change<D>,
  { cause, now }: WriteContext,
  { schemaVersion, source, keepRequests }: CollectionPolicy<D>,
): D {
  const entries = toOutboxEntries(change.events, document, { cause, source, now });
  const next = restoreStoreOwnedFields(change.document, document);
  next.schemaVersion = schemaVersion;
  next.revision = document.revision + 1;
  next.updateTime = now;
  if (entries.length > 0) {
    next.outbox = [...document.outbox, ...entries];
    Object.assign(next, advanceCounters(document, entries));
  }
  if (cause.sequence) {
    const { subject, value } = cause.sequence;
    next.lastSeqs = { ...document.lastSeqs, [escapeSubject(subject)]: value };
  }
  if (cause.request) {
    const record: RequestRecord = { ...cause.request, time: now };
    next.requests = [...document.requests, record];
    const kept = keepRequests?.(next) ?? next.requests.length;
    if (next.requests.length > kept) next.requests = next.requests.slice(-kept);
  }
  return next;
}

/**
 * What a create inserts. Its request is unique for it: by that a repeat is known.
 * @throws Error when it is to count an event: `update` counts, and makes what the first event is about
 */
export function firstDocument<D extends StoredDocument>(
  draft: Draft<D>,
  events: Change<D>['events'],
  { cause, now }: WriteContext,
  { schemaVersion, source }: CollectionPolicy<D>,
): D {
  const { request, sequence } = cause;
  if (sequence) throw new Error('A create counts no event: update with an initial document does.');
  const document = createBlankDocument(draft, schemaVersion, now);
  document.revision = 1;
  document.outbox = toOutboxEntries(events, document, { cause, source, now });
  Object.assign(document, advanceCounters(document, document.outbox));
  if (request) {
    document.createRequest = createRequestKey(request);
    document.createFingerprint = request.fingerprint;
  }
  return document;
}

/** The one field of a document by which the create of a request is found again. */
export const createRequestKey = ({ key, id }: Pick<RequestRecord, 'key' | 'id'>): string => `${key}|${id}`;

/** Whether what is there already was made by the same create. */
export const isSameCreate = (earlier: StoredDocument, made: StoredDocument): boolean =>
  made.createRequest !== undefined && earlier.createRequest === made.createRequest;
