import type { mongo } from 'mongoose';
import type { Store } from './store.ts';

interface Parked<E> extends mongo.Document {
  _id: string;
  subject: string;
  sequence: number;
  event: E;
}

/**
 * Where events wait that came before their predecessor; the consumer of @cups/events takes it as `park`. Internal
 * events are thin, so that nothing personal is kept. One collection, `parkedEvents`.
 */
export function openParking<E extends { id: string; source: string; subject: string; sequence?: number | null }>(
  store: Store,
) {
  const run = async <T>(work: (parked: mongo.Collection<Parked<E>>) => Promise<T>): Promise<T> => {
    try {
      return await work(store.collection<Parked<E>>('parkedEvents'));
    } catch (error) {
      throw store.failure(error, 'parkedEvents');
    }
  };
  const where = (filter: Partial<Parked<E>>) => filter as mongo.Filter<Parked<E>>;
  const idOf = ({ source, id }: E) => `${source}|${id}`;
  return {
    /** Subjects that have events waiting. */
    subjects: (): Promise<string[]> => run((parked) => parked.distinct('subject') as Promise<string[]>),
    /** Keeps an event; twice is no error. */
    async put(event: E): Promise<void> {
      const content = { subject: event.subject, sequence: event.sequence ?? 0, event };
      const update = { $set: content } as unknown as mongo.UpdateFilter<Parked<E>>;
      await run((parked) => parked.updateOne(where({ _id: idOf(event) }), update, { upsert: true }));
    },
    /** The events of a subject that wait, in the order of their sequence; each stays until it is dropped. */
    async waiting(subject: string): Promise<E[]> {
      const found = await run((parked) => parked.find(where({ subject }), { sort: { sequence: 1 } }).toArray());
      return found.map(({ event }) => event as E);
    },
    async drop(event: E): Promise<void> {
      await run((parked) => parked.deleteOne(where({ _id: idOf(event) })));
    },
  };
}
