import type { Metrics, RefusedMessage } from '@cups/contracts';
import { createPageToken, newUlid, parsePageToken } from '@cups/contracts/node';
import type { mongo } from 'mongoose';
import type { Store } from './store.ts';

/** The refused messages of one partition and cause: where and why, never their content. */
export interface RefusalSummary {
  topic: string;
  partition: number;
  cause: string;
  /** Names of the invalid fields of the latest message. */
  fields: string[];
  count: number;
  firstOffset: number;
  lastOffset: number;
  firstTime: Date;
  lastTime: Date;
}

interface RefusalDocument extends RefusalSummary, mongo.Document {
  /** `<topic>/<partition>/<cause>` */
  _id: string;
  /** A ULID of the first time, which orders lists. */
  order: string;
}

const MAX_FIELDS = 20;
const MAX_FIELD_LENGTH = 100;
const MAX_WRITE_ATTEMPTS = 10;

const refusalId = ({ topic, partition, cause }: RefusedMessage): string => `${topic}/${partition}/${cause}`;

/** Returns the messages of one partition and cause that are not counted yet, in order. */
function selectUncounted(messages: RefusedMessage[], known: RefusalDocument | undefined): RefusedMessage[] {
  const behind = known?.lastOffset ?? -1;
  return messages
    .filter(({ lastOffset }) => Number(lastOffset) > behind)
    .sort((one, other) => Number(one.offset) - Number(other.offset));
}

const sumMessages = (messages: RefusedMessage[]): number =>
  messages.reduce((sum, { offset, lastOffset }) => sum + Number(lastOffset) - Number(offset) + 1, 0);

/**
 * Builds one write for one partition and cause, conditional on what was read: concurrent members count nothing twice.
 */
function buildWrite(messages: RefusedMessage[], known: RefusalDocument | undefined, now: Date) {
  const [first, last] = [messages[0], messages.at(-1)] as [RefusedMessage, RefusedMessage];
  const fields = last.fields.slice(0, MAX_FIELDS).map((name) => name.slice(0, MAX_FIELD_LENGTH));
  const lastOffset = Number(last.lastOffset);
  if (known) {
    const update = { $inc: { count: sumMessages(messages) }, $set: { lastOffset, lastTime: now, fields } };
    return { updateOne: { filter: { _id: known._id, lastOffset: known.lastOffset }, update } };
  }
  const document: RefusalDocument = {
    _id: refusalId(first),
    order: newUlid(now),
    topic: first.topic,
    partition: first.partition,
    cause: first.cause,
    fields,
    count: sumMessages(messages),
    firstOffset: Number(first.offset),
    lastOffset,
    firstTime: now,
    lastTime: now,
  };
  return { insertOne: { document } };
}

/** Wraps a call of the collection; its failure becomes a store error. */
type CollectionRunner = <T>(work: (refusals: mongo.Collection<RefusalDocument>) => Promise<T>) => Promise<T>;

/**
 * Counts groups of messages by ID, with one read and one write for all.
 * @returns the counted messages, or undefined after a concurrent write
 */
async function countGroups(
  run: CollectionRunner,
  groups: Map<string, RefusedMessage[]>,
  now: Date,
): Promise<RefusedMessage[][] | undefined> {
  const found = await run((refusals) => refusals.find({ _id: { $in: [...groups.keys()] } }).toArray());
  const known = new Map(found.map((one) => [one._id, one as RefusalDocument]));
  const updates = [...groups].map(([id, messages]) => ({
    known: known.get(id),
    messages: selectUncounted(messages, known.get(id)),
  }));
  const rest = updates.filter(({ messages }) => messages.length > 0);
  if (rest.length === 0) return [];
  const writes = rest.map((one) => buildWrite(one.messages, one.known, now));
  const done = await run((refusals) =>
    refusals
      .bulkWrite(writes as mongo.AnyBulkWriteOperation<RefusalDocument>[], { ordered: false })
      .then(({ insertedCount, modifiedCount }) => insertedCount + modifiedCount)
      .catch((error: { code?: number }) => (error.code === 11000 ? 0 : Promise.reject(error as Error))),
  );
  return done < writes.length ? undefined : rest.map(({ messages }) => messages);
}

async function listPage(run: CollectionRunner, query: { topic: string; pageSize: number; pageToken: string }) {
  const filter = query.topic === '' ? {} : { topic: query.topic };
  const after = parsePageToken(query.pageToken, filter);
  const page = after === undefined ? filter : { $and: [filter, { order: { $lt: after } }] };
  const all = await run((refusals) =>
    refusals.find(page as mongo.Filter<RefusalDocument>, { sort: { order: -1 }, limit: query.pageSize + 1 }).toArray(),
  );
  const shown = all.slice(0, query.pageSize);
  const last = all.length > query.pageSize ? shown.at(-1) : undefined;
  const [sum] = await run((refusals) =>
    refusals
      .aggregate<{ count: number }>([{ $match: filter }, { $group: { _id: null, count: { $sum: '$count' } } }])
      .toArray(),
  );
  const refusals: RefusalSummary[] = shown;
  return { refusals, nextPageToken: last ? createPageToken(last.order, filter) : '', totalSize: sum?.count ?? 0 };
}

/**
 * Opens the collection `refusals`; the consumer of @cups/events uses `keep`. It stores one document per topic,
 * partition and cause. Causes are constants in the code, so the documents are few and lists need no index.
 */
export function openRefusals(store: Store, { now, metrics }: { now: () => Date; metrics?: Metrics }) {
  const counter = metrics?.counter('refused_messages_total', 'Messages refused', ['topic', 'cause']);
  const run: CollectionRunner = async (work) => {
    try {
      return await work(store.collection<RefusalDocument>('refusals'));
    } catch (error) {
      throw store.failure(error, 'refusals');
    }
  };

  return {
    /** Counts each message once. Messages at or before the last counted offset are repeats. */
    async keep(messages: RefusedMessage[]): Promise<void> {
      const groups = Map.groupBy(messages, refusalId);
      for (let race = 0; race < MAX_WRITE_ATTEMPTS; race += 1) {
        const counted = await countGroups(run, groups, now());
        for (const group of counted ?? []) {
          const { topic, cause } = group[0] as RefusedMessage;
          counter?.inc({ topic, cause }, sumMessages(group));
        }
        if (counted) return;
      }
      throw new Error('Could not count refusals: concurrent writes by other members.');
    },

    /** Returns a page, the newest first; `totalSize` counts messages. @throws Problem PAGE_TOKEN_INVALID */
    list: (query: { topic: string; pageSize: number; pageToken: string }) => listPage(run, query),
  };
}
