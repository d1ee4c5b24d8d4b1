import { pageToken, readPageToken } from '@cups/contracts/node';
import { Problem } from '@cups/problem';
import { change, parkedOf, where, type StoredParked } from './parking.ts';
import type { Store } from './store.ts';

/** The messages of one key that wait, for an operator: names, codes and places. */
export interface ParkedKey {
  topic: string;
  key: string;
  subject: string;
  /** Of the first, as is the rest. */
  cause: string;
  detail: string;
  parkTime: Date;
  count: number;
  released: boolean;
}

/** An event that waits, without what it says. */
export type ParkedRow = Omit<StoredParked, 'event'> & {
  event: Omit<StoredParked['event'], 'data'>;
};

/** Events that are shown of one key. */
const SHOWN = 200;
const WAITING = { $in: ['gap', 'held'] };
const NO_DATA = { 'event.data': 0 };

interface Group {
  _id: string;
  count: number;
  released: number;
}

/** What is read of the events that wait. */
function openReads(run: ReturnType<typeof parkedOf>) {
  const rowsOf = async (filter: object, limit: number): Promise<ParkedRow[]> => {
    const how = { sort: { order: 1 as const }, limit, projection: NO_DATA };
    return (await run((parked) => parked.find(where(filter), how).toArray())) as ParkedRow[];
  };
  const groups = (filter: object, limit: number) => {
    const group = { _id: '$lane', count: { $sum: 1 }, released: { $max: '$released' } };
    const of = { $match: Object.assign({ kind: WAITING }, filter) };
    const stages = [of, { $group: group }, { $sort: { _id: 1 } }, { $limit: limit }];
    return run((parked) => parked.aggregate<Group>(stages).toArray());
  };
  const keyOf = async ({ _id: lane, count, released }: Group): Promise<ParkedKey[]> => {
    const [first] = await rowsOf({ lane, kind: WAITING }, 1);
    if (!first) return [];
    const { event, subject, cause, detail, parkTime } = first;
    const { topic, key } = event;
    return [{ topic, key, subject, cause, detail, parkTime, count, released: released === 1 }];
  };
  return { rowsOf, groups, keyOf };
}

/** What an operator sees and does about the events that `openParking` keeps. */
export function openParked(store: Store, now: () => Date) {
  const run = parkedOf(store);
  const { rowsOf, groups, keyOf } = openReads(run);
  return {
    /** A page of keys, by topic and key. @throws Problem PAGE_TOKEN_INVALID */
    async list(asked: { pageSize: number; pageToken: string }) {
      const after = readPageToken(asked.pageToken, {});
      const found = await groups(after === undefined ? {} : { lane: { $gt: after } }, asked.pageSize + 1);
      const shown = found.slice(0, asked.pageSize);
      const last = found.length > asked.pageSize ? shown.at(-1) : undefined;
      const keys = (await Promise.all(shown.map(keyOf))).flat();
      return { keys, nextPageToken: last ? pageToken(last._id, {}) : '' };
    },

    /** One key, and the first events that wait with it, in order. @throws Problem NOT_FOUND */
    async get({ topic, key }: { topic: string; key: string }): Promise<{ parked: ParkedKey; events: ParkedRow[] }> {
      const lane = `${topic}/${key}`;
      const [group] = await groups({ lane }, 1);
      const [parked] = group ? await keyOf(group) : [];
      if (!parked) throw absent();
      return { parked, events: await rowsOf({ lane, kind: WAITING }, SHOWN) };
    },

    /** Lets all of a key go on; the consumer that reads it does so. @throws Problem NOT_FOUND, ACTION_NOT_ALLOWED */
    async release({ topic, key }: { topic: string; key: string }): Promise<number> {
      const lane = `${topic}/${key}`;
      const held = where({ lane, kind: 'held' });
      const { matchedCount } = await run((parked) => parked.updateMany(held, change({ $set: { released: 1 } })));
      if (matchedCount > 0) return matchedCount;
      const [group] = await groups({ lane }, 1);
      if (!group) throw absent();
      throw new Problem({
        reason: 'ACTION_NOT_ALLOWED',
        message: 'These events wait for their predecessor: they go on by themselves when it comes.',
      });
    },

    /** Decides that an event is never applied. @throws Problem NOT_FOUND, ACTION_NOT_ALLOWED */
    async drop(_id: string, by: string, why: string): Promise<ParkedRow> {
      const [row] = await rowsOf({ _id, kind: WAITING }, 1);
      if (!row) throw absent();
      if (row.kind !== 'held') {
        throw new Problem({
          reason: 'ACTION_NOT_ALLOWED',
          message: 'This event waits for its predecessor; what is to be dropped is an event whose handler fails.',
        });
      }
      const drop = { by, why, time: now() };
      await run((parked) => parked.updateOne(where({ _id, kind: 'held' }), change({ $set: { drop } })));
      return row;
    },
  };
}

const absent = () =>
  new Problem({ reason: 'NOT_FOUND', message: 'Nothing waits under this name: it went on, or never waited here.' });
