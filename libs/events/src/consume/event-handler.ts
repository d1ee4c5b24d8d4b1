import type { Log, ReceivedEvent, RefusedMessage } from '@cups/contracts';
import { validateExpectation, type Expectations } from '../expectations.ts';
import { toRefusal, type HandlerResult, type EventOutcome } from './handler-result.ts';
import { ParkedLanes } from './parked-lanes.ts';
import type { HandlerFailure, Lane, EventPark, ParkedEvent, ParkedLane } from './event-park.ts';

export interface EventHandlerOptions {
  /** What each topic may carry; what does not fit is refused before `handle` sees it. `WRITERS` has our own topics. */
  expects: Expectations;
  handle: (event: ReceivedEvent) => Promise<HandlerResult>;
  /**
   * Handles events that are not counted, many at once, in order. What it leaves undefined, with all later ones of the same key, comes
   * to `handle` one by one; so do all of them when it throws.
   */
  handleMany?: ((events: ReceivedEvent[]) => Promise<(HandlerResult | undefined)[]>) | undefined;
  /** Counts an event within its subject without applying it, so that the next may come. Default: nothing is counted. */
  skip?: ((event: ReceivedEvent) => Promise<void>) | undefined;
  keepRefused: (messages: RefusedMessage[]) => Promise<void>;
  /** What this consumer reads, without the prefix. */
  topics: string[];
  park?: EventPark;
  log: Log;
  count: (topic: string, outcome: EventOutcome) => void;
}

/**
 * What is done about one event: held against what its topic may carry, handled, and parked when its predecessor is missing, or
 * when one of its key is parked. With the predecessor come those that waited for it. Whatever fails is thrown: the caller tries
 * the event again, and parks it when that leads to nothing.
 */
export class EventHandler {
  readonly #options: EventHandlerOptions;
  /** Subjects that have events waiting for a predecessor. */
  readonly #waiting = new Set<string>();
  readonly #parkedLanes: ParkedLanes | undefined;

  constructor(options: EventHandlerOptions) {
    this.#options = options;
    this.#parkedLanes = options.park && new ParkedLanes(options.park, options.topics);
  }

  /** Reads which subjects and lanes have events waiting, also those that another process parked. */
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

  /** Whether an event may be one of many: nothing of its key is parked. */
  isBatchable(event: ReceivedEvent): boolean {
    return !this.#parkedLanes?.has(event);
  }

  /** As `handleMany` of the options. */
  async handleMany(events: ReceivedEvent[]): Promise<(HandlerResult | undefined)[]> {
    const { handleMany, count } = this.#options;
    const handled = (await handleMany?.(events)) ?? [];
    for (const [at, event] of events.entries()) if (handled[at]) count(event.topic, handled[at]);
    return handled;
  }

  /** Parks an event, and with it all that comes with its key. Without a place for that it is never given up. */
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

  /** Parked lanes that may go on; without a look at the store when none is parked. */
  async findDueLanes(): Promise<ParkedLane[]> {
    return this.#parkedLanes && this.#parkedLanes.size > 0 ? this.#parkedLanes.findDue() : [];
  }

  /**
   * Does what waits in a released lane, in order; one that fails again keeps it parked.
   * @param attempt does the work; a failure that is the event's own is what it gives, any other it throws
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
    if (this.#parkedLanes && !this.#parkedLanes.has(lane)) log.info({ event: 'lane-free', topic: lane.topic });
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
      log.error({ event: 'sequence-gap', topic: event.topic });
    }
    count(event.topic, handled);
    return handled;
  }

  /** The missing event has come: those that waited for it follow, as far as they go. */
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

  /** What became of an event whose offset is committed already. */
  async #keepRefusal({ topic, partition, offset }: ReceivedEvent, handled: HandlerResult): Promise<void> {
    const refusal = handled === 'wait' ? undefined : toRefusal(handled);
    if (!refusal) return;
    await this.#options.keepRefused([Object.assign({ topic, partition, offset, lastOffset: offset }, refusal)]);
  }
}
