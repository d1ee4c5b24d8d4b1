import type { Metrics, ReceivedEvent } from '@cups/contracts';
import type { mongo } from 'mongoose';
import type { Store } from './store.ts';

/** An event that waits, as it is stored; of one that was dropped, who did that and why, without what it said. */
export interface ParkedEventDocument extends mongo.Document {
  /** `<source>|<id>` of one that waits for its predecessor, else `<topic>/<partition>/<offset>`. */
  _id: string;
  /** `gap`: waits for its predecessor; `held`: its handler failed, or it waits behind one like that; `dropped`: a record. */
  kind: 'gap' | 'held' | 'dropped';
  /** `<topic>/<key>`: what keeps its order. */
  lane: string;
  subject: string;
  sequence: number;
  /** SEQUENCE_GAP, HANDLER_THREW, HANDLER_HANGS, BEHIND. */
  cause: string;
  detail: string;
  /** How often its handler gave it up. */
  failures: number;
  bytes: number;
  /** The offset, with zeros before it: all of a lane lies in one partition, so that no clock decides its order. */
  order: string;
  parkTime: Date;
  /** 1 when somebody lets it go on. */
  released: 0 | 1;
  /** That it is not to be applied: done when its turn comes. */
  drop?: { by: string; why: string; time: Date };
  event: ReceivedEvent;
}

const PARKED_COLLECTION = 'parkedEvents';
/** So many events of a lane are read at once. */
const LANE_BATCH_SIZE = 100;

export const asFilter = (filter: object): mongo.Filter<ParkedEventDocument> =>
  filter as mongo.Filter<ParkedEventDocument>;
export const asUpdate = (update: object): mongo.UpdateFilter<ParkedEventDocument> =>
  update as mongo.UpdateFilter<ParkedEventDocument>;
const laneOf = ({ topic, key }: { topic: string; key: string }): string => `${topic}/${key}`;

/** Calls of the collection; what they throw becomes a failure of the store. */
export function createParkedRunner(store: Store) {
  return async <T>(work: (parked: mongo.Collection<ParkedEventDocument>) => Promise<T>): Promise<T> => {
    try {
      return await work(store.collection<ParkedEventDocument>(PARKED_COLLECTION));
    } catch (error) {
      throw store.failure(error, PARKED_COLLECTION);
    }
  };
}

/** An event as it is first parked. */
function toParkedDocument(event: ReceivedEvent, as: Pick<ParkedEventDocument, 'kind' | 'cause' | 'detail'>, now: Date) {
  const { subject, sequence, data, offset } = event;
  const frame = { lane: laneOf(event), subject, sequence: sequence ?? 0, event, bytes: data.length };
  const failures = as.cause === 'BEHIND' ? 0 : 1;
  return Object.assign(frame, as, { failures, released: 0, order: offset.padStart(20, '0'), parkTime: now });
}

type ParkedRunner = ReturnType<typeof createParkedRunner>;

const insertOnce = (run: ParkedRunner, _id: string, document: object) =>
  run((parked) => parked.updateOne(asFilter({ _id }), asUpdate({ $setOnInsert: document }), { upsert: true }));

/** Events that came before their predecessor. */
function createGapStore(run: ParkedRunner, now: () => Date) {
  const idOf = ({ source, id }: ReceivedEvent) => `${source}|${id}`;
  return {
    /** Subjects that have events waiting for their predecessor. */
    subjects: () => run((parked) => parked.distinct('subject', asFilter({ kind: 'gap' })) as Promise<string[]>),
    /** Keeps an event until its predecessor comes; twice is no error. */
    async put(event: ReceivedEvent): Promise<void> {
      const as = { kind: 'gap', cause: 'SEQUENCE_GAP', detail: '' } as const;
      await insertOnce(run, idOf(event), toParkedDocument(event, as, now()));
    },
    /** The events of a subject that wait, in the order of their sequence; each stays until it is dropped. */
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

/** Events whose handler does not get on with them, and those that wait behind them. */
function createLaneStore(run: ParkedRunner, now: () => Date) {
  return {
    /** Lanes of these topics that are parked, with what waits in them. */
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
    /** Keeps an event behind those of its lane that are kept; twice is no error. */
    async hold(event: ReceivedEvent, { cause, detail }: { cause: string; detail: string }): Promise<void> {
      const { topic, partition, offset } = event;
      await insertOnce(
        run,
        `${topic}/${partition}/${offset}`,
        toParkedDocument(event, { kind: 'held', cause, detail }, now()),
      );
    },
    /** The first 100 of a lane, in order. */
    async listEvents(lane: { topic: string; key: string }) {
      const filter = asFilter({ kind: 'held', lane: laneOf(lane) });
      const found = await run((parked) =>
        parked.find(filter, { sort: { order: 1 }, limit: LANE_BATCH_SIZE }).toArray(),
      );
      return found.map(({ _id: id, event, released, drop }) => {
        return { id, event, released: released === 1, dropped: drop !== undefined };
      });
    },
    /** Lets all go on that waits in a lane. */
    async release(lane: { topic: string; key: string }): Promise<void> {
      const filter = asFilter({ kind: 'held', lane: laneOf(lane) });
      await run((parked) => parked.updateMany(filter, asUpdate({ $set: { released: 1 } })));
    },
    /** It was applied and goes, or it was dropped and stays as a record of that, without what it said. */
    async complete({ id: _id, dropped }: { id: string; dropped: boolean }): Promise<void> {
      const record = { $set: { kind: 'dropped', 'event.data': Buffer.alloc(0), bytes: 0 } };
      await run(async (parked) => {
        if (dropped) await parked.updateOne(asFilter({ _id }), asUpdate(record));
        else await parked.deleteOne(asFilter({ _id }));
      });
    },
    /** It failed again: its lane stays until somebody releases it once more. */
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

/**
 * Where events wait that came before their predecessor, or whose handler does not get on with them, with all of their key; the
 * consumer of @cups/events takes it as `park`. Kept is what came, so that it can be applied: internal events are thin, what an
 * agency says names no person by its contract. One collection, `parkedEvents`. How much waits is looked up when the figure is
 * read, and told at the next reading.
 */
export function openEventPark(store: Store, { now, metrics }: { now: () => Date; metrics?: Metrics }) {
  const run = createParkedRunner(store);
  const gaps = createGapStore(run, now);
  const held = () => run((parked) => parked.distinct('lane', asFilter({ kind: 'held' })) as Promise<string[]>);
  if (metrics) registerParkedMetrics(metrics, { gaps: gaps.subjects, held });
  return Object.assign(gaps, createLaneStore(run, now));
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
      // The store is away, which is told elsewhere.
      () => {},
    );
  };
  metrics.gauge('parked_subjects', 'Subjects of which an event waits for its predecessor', [], (gauge) => {
    gauge.set(known.gaps);
    refresh('gaps');
  });
  metrics.gauge(
    'parked_keys',
    'ALARM: keys that stand still behind an event that could not be handled',
    [],
    (gauge) => {
      gauge.set(known.held);
      refresh('held');
    },
  );
}
