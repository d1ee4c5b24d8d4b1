import { REQUEST_TYPES } from '@cups/agency-contract';
import type { StoredEvent } from '@cups/contracts';
import type { Documents, Scope, Store, StoredDocument } from '@cups/store';
import type { Delivery, State, StoredState } from './domain/delivery.ts';
import type { UnmatchedReplies } from './domain/unmatched-replies.ts';

/** Collections of the bridge: deliveries and unmatched replies. @cups/store keeps the positions of refused messages. */

export type StoredDelivery = Delivery & StoredDocument;
export type Deliveries = Documents<StoredDelivery>;
export type StoredUnmatchedReplies = UnmatchedReplies & StoredDocument;
export type UnmatchedRepliesDocuments = Documents<StoredUnmatchedReplies>;

const text = { type: String, required: true };
const number = { type: Number, required: true };
const date = { type: Date, required: true };
const pending = {
  _id: false,
  submission: Number,
  eventId: String,
  correlationId: String,
  attempts: Number,
  isReplay: Boolean,
};
/** Position of an agency's message. */
const position = { id: String, type: { type: String }, topic: String, partition: Number, offset: Number };
/** Returns fields of the same type. */
const each = (type: unknown, ...names: string[]) => Object.fromEntries(names.map((name) => [name, type]));

export function deliveriesOf(store: Store): Deliveries {
  return store.documents<StoredDelivery>({
    collection: 'deliveries',
    schema: {
      ...each(text, 'application', 'agency', 'centre'),
      state: { ...text, enum: ['queued', 'acknowledged', 'answered', 'cancelled', 'failed'] satisfies StoredState[] },
      ...each(Boolean, 'training', 'sent'),
      ...each(number, 'submission', 'requested'),
      pending: [pending],
      ...each([String], 'messages', 'digests', 'reportedIssues', 'failFields'),
      ...each(String, 'documentsRequest', 'failCause', 'deferCause', 'agencyReference', 'decision'),
      queueTime: date,
      ...each(
        Date,
        'sendTime',
        'acknowledgeTime',
        'answerTime',
        'cancelTime',
        'failTime',
        'lastReplyTime',
        'submitTime',
        'lastRequestTime',
      ),
      documentRequests: [{ _id: false, id: String, position }],
      end: {},
      requestTimes: [Date],
    },
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS',
    indexes: [
      { fields: { state: 1, sent: 1, _id: -1 }, query: 'ListDeliveries by state, for support' },
      { fields: { agency: 1, _id: -1 }, query: 'ListDeliveries of one agency' },
    ],
  });
}

/** Number of deliveries per page of a replay. */
const REPLAY_PAGE_SIZE = 100;

const violation = { _id: false, field: String, rule: String };
const partitionOffset = { partition: Number, offset: Number };

/** Pending reports to agencies about messages that match no delivery. */
export function unmatchedRepliesOf(store: Store): UnmatchedRepliesDocuments {
  return store.documents<StoredUnmatchedReplies>({
    collection: 'unmatchedReplies',
    schema: {
      agency: text,
      training: Boolean,
      offsets: [{ _id: false, ...partitionOffset }],
      recentReports: [{ _id: false, cause: String, time: Date }],
      batches: [{ _id: false, position, cause: String, violations: [violation], count: Number, last: partitionOffset }],
    },
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS',
    indexes: [],
  });
}

/** Sets fields in the write that removes acknowledged events: the request is on the agency's topic. */
export const afterPublish = (now: () => Date) => (_id: string, entries: StoredEvent[]) => {
  const requests = entries.filter(
    ({ topic, type }) => topic !== 'cups.deliveries' && type !== REQUEST_TYPES.replyRefused,
  );
  if (requests.length === 0) return undefined;
  // A replay is not measured.
  const first = requests.some(({ type, since }) => type.includes('.submitted.') && since !== undefined);
  return { sent: true, ...(first ? { sendTime: now() } : {}) };
};

/**
 * Returns a page of deliveries with messages to their agency since a time, oldest application first. Excludes
 * trainings, which agencies do not receive.
 */
export function deliveriesSince(deliveries: Deliveries, agency: string, since: Date, pageToken: string) {
  const sent = [{ lastRequestTime: { $gte: since } }, { sendTime: { $gte: since } }];
  const filter = { agency, training: { $ne: true }, $or: sent };
  const tokenArguments = { agency, since: since.toISOString() };
  return deliveries.list({
    scope: 'service',
    filter,
    order: 'asc',
    pageSize: REPLAY_PAGE_SIZE,
    pageToken,
    tokenArguments,
  });
}

/** Returns the deliveries of an application, at most one for each agency: a range of IDs, which begin with its ID. */
export function findOfApplication(deliveries: Deliveries, application: string): Promise<StoredDelivery[]> {
  const id = application.slice('applications/'.length);
  // "." follows the "-" between the ID and the agency.
  return deliveries.find({ _id: { $gt: `${id}-`, $lt: `${id}.` } }, { scope: 'service' });
}

/** Returns counts of an agency's deliveries by state, with the oldest time. Excludes trainings. */
export async function countDeliveries(deliveries: Deliveries, agency: string) {
  const group = {
    _id: { state: '$state', sent: '$sent' },
    count: { $sum: 1 },
    oldest: { $min: '$queueTime' },
    lastReplyTime: { $max: '$lastReplyTime' },
  };
  const pipeline = [{ $match: { agency, training: { $ne: true } } }, { $group: group }];
  return deliveries.aggregate<{
    _id: { state: StoredState; sent?: boolean };
    count: number;
    oldest: Date;
    lastReplyTime?: Date | null;
  }>(pipeline, { scope: 'service' });
}

/** Returns a page of deliveries, newest application first. */
export function listDeliveries(
  deliveries: Deliveries,
  query: { scope: Scope; state?: State; agency?: string; realOnly: boolean; pageSize: number; pageToken: string },
) {
  const { scope, state, agency, realOnly, pageSize, pageToken } = query;
  const filter = {
    ...(realOnly ? { training: { $ne: true } } : {}),
    ...(state === 'sent' ? { state: 'queued', sent: true } : {}),
    ...(state === 'queued' ? { state, sent: { $in: [false, null] } } : {}),
    // The index has `sent` between the state and the order: with each of its values named, a page reads only its rows.
    ...(state && state !== 'sent' && state !== 'queued' ? { state, sent: { $in: [true, false, null] } } : {}),
    ...(agency ? { agency } : {}),
  };
  const tokenArguments = { state, agency };
  return deliveries.list({ scope, filter, order: 'desc', pageSize, pageToken, tokenArguments });
}
