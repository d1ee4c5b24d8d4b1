import type { Log, ReceivedEvent, RefusedMessage } from '@cups/contracts';
import { validateExpectation, type Expectations } from '../expectations.ts';
import { toRefusal, type HandlerResult, type EventOutcome } from './handler-result.ts';
import { ParkedLanes } from './parked-lanes.ts';
import type { HandlerFailure, Lane, EventPark, ParkedEvent, ParkedLane } from './event-park.ts';

export interface EventHandlerOptions {
  /** Allowed events by topic; others are refused before `handle`. `TOPIC_EXPECTATIONS` has the platform's topics. */
  expects: Expectations;
  handle: (event: ReceivedEvent) => Promise<HandlerResult>;
  /**
   * Handles uncounted events in bulk, in order. Events left undefined, and all later ones of the same key, go to
   * `handle` one by one. If it throws, all do.
   */
  handleMany?: ((events: ReceivedEvent[]) => Promise<(HandlerResult | undefined)[]>) | undefined;
  /**
   * Counts an event in its subject without applying it, so that the next one is accepted. Default: counts nothing.
   */
  skip?: ((event: ReceivedEvent) => Promise<void>) | undefined;
  keepRefused: (messages: RefusedMessage[]) => Promise<void>;
  /** Topics of this consumer, without the prefix. */
  topics: string[];
  park?: EventPark;
  log: Log;
  count: (topic: string, outcome: EventOutcome) => void;
}

/**
 * Validates, handles or parks one event. Parks an event if its predecessor is missing or its key is parked, and
 * applies the waiting events once their predecessor arrives. Failures are thrown: the caller retries and finally
 * parks the event.
 */
export class EventHandler {
  readonly #options: EventHandlerOptions;
  /** Subjects with events that wait for a predecessor. */
  readonly #waiting = new Set<string>();
  readonly #parkedLanes: ParkedLanes | undefined;

  constructor(options: EventHandlerOptions) {
    this.#options = options;
    this.#parkedLanes = options.park && new ParkedLanes(options.park, options.topics);
  }

  /** Loads waiting subjects and parked lanes, including those of other processes. */
  async loadParked(): Promise<void> {
    const subjects = (await this.#options.park?.subjects()) ?? [];
    this.#waiting.clear();
    for (const subject of subjects) this.#waiting.add(subject);
    await this.#parkedLanes?.load();
  }

  async handle(event: ReceivedEvent): Promise<EventOutcome> {
    if (this.#parkedLanes?.has(event)) return this.park(event, { cause: 'BEHIND', detail: '' });
    return this.#apply(event);
  }

  /** Whether `handleMany` may take an event: its topic expects it, and its key is not parked. */
  isBatchable(event: ReceivedEvent): boolean {
    if (validateExpectation(event, this.#options.expects[event.topic])) return false;
    return !this.#parkedLanes?.has(event);
  }

  /** As in the options. */
  async handleMany(events: ReceivedEvent[]): Promise<(HandlerResult | undefined)[]> {
    const { handleMany, count } = this.#options;
    const handled = (await handleMany?.(events)) ?? [];
    for (const [at, event] of events.entries()) if (handled[at]) count(event.topic, handled[at]);
    return handled;
  }

  /** Whether a park exists. Without one, an event is retried for ever. */
  get canPark(): boolean {
    return this.#parkedLanes !== undefined;
  }

  async park(event: ReceivedEvent, failure: HandlerFailure): Promise<'parked'> {
    const { log, count } = this.#options;
    const { topic, partition, offset } = event;
    await this.#parkedLanes?.park(event, failure);
    count(topic, 'parked');
    if (failure.cause !== 'BEHIND') {
      const [reason, code] = [failure.detail, failure.cause];
      log.error({ event: 'event-parked', topic, partition, offset, code, reason });
    }
    return 'parked';
  }

  /** Returns lanes that may continue; reads the store only if a lane is parked. */
  async findDueLanes(): Promise<ParkedLane[]> {
    return this.#parkedLanes && this.#parkedLanes.size > 0 ? this.#parkedLanes.findDue() : [];
  }

  /**
   * Applies the events of a released lane, in order, until one fails again.
   * @param attempt runs the work; returns a failure of the event itself and throws any other
   */
  async drain(lane: Lane, attempt: (work: () => Promise<void>) => Promise<HandlerFailure | undefined>): Promise<void> {
    const { park, log } = this.#options;
    await this.#parkedLanes?.drain(lane, async (parked) => {
      const failure = await attempt(() => this.#retryParked(parked));
      if (!failure) return true;
      const { topic, partition, offset } = parked.event;
      await park?.recordFailure(parked, failure);
      const [reason, code] = [failure.detail, failure.cause];
      log.error({ event: 'event-parked', topic, partition, offset, code, reason });
      return false;
    });
    if (this.#parkedLanes && !this.#parkedLanes.has(lane)) log.info({ event: 'lane-resumed', topic: lane.topic });
  }

  async #retryParked(parked: ParkedEvent): Promise<void> {
    const { park, skip } = this.#options;
    const { event, dropped } = parked;
    if (dropped) await skip?.(event);
    else await this.#keepRefusal(event, await this.#apply(event));
    await park?.complete(parked);
  }

  async #apply(event: ReceivedEvent): Promise<HandlerResult> {
    const handled = await this.#handleOne(event);
    if (handled !== 'wait' && this.#waiting.has(event.subject)) await this.#applyWaiting(event.subject);
    return handled;
  }

  async #handleOne(event: ReceivedEvent): Promise<HandlerResult> {
    const { expects, handle, park, log, count } = this.#options;
    const unexpected = validateExpectation(event, expects[event.topic]);
    const handled = unexpected ? { cause: unexpected, fields: [] } : await handle(event);
    if (handled === 'wait') {
      await park?.put(event);
      this.#waiting.add(event.subject);
      log.error({ event: 'sequence-gap-detected', topic: event.topic });
    }
    count(event.topic, handled);
    return handled;
  }

  /** Applies waiting events after their predecessor, up to the next gap. */
  async #applyWaiting(subject: string): Promise<void> {
    const { park } = this.#options;
    if (!park) return;
    for (const event of await park.waiting(subject)) {
      const handled = await this.#handleOne(event);
      if (handled === 'wait') return;
      await this.#keepRefusal(event, handled);
      await park.drop(event);
    }
    this.#waiting.delete(subject);
  }

  /** Stores the refusal of an event whose offset is already committed. */
  async #keepRefusal({ topic, partition, offset }: ReceivedEvent, handled: HandlerResult): Promise<void> {
    const refusal = handled === 'wait' ? undefined : toRefusal(handled);
    if (!refusal) return;
    await this.#options.keepRefused([Object.assign({ topic, partition, offset, lastOffset: offset }, refusal)]);
  }
}
