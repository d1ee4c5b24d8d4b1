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

/** No more of a lane is kept: the event waits where it is, in the lane's turn. */
export class LaneFullError extends Error {
  readonly lane: Lane;

  constructor({ topic, key }: Lane) {
    super('A key has as many events parked as are kept.');
    this.lane = { topic, key };
  }
}

/**
 * Which lanes are parked, as far as this process knows: its own doing, and what it reads after each join. The store alone says what
 * waits in them.
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

  /** Reads which lanes are parked, also those that another process parked. */
  async load(): Promise<void> {
    const lanes = await this.#park.lanes(this.#topics);
    this.#lanes.clear();
    for (const lane of lanes) this.#lanes.set(laneName(lane), lane);
  }

  /** Parks an event, and with it its lane. @throws LaneFull when no more of it is kept */
  async park(event: ReceivedEvent, failure: HandlerFailure): Promise<void> {
    const { topic, key, partition, data } = event;
    const known = this.#lanes.get(laneName(event)) ?? { count: 0, bytes: 0, released: false };
    if (known.count >= MAX_PARKED.events || known.bytes + data.length > MAX_PARKED.bytes)
      throw new LaneFullError(event);
    await this.#park.hold(event, failure);
    const { count, bytes, released } = known;
    this.#lanes.set(laneName(event), { topic, key, partition, count: count + 1, bytes: bytes + data.length, released });
  }

  /** Lanes that may go on: those that somebody released, and those in which nothing waits any more. */
  async findDue(): Promise<ParkedLane[]> {
    const stored = new Map((await this.#park.lanes(this.#topics)).map((lane) => [laneName(lane), lane]));
    for (const [name, { partition }] of this.#lanes) {
      const now = stored.get(name);
      if (now) this.#lanes.set(name, Object.assign({}, now, { partition }));
    }
    return [...this.#lanes.values()].filter((lane) => stored.get(laneName(lane))?.released ?? true);
  }

  /**
   * Does what waits in a released lane, in order, and frees it: what comes then is handled at once. Nothing of the lane may be in
   * work meanwhile. Whatever fails is thrown, and the rest stays as it is.
   * @param handle does one event; false when it failed for a reason of its own, and the lane is to stay
   */
  async drain(lane: Lane, handle: (parked: ParkedEvent) => Promise<boolean>): Promise<void> {
    for (let waits = await this.#park.listEvents(lane); waits.length > 0; waits = await this.#park.listEvents(lane)) {
      if (!waits[0]?.released) return;
      // Also what came between the release and now: else a crash would leave it behind, parked by nobody.
      await this.#park.release(lane);
      for (const parked of waits) if (!(await handle(parked))) return;
    }
    this.#lanes.delete(laneName(lane));
  }
}
