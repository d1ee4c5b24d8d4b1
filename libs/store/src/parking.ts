import type { mongo } from 'mongoose';
import { isDuplicate, storeFailure } from './failures.ts';
import type { Store } from './store.ts';

/** An event that came before its predecessor; `CloudEvent` of @cups/events fits. */
export interface ParkedEvent {
  id: string;
  source: string;
  subject: string;
  sequence?: number;
}

/**
 * Where early events wait for the missing one (law 6): the consumer of @cups/events takes it as `park`. Internal events
 * are thin, so that nothing personal is kept. One collection, `parkedEvents`.
 */
export function openParking<E extends ParkedEvent>(store: Store) {
  interface Parked extends mongo.Document {
    _id: string;
    subject: string;
    sequence: number;
    event: E;
  }
  const run = async <T>(work: (collection: mongo.Collection<Parked>) => Promise<T>): Promise<T> => {
    try {
      return await work(store.collection<Parked>('parkedEvents'));
    } catch (error) {
      throw storeFailure(error, 'parkedEvents');
    }
  };
  const idOf = (event: E) => `${event.source}|${event.id}`;
  return {
    /** Subjects that have events waiting. */
    subjects: () => run((collection) => collection.distinct('subject')),
    /** Keeps an event; keeping it twice is no error. */
    async put(event: E): Promise<void> {
      await run(async (collection) => {
        const { subject, sequence = 0 } = event;
        await collection.insertOne({ _id: idOf(event), subject, sequence, event } as never).catch((error: unknown) => {
          if (!isDuplicate(error)) throw error;
        });
      });
    },
    /** The events of a subject in the order of their sequence. */
    take: (subject: string): Promise<E[]> =>
      run(async (collection) => {
        const found = await collection.find({ subject } as mongo.Filter<Parked>, { sort: { sequence: 1 } }).toArray();
        return found.map(({ event }) => event as E);
      }),
    async drop(event: E): Promise<void> {
      await run((collection) => collection.deleteOne({ _id: idOf(event) } as mongo.Filter<Parked>));
    },
  };
}
