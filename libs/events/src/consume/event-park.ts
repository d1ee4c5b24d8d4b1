import type { ReceivedEvent } from '@cups/contracts';

/** The messages of one key on one topic: they keep their order, so that behind one that is parked all later ones wait. */
export interface Lane {
  /** Without the prefix. */
  topic: string;
  key: string;
}

/** Why an event is parked. */
export interface HandlerFailure {
  /** HANDLER_THREW, HANDLER_HANGS, or BEHIND one that is parked. */
  cause: string;
  /** What threw, and where in the code; never a text, which may hold content. */
  detail: string;
}

/** A lane that is parked. */
export interface ParkedLane extends Lane {
  /** Of its latest message. */
  partition: number;
  /** Events that wait in it, and how much they take together. */
  count: number;
  bytes: number;
  /** Somebody lets it go on. */
  released: boolean;
}

/** An event of a lane that is parked. */
export interface ParkedEvent {
  id: string;
  event: ReceivedEvent;
  /** Somebody lets it go on. */
  released: boolean;
  /** Somebody has decided that it is not to be applied. */
  dropped: boolean;
}

/**
 * Where events wait: those that came before their predecessor, and those whose handler does not get on with them, with all that
 * has the same key. `openParking` of @cups/store fits.
 */
export interface EventPark {
  /** Subjects that have events waiting for a predecessor. */
  subjects(): Promise<string[]>;
  put(event: ReceivedEvent): Promise<void>;
  /** Those of a subject, in the order of their sequence; each stays until it is dropped. */
  waiting(subject: string): Promise<ReceivedEvent[]>;
  drop(event: ReceivedEvent): Promise<void>;

  /** The lanes of these topics that are parked. */
  lanes(topics: string[]): Promise<ParkedLane[]>;
  /** Parks an event behind those of its lane that are parked; twice is no error. */
  hold(event: ReceivedEvent, failure: HandlerFailure): Promise<void>;
  /** The first of a lane, in the order in which they were parked; each stays until it is let go. */
  listEvents(lane: Lane): Promise<ParkedEvent[]>;
  /** Lets all of a lane go on that is parked by now. */
  release(lane: Lane): Promise<void>;
  /** It was handled, or dropped for good. */
  complete(parked: ParkedEvent): Promise<void>;
  /** It failed again: its lane stays, until somebody releases it once more. */
  recordFailure(parked: ParkedEvent, failure: HandlerFailure): Promise<void>;
}

/** So many events of one lane are parked at most, and so many bytes of them; further ones wait in Kafka, with their partition. */
export const MAX_PARKED = { events: 1_000, bytes: 8 * 1024 * 1024 };
