import type { Documents, Metrics, Scope, Store, StoredDocument } from '@cups/store';
import { isProblem } from '@cups/problem';
import { ulid } from 'ulid';
import type { Delivery, Refusal, State, StoredState } from './domain/delivery.ts';

/** What the bridge keeps: deliveries, and where refused messages stand. */

export type StoredDelivery = Delivery & StoredDocument;
export type Deliveries = Documents<StoredDelivery>;

const text = { type: String, required: true };
const number = { type: Number, required: true };
const date = { type: Date, required: true };
const pending = { _id: false, submission: Number, eventId: String, correlationId: String, attempts: Number };
/** Several fields of one type. */
const each = (type: unknown, ...names: string[]) => Object.fromEntries(names.map((name) => [name, type]));

export function deliveriesOf(store: Store): Deliveries {
  return store.documents<StoredDelivery>({
    collection: 'deliveries',
    schema: {
      ...each(text, 'application', 'agency', 'centre'),
      state: { ...text, enum: ['queued', 'acknowledged', 'answered', 'cancelled', 'failed'] satisfies StoredState[] },
      sent: Boolean,
      ...each(number, 'submission', 'requested'),
      pending: [pending],
      ...each([String], 'messages', 'digests', 'refused', 'failFields'),
      ...each(String, 'documentsRequest', 'failCause', 'waitCause', 'agencyReference'),
      queueTime: date,
      ...each(Date, 'sendTime', 'acknowledgeTime', 'answerTime', 'cancelTime', 'failTime'),
    },
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS',
    indexes: [
      { fields: { state: 1, sent: 1, _id: -1 }, query: 'ListDeliveries by state: what support looks at' },
      { fields: { agency: 1, _id: -1 }, query: 'ListDeliveries of one agency' },
    ],
  });
}

/** Fields that the relay sets with the write that takes acknowledged entries out: the request is on the agency's topic. */
export const afterPublish = (now: () => Date) => (_id: string, entries: { topic: string; type: string }[]) => {
  const requests = entries.filter(({ topic }) => topic.startsWith('agency.'));
  if (requests.length === 0) return undefined;
  const first = requests.some(({ type }) => type.includes('.submitted.'));
  return { sent: true, ...(first ? { sendTime: now() } : {}) };
};

/** A page of deliveries, newest application first. */
export function listDeliveries(
  deliveries: Deliveries,
  query: { scope: Scope; state?: State; agency?: string; pageSize: number; pageToken: string },
) {
  const { scope, state, agency, pageSize, pageToken } = query;
  const filter = {
    ...(state === 'sent' ? { state: 'queued', sent: true } : {}),
    ...(state === 'queued' ? { state, sent: { $ne: true } } : {}),
    ...(state && state !== 'sent' && state !== 'queued' ? { state } : {}),
    ...(agency ? { agency } : {}),
  };
  const fingerprintOf = { state, agency };
  return deliveries.list({ scope, filter, order: 'desc', pageSize, pageToken, fingerprintOf });
}

/** A message that could not be used: where it stands and why, never what it says. */
export interface Refused extends StoredDocument {
  /** `<topic>/<partition>/<offset>`, unique: read again, it is the same message. */
  place: string;
  /** Without the prefix. */
  topic: string;
  partition: number;
  offset: string;
  cause: string;
  fields: string[];
  refuseTime: Date;
}

export function refusalsOf(store: Store, now: () => Date, metrics: Metrics) {
  const refused = metrics.counter('agency_bridge_refused_messages_total', 'Messages refused', ['topic', 'cause']);
  const documents = store.documents<Refused>({
    collection: 'refusedMessages',
    schema: {
      ...each(text, 'place', 'topic', 'offset', 'cause'),
      partition: number,
      fields: [String],
      refuseTime: date,
    },
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS',
    indexes: [
      { fields: { place: 1 }, unique: true, query: 'a message that is read again is stored once' },
      { fields: { topic: 1, _id: -1 }, query: 'ListRefusedMessages of a topic' },
    ],
  });
  const refusals = {
    /** Stores where a message stands and why it was refused; of what is known already nothing changes. */
    async keep(at: { topic: string; partition: number; offset: string }, refusal: Refusal): Promise<void> {
      const { topic, partition, offset } = at;
      const place = `${topic}/${partition}/${offset}`;
      const refuseTime = now();
      const _id = ulid(refuseTime.getTime());
      const message = {
        _id,
        place,
        topic,
        partition,
        offset,
        refuseTime,
        cause: refusal.cause,
        fields: refusal.fields,
      };
      try {
        await documents.create(message, { scope: 'service', cause: {}, events: [], now: refuseTime });
        refused.inc({ topic, cause: refusal.cause });
      } catch (error) {
        if (!isProblem(error) || error.kind !== 'EXISTS') throw error;
      }
    },
    /** What the consumer could not read, or can not use yet. */
    keepUnread: ({ cause, ...at }: Pick<Refused, 'topic' | 'partition' | 'offset' | 'cause'>): Promise<void> =>
      refusals.keep(at, { cause: cause === 'NOT_A_CLOUDEVENT' ? 'NOT_CLOUDEVENTS' : cause, fields: [] }),
    /** A page, newest first, and how many there are of that topic. */
    async list({ topic, ...page }: { topic: string; pageSize: number; pageToken: string }) {
      const filter = topic === '' ? {} : { topic };
      const [found, counted] = await Promise.all([
        documents.list({ scope: 'platform', filter, order: 'desc', fingerprintOf: filter, ...page }),
        documents.aggregate<{ count: number }>([{ $match: filter }, { $group: { _id: null, count: { $sum: 1 } } }], {
          scope: 'platform',
        }),
      ]);
      return { ...found, totalSize: counted[0]?.count ?? 0 };
    },
  };
  return refusals;
}
export type Refusals = ReturnType<typeof refusalsOf>;
