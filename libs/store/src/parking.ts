import type { Metrics, ReceivedEvent } from '@cups/contracts';
import type { mongo } from 'mongoose';
import type { Store } from './store.ts';

interface Parked extends mongo.Document {
  _id: string;
  subject: string;
  sequence: number;
  event: ReceivedEvent;
}

/**
 * Where events wait that came before their predecessor; the consumer of @cups/events takes it as `park`. Internal
 * events are thin, so that nothing personal is kept. One collection, `parkedEvents`. How many subjects wait is looked up when
 * the figure is read, and told at the next reading.
 */
export function openParking(store: Store, metrics?: Metrics) {
  const run = async <T>(work: (parked: mongo.Collection<Parked>) => Promise<T>): Promise<T> => {
    try {
      return await work(store.collection<Parked>('parkedEvents'));
    } catch (error) {
      throw store.failure(error, 'parkedEvents');
    }
  };
  const where = (filter: Partial<Parked>) => filter as mongo.Filter<Parked>;
  const idOf = ({ source, id }: ReceivedEvent) => `${source}|${id}`;
  const subjects = () => run((parked) => parked.distinct('subject') as Promise<string[]>);
  let known = 0;
  metrics?.gauge('parked_subjects', 'Subjects of which an event waits for its predecessor', [], (gauge) => {
    gauge.set(known);
    subjects().then(
      ({ length }) => (known = length),
      // The store is away, which is told elsewhere.
      () => {},
    );
  });
  return {
    /** Subjects that have events waiting. */
    subjects,
    /** Keeps an event; twice is no error. */
    async put(event: ReceivedEvent): Promise<void> {
      const content = { subject: event.subject, sequence: event.sequence ?? 0, event };
      const update = { $set: content } as unknown as mongo.UpdateFilter<Parked>;
      await run((parked) => parked.updateOne(where({ _id: idOf(event) }), update, { upsert: true }));
    },
    /** The events of a subject that wait, in the order of their sequence; each stays until it is dropped. */
    async waiting(subject: string): Promise<ReceivedEvent[]> {
      const found = await run((parked) => parked.find(where({ subject }), { sort: { sequence: 1 } }).toArray());
      return found.map(({ event }) => event);
    },
    async drop(event: ReceivedEvent): Promise<void> {
      await run((parked) => parked.deleteOne(where({ _id: idOf(event) })));
    },
  };
}
