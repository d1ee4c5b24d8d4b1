import type { ReceivedEvent } from '@cups/contracts';
import {
  MAX_PARKED,
  type HandlerFailure,
  type Lane,
  type EventPark,
  type ParkedEvent,
  type ParkedLane,
} from './event-park.ts';

const laneName = ({ topic, key }: Lane): string => `${topic}/${key}`;

/** The lane has reached its limit; the event waits in its lane. */
export class LaneFullError extends Error {
  readonly lane: Lane;

  constructor({ topic, key }: Lane) {
    super('The key has reached the limit of parked events.');
    this.lane = { topic, key };
  }
}

/**
 * The parked lanes known to this process: its own, and those loaded after each join. Only the store knows their
 * events.
 */
export class ParkedLanes {
  readonly #park: EventPark;
  readonly #topics: string[];
  readonly #lanes = new Map<string, ParkedLane>();

  constructor(park: EventPark, topics: string[]) {
    this.#park = park;
    this.#topics = topics;
  }

  get size(): number {
    return this.#lanes.size;
  }

  has(lane: Lane): boolean {
    return this.#lanes.has(laneName(lane));
  }

  /** Loads the parked lanes, including those of other processes. */
  async load(): Promise<void> {
    const lanes = await this.#park.lanes(this.#topics);
    this.#lanes.clear();
    for (const lane of lanes) this.#lanes.set(laneName(lane), lane);
  }

  /** Parks an event and its lane. @throws LaneFullError when the lane has reached its limit */
  async park(event: ReceivedEvent, failure: HandlerFailure): Promise<void> {
    const { topic, key, partition, data } = event;
    const known = this.#lanes.get(laneName(event)) ?? { count: 0, bytes: 0, released: false };
    if (known.count >= MAX_PARKED.events || known.bytes + data.length > MAX_PARKED.bytes)
      throw new LaneFullError(event);
    await this.#park.hold(event, failure);
    const { count, bytes, released } = known;
    this.#lanes.set(laneName(event), { topic, key, partition, count: count + 1, bytes: bytes + data.length, released });
  }

  /** Returns lanes that may continue: released ones, and those without events. */
  async findDue(): Promise<ParkedLane[]> {
    const stored = new Map((await this.#park.lanes(this.#topics)).map((lane) => [laneName(lane), lane]));
    for (const [name, { partition }] of this.#lanes) {
      const now = stored.get(name);
      if (now) this.#lanes.set(name, Object.assign({}, now, { partition }));
    }
    return [...this.#lanes.values()].filter((lane) => stored.get(laneName(lane))?.released ?? true);
  }

  /**
   * Applies the events of a released lane, in order, then frees the lane for immediate handling. No other task of the
   * lane may run meanwhile. On an error it throws, and the rest stays.
   * @param handle applies one event; returns false if the event itself failed and the lane must stay
   */
  async drain(lane: Lane, handle: (parked: ParkedEvent) => Promise<boolean>): Promise<void> {
    for (
      let events = await this.#park.listEvents(lane);
      events.length > 0;
      events = await this.#park.listEvents(lane)
    ) {
      if (!events[0]?.released) return;
      // Also releases events parked since the release; otherwise a crash would leave them blocked.
      await this.#park.release(lane);
      for (const parked of events) if (!(await handle(parked))) return;
    }
    this.#lanes.delete(laneName(lane));
  }
}
