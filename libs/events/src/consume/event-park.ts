import type { ReceivedEvent } from '@cups/contracts';

/** The messages of one key on one topic. They keep their order: later ones wait behind a parked one. */
export interface Lane {
  /** Without the prefix. */
  topic: string;
  key: string;
}

/** Why an event is parked. */
export interface HandlerFailure {
  /** HANDLER_THREW, HANDLER_HANGS, or BEHIND a parked event. */
  cause: string;
  /** Class and code location of the error; never its text, which may hold content. */
  detail: string;
}

export interface ParkedLane extends Lane {
  /** Partition of its latest message. */
  partition: number;
  /** Number and bytes of its events. */
  count: number;
  bytes: number;
  /** Whether an administrator released it. */
  released: boolean;
}

export interface ParkedEvent {
  id: string;
  event: ReceivedEvent;
  /** Whether an administrator released it. */
  released: boolean;
  /** Whether an administrator decided not to apply it. */
  dropped: boolean;
}

/**
 * Stores events that wait: those whose predecessor is missing, and keys whose handler failed. Implemented by
 * `openEventPark` of @cups/store.
 */
export interface EventPark {
  /** Returns the subjects with events that wait for a predecessor. */
  subjects(): Promise<string[]>;
  put(event: ReceivedEvent): Promise<void>;
  /** Returns the waiting events of a subject by sequence; each stays until `drop`. */
  waiting(subject: string): Promise<ReceivedEvent[]>;
  drop(event: ReceivedEvent): Promise<void>;

  /** Returns the parked lanes of these topics. */
  lanes(topics: string[]): Promise<ParkedLane[]>;
  /** Appends an event to its parked lane. Idempotent. */
  hold(event: ReceivedEvent, failure: HandlerFailure): Promise<void>;
  /** Returns the first events of a lane, in order; each stays until `complete`. */
  listEvents(lane: Lane): Promise<ParkedEvent[]>;
  /** Releases all events of a lane. */
  release(lane: Lane): Promise<void>;
  /** Completes a handled or dropped event. */
  complete(parked: ParkedEvent): Promise<void>;
  /** Records a repeated failure; the lane is blocked until its next release. */
  recordFailure(parked: ParkedEvent, failure: HandlerFailure): Promise<void>;
}

/** Maximum number and bytes of parked events per lane; further ones wait in Kafka with their partition. */
export const MAX_PARKED = { events: 1_000, bytes: 8 * 1024 * 1024 };
