import type { Metrics, ReceivedEvent } from '@cups/contracts';
import type { mongo } from 'mongoose';
import type { Index } from './connection/indexes.ts';
import type { Store } from './store.ts';

/** A parked event as stored. A dropped one keeps who dropped it and why, without its data. */
export interface ParkedEventDocument extends mongo.Document {
  /** `<source>|<id>` of a `gap`, otherwise `<topic>/<partition>/<offset>`. */
  _id: string;
  /**
   * `gap`: its predecessor is missing; `held`: its handler failed, or it follows such an event; `dropped`: a record.
   */
  kind: 'gap' | 'held' | 'dropped';
  /** `<topic>/<key>`: events of a lane keep their order. */
  lane: string;
  subject: string;
  sequence: number;
  /** SEQUENCE_GAP, HANDLER_THREW, HANDLER_HANGS, BEHIND. */
  cause: string;
  detail: string;
  /** Number of times its handler failed for good. */
  failures: number;
  bytes: number;
  /** The zero-padded offset. A lane is in one partition, so no clock decides its order. */
  order: string;
  parkTime: Date;
  /** 1 after an administrator released it. */
  released: 0 | 1;
  /** Set when the event must not be applied; takes effect when it is next in its lane. */
  drop?: { actor: string; reason: string; time: Date };
  event: ReceivedEvent;
}

const PARKED_COLLECTION = 'parkedEvents';
const PARKED_INDEXES: Index[] = [
  { fields: { kind: 1, subject: 1, sequence: 1 }, query: 'the events that wait for a predecessor' },
  { fields: { kind: 1, lane: 1, order: 1 }, query: 'the blocked lanes, and the events of one' },
  { fields: { parkTime: 1 }, query: 'the events at the end of their retention' },
];
/** Maximum number of events of a lane per read. */
const LANE_BATCH_SIZE = 100;

export const asFilter = (filter: object): mongo.Filter<ParkedEventDocument> =>
  filter as mongo.Filter<ParkedEventDocument>;
export const asUpdate = (update: object): mongo.UpdateFilter<ParkedEventDocument> =>
  update as mongo.UpdateFilter<ParkedEventDocument>;
const laneOf = ({ topic, key }: { topic: string; key: string }): string => `${topic}/${key}`;

/** Wraps calls of the collection; their failures become store errors. */
export function createParkedRunner(store: Store) {
  return async <T>(work: (parked: mongo.Collection<ParkedEventDocument>) => Promise<T>): Promise<T> => {
    try {
      return await work(store.collection<ParkedEventDocument>(PARKED_COLLECTION));
    } catch (error) {
      throw store.failure(error, PARKED_COLLECTION);
    }
  };
}

/** Returns the document of a newly parked event. */
function toParkedDocument(event: ReceivedEvent, as: Pick<ParkedEventDocument, 'kind' | 'cause' | 'detail'>, now: Date) {
  const { subject, sequence, data, offset } = event;
  const frame = { lane: laneOf(event), subject, sequence: sequence ?? 0, event, bytes: data.length };
  const failures = as.cause === 'BEHIND' ? 0 : 1;
  return Object.assign(frame, as, { failures, released: 0, order: offset.padStart(20, '0'), parkTime: now });
}

type ParkedRunner = ReturnType<typeof createParkedRunner>;

const insertOnce = (run: ParkedRunner, _id: string, document: object) =>
  run((parked) => parked.updateOne(asFilter({ _id }), asUpdate({ $setOnInsert: document }), { upsert: true }));

/** Stores events that arrived before their predecessor. */
function createGapStore(run: ParkedRunner, now: () => Date) {
  const idOf = ({ source, id }: ReceivedEvent) => `${source}|${id}`;
  return {
    /** Returns the subjects with events that wait for a predecessor. */
    subjects: () => run((parked) => parked.distinct('subject', asFilter({ kind: 'gap' })) as Promise<string[]>),
    /** Stores an event until its predecessor arrives. Idempotent. */
    async put(event: ReceivedEvent): Promise<void> {
      const as = { kind: 'gap', cause: 'SEQUENCE_GAP', detail: '' } as const;
      await insertOnce(run, idOf(event), toParkedDocument(event, as, now()));
    },
    /** Returns the waiting events of a subject by sequence; each stays until `drop`. */
    async waiting(subject: string): Promise<ReceivedEvent[]> {
      const gaps = asFilter({ kind: 'gap', subject });
      const found = await run((parked) => parked.find(gaps, { sort: { sequence: 1 } }).toArray());
      return found.map(({ event }) => event);
    },
    async drop(event: ReceivedEvent): Promise<void> {
      await run((parked) => parked.deleteOne(asFilter({ _id: idOf(event) })));
    },
  };
}

/** Stores events whose handler failed, and the events behind them. */
function createLaneStore(run: ParkedRunner, now: () => Date) {
  return {
    /** Returns the parked lanes of these topics, with count and bytes. */
    async lanes(topics: string[]) {
      const filter = { kind: 'held', 'event.topic': { $in: topics } };
      const sums = { count: { $sum: 1 }, bytes: { $sum: '$bytes' }, released: { $max: '$released' } };
      const last = { topic: { $last: '$event.topic' }, key: { $last: '$event.key' } };
      const group = Object.assign({ _id: '$lane', partition: { $last: '$event.partition' } }, last, sums);
      const found = await run((parked) =>
        parked.aggregate<LaneSummary>([{ $match: filter }, { $group: group }]).toArray(),
      );
      return found.map(({ topic, key, partition, count, bytes, released }) => {
        return { topic, key, partition, count, bytes, released: released === 1 };
      });
    },
    /** Appends an event to its parked lane. Idempotent. */
    async hold(event: ReceivedEvent, { cause, detail }: { cause: string; detail: string }): Promise<void> {
      const { topic, partition, offset } = event;
      await insertOnce(
        run,
        `${topic}/${partition}/${offset}`,
        toParkedDocument(event, { kind: 'held', cause, detail }, now()),
      );
    },
    /** Returns the first 100 events of a lane, in order. */
    async listEvents(lane: { topic: string; key: string }) {
      const filter = asFilter({ kind: 'held', lane: laneOf(lane) });
      const found = await run((parked) =>
        parked.find(filter, { sort: { order: 1 }, limit: LANE_BATCH_SIZE }).toArray(),
      );
      return found.map(({ _id: id, event, released, drop }) => {
        return { id, event, released: released === 1, dropped: drop !== undefined };
      });
    },
    /** Releases all events of a lane. */
    async release(lane: { topic: string; key: string }): Promise<void> {
      const filter = asFilter({ kind: 'held', lane: laneOf(lane) });
      await run((parked) => parked.updateMany(filter, asUpdate({ $set: { released: 1 } })));
    },
    /** Removes an applied event. Keeps a dropped one as a record without data. */
    async complete({ id: _id, dropped }: { id: string; dropped: boolean }): Promise<void> {
      const record = { $set: { kind: 'dropped', 'event.data': Buffer.alloc(0), bytes: 0 } };
      await run(async (parked) => {
        if (dropped) await parked.updateOne(asFilter({ _id }), asUpdate(record));
        else await parked.deleteOne(asFilter({ _id }));
      });
    },
    /** Records a repeated failure. The lane is blocked until its next release. */
    async recordFailure(
      { id: _id, event }: { id: string; event: ReceivedEvent },
      { cause, detail }: { cause: string; detail: string },
    ): Promise<void> {
      const again = { $set: { cause, detail }, $inc: { failures: 1 } };
      await run(async (parked) => {
        await parked.updateOne(asFilter({ _id }), asUpdate(again));
        const filter = asFilter({ kind: 'held', lane: laneOf(event) });
        await parked.updateMany(filter, asUpdate({ $set: { released: 0 } }));
      });
    },
  };
}

/** Who drops an event at the end of its retention, and why. */
const RETENTION_DROP = { actor: 'services/retention', reason: 'retention' };

/** Ends parked events. */
function createParkedEnds(run: ParkedRunner, now: () => Date) {
  return {
    /**
     * Ends events that were parked before a time. Records of dropped ones and events whose predecessor never came are
     * removed. An event whose handler fails is dropped and its lane released, so that later ones are handled.
     * @param onRemoval receives the number of those that are removed next
     * @returns the number of events, at most `limit`
     */
    async expire(
      before: Date,
      limit: number,
      onRemoval: (count: number) => Promise<void> = async () => {},
    ): Promise<number> {
      const options = { limit, projection: { _id: 1, kind: 1 } };
      const due = asFilter({ parkTime: { $lt: before }, kind: { $in: ['gap', 'held'] }, released: 0 });
      const dropped = asFilter({ parkTime: { $lt: before }, kind: 'dropped' });
      const found = await run((parked) => parked.find(due, options).toArray());
      const rest = limit - found.length;
      const records = rest > 0 ? await run((p) => p.find(dropped, { ...options, limit: rest }).toArray()) : [];
      const ids = (rows: mongo.Document[]) => rows.map(({ _id }) => _id as string);
      const held = ids(found.filter(({ kind }) => kind === 'held'));
      const removed = ids([...found.filter(({ kind }) => kind !== 'held'), ...records]);
      const drop = { ...RETENTION_DROP, time: now() };
      if (held.length > 0) {
        const filter = asFilter({ _id: { $in: held }, kind: 'held' });
        await run((parked) => parked.updateMany(filter, asUpdate({ $set: { drop, released: 1 } })));
      }
      if (removed.length > 0) {
        await onRemoval(removed.length);
        await run((parked) => parked.deleteMany(asFilter({ _id: { $in: removed } })));
      }
      return held.length + removed.length;
    },
    /** Removes all parked events of a subject that was erased. @returns their number */
    async removeSubject(subject: string): Promise<number> {
      const filter = asFilter({ kind: { $in: ['gap', 'held', 'dropped'] }, subject });
      const { deletedCount } = await run((parked) => parked.deleteMany(filter));
      return deletedCount;
    },
  };
}

/**
 * Opens the event park, which @cups/events uses as `park`. It holds events that arrived before their predecessor, and
 * events of keys whose handler failed, in the collection `parkedEvents`. They contain no person: internal events are
 * thin, and the agency contract forbids names. Each metric read starts a count, which the next read reports.
 */
export function openEventPark(store: Store, { now, metrics }: { now: () => Date; metrics?: Metrics }) {
  store.addIndexes(PARKED_COLLECTION, PARKED_INDEXES);
  const run = createParkedRunner(store);
  const gaps = createGapStore(run, now);
  const listHeldLanes = () => run((parked) => parked.distinct('lane', asFilter({ kind: 'held' })) as Promise<string[]>);
  if (metrics) registerParkedMetrics(metrics, { gaps: gaps.subjects, held: listHeldLanes });
  return Object.assign(gaps, createLaneStore(run, now), createParkedEnds(run, now));
}

interface LaneSummary {
  topic: string;
  key: string;
  partition: number;
  count: number;
  bytes: number;
  released: number;
}

function registerParkedMetrics(
  metrics: Metrics,
  queries: { gaps: () => Promise<string[]>; held: () => Promise<string[]> },
): void {
  const known = { gaps: 0, held: 0 };
  const refresh = (kind: 'gaps' | 'held') => {
    queries[kind]().then(
      ({ length }) => (known[kind] = length),
      // The store connection reports its own failures.
      () => {},
    );
  };
  metrics.gauge('parked_subjects', 'Subjects with an event that waits for its predecessor', [], (gauge) => {
    gauge.set(known.gaps);
    refresh('gaps');
  });
  metrics.gauge('parked_keys', 'Keys blocked by an event whose handler failed', [], (gauge) => {
    gauge.set(known.held);
    refresh('held');
  });
}
