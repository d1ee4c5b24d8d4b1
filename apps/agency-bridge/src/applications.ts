import { plainId } from '@cups/agency-contract';
import type { ReceivedEvent, Refusal } from '@cups/contracts';
import type { Handled } from '@cups/events';
import { isProblem } from '@cups/problem';
import type { Cause } from '@cups/store';
import type { Attention } from './attention.ts';
import { cancel, newDelivery } from './domain/delivery.ts';
import type { Step } from './domain/delivery.ts';
import { tellDateMoved } from './domain/reply.ts';
import { fromIntake } from './intake.ts';
import type { ApplicationEvent, DateMoved } from './intake.ts';
import { toChange } from './says.ts';
import type { Sending } from './sending.ts';
import type { Deliveries, StoredDelivery } from './store.ts';

/** An application never changes its centre: what names another is not about this delivery. */
const ANOTHER_CENTRE: Refusal = { cause: 'CONTENT_INVALID', fields: ['ref.centre'] };

/** What the bridge does about events of cups.applications: each is applied once, and in order within its application. */
export class Applications {
  readonly #deliveries: Deliveries;
  readonly #sending: Sending;
  readonly #attention: Attention;
  readonly #now: () => Date;

  constructor(deliveries: Deliveries, sending: Sending, attention: Attention, now: () => Date) {
    this.#deliveries = deliveries;
    this.#sending = sending;
    this.#attention = attention;
    this.#now = now;
  }

  async handle(event: ReceivedEvent): Promise<Handled> {
    const read = fromIntake(event);
    if ('refusal' in read) return read.refusal;
    try {
      return await this.#apply(read.said, event);
    } catch (error) {
      if (isProblem(error) && error.kind === 'EXISTS') return ANOTHER_CENTRE;
      throw error;
    }
  }

  /** An operator dropped this event: it is counted, so that the next may come, and means nothing. */
  async skip(event: ReceivedEvent): Promise<void> {
    const read = fromIntake(event);
    if ('said' in read) await this.#count(read.said, causeOf(event, read.said));
  }

  #apply(said: ApplicationEvent, event: ReceivedEvent): Promise<'done' | 'wait'> {
    const { meaning } = said;
    const { correlationId } = event;
    const cause = causeOf(event, said);
    switch (meaning.kind) {
      case 'submission': {
        const pending = { submission: meaning.submission, eventId: event.id, correlationId, attempts: 0 };
        return this.#sending.send(said, pending, cause);
      }
      case 'withdrawn':
      case 'expired':
        return this.#end(said, { kind: meaning.kind, time: meaning.time, eventId: event.id }, cause);
      case 'date-moved':
        return this.#dateMoved(said, meaning, cause);
      case 'draft-ended':
        return Promise.resolve('done');
      case 'nothing':
        return this.#count(said, cause);
    }
  }

  async #end(
    said: ApplicationEvent,
    end: { kind: 'withdrawn' | 'expired'; time: Date; eventId: string },
    cause: Cause,
  ): Promise<'done' | 'wait'> {
    const { document, handled } = await this.#update(said, cause, (delivery, now) => cancel(delivery, end, now));
    this.#attention.noteWaiting(document);
    return handled;
  }

  async #dateMoved(said: ApplicationEvent, moved: DateMoved, heard: Cause): Promise<'done' | 'wait'> {
    // For the agency the cause is its own message, as of everything that it is told about one.
    const cause = Object.assign({}, heard, { eventId: plainId(moved.request) ?? '' });
    return (await this.#update(said, cause, (delivery, now) => tellDateMoved(delivery, moved, now))).handled;
  }

  /** Nothing is done about it but that it is counted, so that the next one may come. */
  async #count(said: ApplicationEvent, cause: Cause): Promise<'done' | 'wait'> {
    return (await this.#update(said, cause, (delivery) => ({ delivery, says: [] }))).handled;
  }

  /** A delivery begins with the first event about its application, whatever that is: it counts them all. */
  async #update(
    said: ApplicationEvent,
    cause: Cause,
    decide: (delivery: StoredDelivery, now: Date) => Step<StoredDelivery>,
  ): Promise<{ document: StoredDelivery; handled: 'done' | 'wait' }> {
    const { centre, deliveryId } = said;
    const now = this.#now();
    const options = { scope: { centre }, cause, now, initial: newDelivery(said, now) };
    const { document, outcome } = await this.#deliveries.update(deliveryId, options, (delivery) =>
      toChange(decide(delivery, now)),
    );
    return { document, handled: outcome === 'gap' ? 'wait' : 'done' };
  }
}

const causeOf = (event: ReceivedEvent, { sequence }: ApplicationEvent): Cause => ({
  eventId: event.id,
  requestId: event.correlationId,
  sequence: { subject: event.subject, value: sequence },
  ...(event.traceparent ? { traceparent: event.traceparent } : {}),
});
