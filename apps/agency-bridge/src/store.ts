import { REQUEST_TYPES } from '@cups/agency-contract';
import type { StoredEvent } from '@cups/contracts';
import type { Documents, Scope, Store, StoredDocument } from '@cups/store';
import { AGENCY_STAGES, CHANNELS, OPEN_STAGES } from './domain/channel.ts';
import type { AgencyStage, Channel } from './domain/channel.ts';
import type { Delivery, State, StoredState } from './domain/delivery.ts';
import type { DecidedWork, OpenWork } from './domain/workload.ts';
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
  fileTime: Date,
};
const pendingMessage = {
  _id: false,
  number: Number,
  eventId: String,
  correlationId: String,
  attempts: Number,
  queueTime: Date,
  due: Date,
  isReplay: Boolean,
};
/** Position of an agency's message. */
const position = { id: String, type: { type: String }, topic: String, partition: Number, offset: Number };
/** Returns fields of the same type. */
const each = (type: unknown, ...names: string[]) => Object.fromEntries(names.map((name) => [name, type]));

const HAS_REPLY = { lastReplyTime: { $exists: true } };

export function deliveriesOf(store: Store): Deliveries {
  return store.documents<StoredDelivery>({
    collection: 'deliveries',
    schema: {
      ...each(text, 'application', 'agency', 'centre'),
      state: { ...text, enum: ['queued', 'acknowledged', 'answered', 'cancelled', 'failed'] satisfies StoredState[] },
      ...each(Boolean, 'training', 'sent'),
      ...each(number, 'submission', 'requested'),
      pending: [pending],
      pendingMessages: [pendingMessage],
      sentMessages: [{ _id: false, number: Number, time: Date }],
      messageTimes: [Date],
      ...each([String], 'messages', 'digests', 'reportedIssues', 'failFields'),
      ...each(String, 'documentsRequest', 'failCause', 'deferCause', 'agencyReference', 'decision'),
      ...each(String, 'channel', 'publicService', 'dueDate', 'term', 'assignee', 'expectedDecisionDate'),
      stage: { type: String, enum: AGENCY_STAGES },
      openRequest: Boolean,
      reminders: [{ _id: false, step: String, time: Date, dueDate: String }],
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
        'copiesWaitTime',
        'eraseTime',
        'passOnTime',
        'deskMessageTime',
      ),
      ...each(Number, 'firstSubmission', 'returns'),
      unreleased: [{ _id: false, submission: Number, attempts: Number }],
      documentRequests: [{ _id: false, id: String, position }],
      end: {},
      requestTimes: [Date],
    },
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS',
    indexes: DELIVERY_INDEXES,
  });
}

const DELIVERY_INDEXES: Parameters<Store['addIndexes']>[1] = [
  { fields: { state: 1, sent: 1, _id: -1 }, query: 'ListDeliveries by state, for support' },
  { fields: { agency: 1, _id: -1 }, query: 'ListDeliveries of one agency' },
  { fields: { agency: 1, state: 1, sent: 1, _id: -1 }, query: 'ListDeliveries of one agency by state' },
  {
    fields: { agency: 1, stage: 1, term: 1, _id: 1 },
    partial: { stage: { $exists: true } },
    query: 'ListAgencyQueue: the deliveries of a stage by term, and their number',
  },
  {
    fields: { agency: 1, stage: 1, answerTime: -1 },
    partial: { stage: { $exists: true } },
    query: 'ListAgencyWorkload: the newest decisions of an agency',
  },
  {
    fields: { agency: 1, channel: 1, _id: 1 },
    partial: { channel: { $exists: true } },
    query: 'a change of the channel: deliveries of an agency over another one',
  },
  {
    fields: { agency: 1, training: 1, state: 1, sent: 1, queueTime: 1 },
    query: 'GetAgencyActivity: the number of deliveries by state, and the oldest',
  },
  {
    fields: { agency: 1, training: 1, lastReplyTime: -1 },
    partial: HAS_REPLY,
    query: 'GetAgencyActivity: the last reply',
  },
];

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
  // Topics of agencies and of trainings, without those of the platform.
  const requests = entries.filter(
    ({ topic, type }) =>
      !topic.startsWith('cups.') && type !== REQUEST_TYPES.replyRefused && type !== REQUEST_TYPES.reminded,
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

/**
 * Returns a page of deliveries that an agency received over another channel than this one, open or decided, oldest
 * application first, without trainings.
 */
export function deliveriesElsewhere(
  deliveries: Deliveries,
  {
    agency,
    channel,
    pageToken,
    stage,
  }: { agency: string; channel: Channel; pageToken: string; stage: 'open' | 'decided' },
) {
  // A delivery over Kafka names no channel.
  const others = CHANNELS.filter((other) => other !== channel).map((other) => (other === 'kafka' ? null : other));
  const state = { $in: stage === 'open' ? ['queued', 'acknowledged'] : ['answered'] };
  return deliveries.list({
    scope: 'service',
    filter: { agency, channel: { $in: others }, training: { $ne: true }, state, requested: { $gt: 0 } },
    order: 'asc',
    pageSize: REPLAY_PAGE_SIZE,
    pageToken,
    tokenArguments: { agency, channel, stage },
  });
}

/** Returns the deliveries of an application, at most one for each agency: a range of IDs, which begin with its ID. */
export function findOfApplication(deliveries: Deliveries, application: string): Promise<StoredDelivery[]> {
  const id = application.slice('applications/'.length);
  // "." follows the "-" between the ID and the agency.
  return deliveries.find({ _id: { $gt: `${id}-`, $lt: `${id}.` } }, { scope: 'service' });
}

const STATES: readonly State[] = ['queued', 'sent', 'acknowledged', 'answered', 'cancelled', 'failed'];

/** Matches deliveries in a state. Names each value of `sent`, which the indexes have between the state and the order. */
function stateFilter(state: State): object {
  if (state === 'sent') return { state: 'queued', sent: true };
  return { state, sent: { $in: state === 'queued' ? [false, null] : [true, false, null] } };
}

/** Maximum of each count. It stands for more than 999. */
const MAX_COUNTED = 1_000;

/**
 * Returns the number of an agency's deliveries by state, at most 1,000, and the time of the one queued first; without
 * states that have none. Excludes trainings.
 */
export async function countDeliveries(
  deliveries: Deliveries,
  agency: string,
): Promise<{ state: State; count: number; oldest: Date }[]> {
  const filters = STATES.map((state) => Object.assign(realFilter(agency), stateFilter(state)));
  const counts = await deliveries.countEach(filters, { scope: 'service', limit: MAX_COUNTED });
  const options = { scope: 'service', sort: { queueTime: 1 }, limit: 1, projection: { queueTime: 1 } } as const;
  const found = await Promise.all(
    STATES.map(async (state, at) => {
      const [oldest] = counts[at] ? await deliveries.find(filters[at]!, options) : [];
      return oldest ? [{ state, count: counts[at]!, oldest: oldest.queueTime }] : [];
    }),
  );
  return found.flat();
}

/** Returns the time of an agency's last accepted message. Excludes trainings. */
export async function findLastReplyTime(deliveries: Deliveries, agency: string): Promise<Date | undefined> {
  const options = {
    scope: 'service',
    sort: { lastReplyTime: -1 },
    limit: 1,
    projection: { lastReplyTime: 1 },
  } as const;
  const [last] = await deliveries.find(Object.assign(realFilter(agency), HAS_REPLY), options);
  return last?.lastReplyTime;
}

const realFilter = (agency: string): object => ({ agency, training: { $in: [false, null] } });

/** Returns a page of deliveries, newest application first. */
export function listDeliveries(
  deliveries: Deliveries,
  query: { scope: Scope; state?: State; agency?: string; realOnly: boolean; pageSize: number; pageToken: string },
) {
  const { scope, state, agency, realOnly, pageSize, pageToken } = query;
  const filter = {
    ...(realOnly ? { training: { $ne: true } } : {}),
    ...(state ? stateFilter(state) : {}),
    ...(agency ? { agency } : {}),
  };
  const tokenArguments = { state, agency };
  return deliveries.list({ scope, filter, order: 'desc', pageSize, pageToken, tokenArguments });
}

/** Returns a page of a stage in the queue of an agency, the shortest term first, then those without one. */
export function listStage(
  deliveries: Deliveries,
  query: { agency: string; stage: AgencyStage; assignee?: string | undefined; pageSize: number; pageToken: string },
) {
  const { agency, stage, assignee, pageSize, pageToken } = query;
  const filter = { stage, ...(assignee === undefined ? {} : { assignee }) };
  const tokenArguments = { agency, stage, assignee };
  return deliveries.list({
    scope: { agency },
    filter,
    orderBy: 'term',
    order: 'asc',
    pageSize,
    pageToken,
    tokenArguments,
  });
}

/** Returns the number of deliveries in each stage of an agency, at most 1,000; without stages that have none. */
export async function countStages(
  deliveries: Deliveries,
  agency: string,
): Promise<{ stage: AgencyStage; count: number }[]> {
  const filters = AGENCY_STAGES.map((stage) => ({ agency, stage }));
  const counts = await deliveries.countEach(filters, { scope: 'service', limit: MAX_COUNTED });
  return AGENCY_STAGES.map((stage, at) => ({ stage, count: counts[at] ?? 0 })).filter(({ count }) => count > 0);
}

/** Maximum of open deliveries, and of decisions, in the workload of an agency. */
export const MAX_WORKLOAD = 5_000;

/** Returns the open deliveries in the page of an agency, and those decided since a time, newest first; at most 5,000 each. */
export async function findWorkload(
  deliveries: Deliveries,
  agency: string,
  since: Date,
): Promise<{ open: OpenWork[]; decided: DecidedWork[] }> {
  const options = { scope: 'service', limit: MAX_WORKLOAD } as const;
  const projection = { assignee: 1, queueTime: 1, sendTime: 1 } as const;
  const [open, decided] = await Promise.all([
    deliveries.find(
      { agency, stage: { $in: OPEN_STAGES } },
      { ...options, sort: { term: 1 }, projection: { ...projection, dueDate: 1 } },
    ),
    deliveries.find(
      { agency, stage: 'decided', answerTime: { $gte: since } },
      { ...options, sort: { answerTime: -1 }, projection: { ...projection, answerTime: 1 } },
    ),
  ]);
  return { open, decided };
}
