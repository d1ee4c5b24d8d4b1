import { createPageToken, parsePageToken } from '@cups/contracts/node';
import { Problem } from '@cups/problem';
import { asUpdate, createParkedRunner, asFilter, type ParkedEventDocument } from './event-park.ts';
import type { Store } from './store.ts';

/** The parked messages of one key, for an administrator: names, codes and positions. */
export interface ParkedKey {
  topic: string;
  key: string;
  subject: string;
  /** Of the first event, like the fields below. */
  cause: string;
  detail: string;
  parkTime: Date;
  count: number;
  released: boolean;
}

/** A parked event without its data. */
export type ParkedRow = Omit<ParkedEventDocument, 'event'> & {
  event: Omit<ParkedEventDocument['event'], 'data'>;
};

/** Maximum number of events returned for one key. */
const MAX_EVENTS_SHOWN = 200;
const WAITING_KINDS = { $in: ['gap', 'held'] };
const WITHOUT_DATA = { 'event.data': 0 };

interface LaneGroup {
  _id: string;
  count: number;
  released: number;
}

function createReads(run: ReturnType<typeof createParkedRunner>) {
  const findRows = async (filter: object, limit: number): Promise<ParkedRow[]> => {
    const findOptions = { sort: { order: 1 as const }, limit, projection: WITHOUT_DATA };
    return (await run((parked) => parked.find(asFilter(filter), findOptions).toArray())) as ParkedRow[];
  };
  const groupLanes = (filter: object, limit: number) => {
    const group = { _id: '$lane', count: { $sum: 1 }, released: { $max: '$released' } };
    const of = { $match: Object.assign({ kind: WAITING_KINDS }, filter) };
    const stages = [of, { $group: group }, { $sort: { _id: 1 } }, { $limit: limit }];
    return run((parked) => parked.aggregate<LaneGroup>(stages).toArray());
  };
  const findKey = async ({ _id: lane, count, released }: LaneGroup): Promise<ParkedKey[]> => {
    const [first] = await findRows({ lane, kind: WAITING_KINDS }, 1);
    if (!first) return [];
    const { event, subject, cause, detail, parkTime } = first;
    const { topic, key } = event;
    return [{ topic, key, subject, cause, detail, parkTime, count, released: released === 1 }];
  };
  return { rowsOf: findRows, groups: groupLanes, keyOf: findKey };
}

/** Opens the administrator's view of the events that `openEventPark` stores. */
export function openParkedEvents(store: Store, now: () => Date) {
  const run = createParkedRunner(store);
  const { rowsOf, groups, keyOf } = createReads(run);
  return {
    /** Returns a page of keys, ordered by topic and key. @throws Problem PAGE_TOKEN_INVALID */
    async list(query: { pageSize: number; pageToken: string }) {
      const after = parsePageToken(query.pageToken, {});
      const found = await groups(after === undefined ? {} : { lane: { $gt: after } }, query.pageSize + 1);
      const shown = found.slice(0, query.pageSize);
      const last = found.length > query.pageSize ? shown.at(-1) : undefined;
      const keys = (await Promise.all(shown.map(keyOf))).flat();
      return { keys, nextPageToken: last ? createPageToken(last._id, {}) : '' };
    },

    /** Returns one key and its first 200 parked events, in order. @throws Problem NOT_FOUND */
    async get({ topic, key }: { topic: string; key: string }): Promise<{ parked: ParkedKey; events: ParkedRow[] }> {
      const lane = `${topic}/${key}`;
      const [group] = await groups({ lane }, 1);
      const [parked] = group ? await keyOf(group) : [];
      if (!parked) throw notFound();
      return { parked, events: await rowsOf({ lane, kind: WAITING_KINDS }, MAX_EVENTS_SHOWN) };
    },

    /**
     * Releases all events of a key; the consumer then applies them.
     * @throws Problem NOT_FOUND, ACTION_NOT_ALLOWED
     */
    async release({ topic, key }: { topic: string; key: string }): Promise<number> {
      const lane = `${topic}/${key}`;
      const held = asFilter({ lane, kind: 'held' });
      const { matchedCount } = await run((parked) => parked.updateMany(held, asUpdate({ $set: { released: 1 } })));
      if (matchedCount > 0) return matchedCount;
      const [group] = await groups({ lane }, 1);
      if (!group) throw notFound();
      throw new Problem({
        reason: 'ACTION_NOT_ALLOWED',
        message: 'The events wait for their predecessor and resume when it arrives.',
      });
    },

    /** Marks an event as never to be applied. @throws Problem NOT_FOUND, ACTION_NOT_ALLOWED */
    async drop(_id: string, actor: string, reason: string): Promise<ParkedRow> {
      const [row] = await rowsOf({ _id, kind: WAITING_KINDS }, 1);
      if (!row) throw notFound();
      if (row.kind !== 'held') {
        throw new Problem({
          reason: 'ACTION_NOT_ALLOWED',
          message: 'Only an event whose handler fails can be dropped; this one waits for its predecessor.',
        });
      }
      const drop = { actor, reason, time: now() };
      await run((parked) => parked.updateOne(asFilter({ _id, kind: 'held' }), asUpdate({ $set: { drop } })));
      return row;
    },
  };
}

const notFound = () => new Problem({ reason: 'NOT_FOUND', message: 'Parked event not found.' });
