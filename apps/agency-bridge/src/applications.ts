import type { ReceivedEvent } from '@cups/contracts';
import type { Handled, Refusal } from '@cups/events';
import { isProblem } from '@cups/problem';
import type { Cause } from '@cups/store';
import type { Attention } from './attention.ts';
import { cancel } from './domain/delivery.ts';
import { fromIntake } from './intake.ts';
import type { ApplicationEvent } from './intake.ts';
import { toChange } from './says.ts';
import type { Sending } from './sending.ts';
import type { Deliveries } from './store.ts';

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
      if (!isProblem(error)) throw error;
      if (error.kind === 'NOT_FOUND') return (await this.#isKnown(read.said)) ? ANOTHER_CENTRE : 'wait';
      // Made by another event: an application is submitted once.
      if (error.kind === 'EXISTS') return 'done';
      if (error.kind !== 'INVALID') throw error;
      return { cause: 'CONTENT_INVALID', fields: error.violations.map(({ field }) => field) };
    }
  }

  #apply(said: ApplicationEvent, event: ReceivedEvent): Promise<'done' | 'wait'> {
    const { meaning } = said;
    const { correlationId } = event;
    const cause: Cause = {
      eventId: event.id,
      requestId: correlationId,
      sequence: { subject: event.subject, value: said.sequence },
      ...(event.traceparent ? { traceparent: event.traceparent } : {}),
    };
    switch (meaning.kind) {
      case 'submission': {
        const pending = { submission: meaning.submission, eventId: event.id, correlationId, attempts: 0 };
        return this.#sending.send(said, pending, cause);
      }
      case 'withdrawn':
      case 'expired':
        return this.#end(said, { kind: meaning.kind, time: meaning.time, eventId: event.id }, cause);
      case 'draft-ended':
        return Promise.resolve('done');
      case 'nothing':
        return this.#count(said, cause);
    }
  }

  async #end(
    { deliveryId, centre }: ApplicationEvent,
    end: { kind: 'withdrawn' | 'expired'; time: Date; eventId: string },
    cause: Cause,
  ): Promise<'done' | 'wait'> {
    const now = this.#now();
    const options = { scope: { centre }, cause, now };
    const { document, outcome } = await this.#deliveries.update(deliveryId, options, (delivery) =>
      toChange(cancel(delivery, end, now)),
    );
    this.#attention.heedWaiting(document);
    return outcome === 'gap' ? 'wait' : 'done';
  }

  /** Nothing follows from it but that the next one may come. */
  async #count({ deliveryId, centre }: ApplicationEvent, cause: Cause): Promise<'done' | 'wait'> {
    const options = { scope: { centre }, cause, now: this.#now() };
    const { outcome } = await this.#deliveries.update(deliveryId, options, (document) => ({ document, events: [] }));
    return outcome === 'gap' ? 'wait' : 'done';
  }

  /** Whether the delivery is there, of whichever centre. */
  async #isKnown({ deliveryId }: ApplicationEvent): Promise<boolean> {
    return (await this.#deliveries.get(deliveryId, { scope: 'service', projection: { _id: 1 } })) !== undefined;
  }
}
