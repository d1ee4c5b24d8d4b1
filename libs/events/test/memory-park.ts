import { setImmediate as turn } from 'node:timers/promises';
import type { ReceivedEvent } from '@cups/contracts';
import type { HandlerFailure, Lane, EventPark, ParkedEvent, ParkedLane } from '../src/consume/event-park.ts';

/** A parked event of a lane. */
export interface StoredParkedEvent extends ParkedEvent {
  cause: string;
}

const laneName = ({ topic, key }: Lane): string => `${topic}/${key}`;

/** A park in memory that survives its process, like the store; each call takes one turn of the event loop. */
export function createMemoryPark() {
  const gaps = new Map<string, ReceivedEvent>();
  const parkedEvents = new Map<string, StoredParkedEvent>();
  const eventsOf = (lane: Lane) => [...parkedEvents.values()].filter(({ event }) => laneName(event) === laneName(lane));
  const park: EventPark = {
    subjects: () => Promise.resolve([...new Set([...gaps.values()].map(({ subject }) => subject))]),
    put: (event) => Promise.resolve(void gaps.set(event.id, event)),
    waiting: (subject) =>
      Promise.resolve(
        [...gaps.values()]
          .filter((event) => event.subject === subject)
          .sort((one, other) => (one.sequence ?? 0) - (other.sequence ?? 0)),
      ),
    drop: (event) => Promise.resolve(void gaps.delete(event.id)),
    async lanes(topics) {
      await turn();
      const lanes = new Map<string, ParkedLane>();
      for (const { event, released } of parkedEvents.values()) {
        const { topic, key, partition } = event;
        if (!topics.includes(topic)) continue;
        const known = lanes.get(laneName(event));
        const count = (known?.count ?? 0) + 1;
        lanes.set(laneName(event), {
          topic,
          key,
          partition,
          count,
          bytes: 0,
          released: released || (known?.released ?? false),
        });
      }
      return [...lanes.values()];
    },
    async hold(event, { cause }: HandlerFailure) {
      await turn();
      const id = `${event.topic}/${event.partition}/${event.offset}`;
      if (!parkedEvents.has(id)) parkedEvents.set(id, { id, event, cause, released: false, dropped: false });
    },
    async listEvents(lane) {
      await turn();
      return eventsOf(lane).slice(0, 3);
    },
    release: (lane) => Promise.resolve(eventsOf(lane).forEach((one) => (one.released = true))),
    async complete({ id }) {
      await turn();
      parkedEvents.delete(id);
    },
    async recordFailure({ id, event }, { cause }) {
      await turn();
      Object.assign(parkedEvents.get(id) ?? {}, { cause });
      for (const one of eventsOf(event)) one.released = false;
    },
  };
  return Object.assign(park, { gaps, parked: parkedEvents });
}
