import { plainId } from '@cups/agency-contract';
import type { ReceivedEvent, Refusal } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import { isProblem } from '@cups/problem';
import type { Cause } from '@cups/store';
import type { DeliveryMonitor } from './delivery-monitor.ts';
import { enqueueMessage } from '../domain/desk-message.ts';
import { cancel, erase, newDelivery } from '../domain/delivery.ts';
import type { CommandResult } from '../domain/delivery.ts';
import { remind } from '../domain/reminders.ts';
import type { Reminder } from '../domain/reminders.ts';
import { reportAnswerDateChange } from '../domain/reply.ts';
import { decodeIntakeEvent } from '../event-decoder.ts';
import type { ApplicationEvent, AnswerDateChange } from '../event-decoder.ts';
import { toChange } from '../event-encoder.ts';
import { entryOfErasure } from '../journal.ts';
import type { SubmissionSender } from './submission-sender.ts';
import { findOfApplication } from '../store.ts';
import type { Deliveries, StoredDelivery } from '../store.ts';

/** An application never changes its centre, so an event of another centre is invalid. */
const CENTRE_MISMATCH: Refusal = { cause: 'CONTENT_INVALID', fields: ['ref.centre'] };

/** Removes parked and refused messages of an agency about an application. */
export type RemoveMessages = (
  delivery: Pick<ApplicationEvent, 'application' | 'agency' | 'deliveryId'>,
) => Promise<void>;

export interface ApplicationEventHandlerDeps {
  deliveries: Deliveries;
  sender: SubmissionSender;
  monitor: DeliveryMonitor;
  removeMessages: RemoveMessages;
  /** Returns whether an agency's system handles reminders. */
  acceptsReminders: (agency: string) => boolean;
  now: () => Date;
}

/** Handles events of cups.applications: each once, in order per application. */
export class ApplicationEventHandler {
  readonly #deliveries: Deliveries;
  readonly #sender: SubmissionSender;
  readonly #monitor: DeliveryMonitor;
  readonly #removeMessages: RemoveMessages;
  readonly #acceptsReminders: (agency: string) => boolean;
  readonly #now: () => Date;

  constructor({ deliveries, sender, monitor, removeMessages, acceptsReminders, now }: ApplicationEventHandlerDeps) {
    this.#acceptsReminders = acceptsReminders;
    this.#deliveries = deliveries;
    this.#removeMessages = removeMessages;
    this.#sender = sender;
    this.#monitor = monitor;
    this.#now = now;
  }

  async handle(event: ReceivedEvent): Promise<HandlerResult> {
    const read = decodeIntakeEvent(event);
    if ('refusal' in read) return read.refusal;
    try {
      return await this.#apply(read.event, event);
    } catch (error) {
      if (isProblem(error) && error.kind === 'EXISTS') return CENTRE_MISMATCH;
      throw error;
    }
  }

  /** Skips an event that an administrator dropped, and counts it so that the next one can be handled. */
  async skip(event: ReceivedEvent): Promise<void> {
    const read = decodeIntakeEvent(event);
    if ('event' in read) await this.#count(read.event, toCause(event, read.event));
  }

  #apply(applicationEvent: ApplicationEvent, event: ReceivedEvent): Promise<'done' | 'wait'> {
    const { meaning } = applicationEvent;
    const { correlationId } = event;
    const cause = toCause(event, applicationEvent);
    switch (meaning.kind) {
      case 'submission':
      case 'passed-on': {
        const pending = {
          submission: meaning.submission,
          eventId: event.id,
          correlationId,
          attempts: 0,
          fileTime: event.time,
        };
        return this.#sender.send(applicationEvent, pending, cause);
      }
      case 'message':
        return this.#sendMessage(applicationEvent, { number: meaning.number, eventId: event.id, correlationId }, cause);
      case 'withdrawn':
      case 'expired':
        return this.#end(applicationEvent, { kind: meaning.kind, time: meaning.time, eventId: event.id }, cause);
      case 'date-moved':
        return this.#dateMoved(applicationEvent, meaning, cause);
      case 'reminder':
        return this.#remind(applicationEvent, meaning.reminder, cause);
      case 'erased':
        return this.#erase(applicationEvent, meaning.isRequested, cause);
      case 'draft-ended':
        return Promise.resolve('done');
      case 'nothing':
        return this.#count(applicationEvent, cause);
    }
  }

  async #remind(applicationEvent: ApplicationEvent, reminder: Reminder, cause: Cause): Promise<'done' | 'wait'> {
    const isAccepted = this.#acceptsReminders(applicationEvent.agency);
    return (await this.#update(applicationEvent, cause, (delivery) => remind(delivery, reminder, { isAccepted })))
      .handled;
  }

  async #end(
    applicationEvent: ApplicationEvent,
    end: { kind: 'withdrawn' | 'expired'; time: Date; eventId: string },
    cause: Cause,
  ): Promise<'done' | 'wait'> {
    const { document, handled } = await this.#update(applicationEvent, cause, (delivery, now) =>
      cancel(delivery, end, now),
    );
    this.#monitor.observeWaits(document);
    return handled;
  }

  /** Stores which message is to be sent, and starts to send it. */
  async #sendMessage(
    applicationEvent: ApplicationEvent,
    message: { number: number; eventId: string; correlationId: string },
    cause: Cause,
  ): Promise<'done' | 'wait'> {
    const { handled } = await this.#update(applicationEvent, cause, (delivery, now) => ({
      delivery: enqueueMessage(delivery, message, now),
      outbound: [],
    }));
    if (handled === 'done') this.#sender.sendNow(applicationEvent.deliveryId);
    return handled;
  }

  /** A draft never had a delivery, so nothing is to be erased. */
  async #erase(applicationEvent: ApplicationEvent, isRequested: boolean, cause: Cause): Promise<'done' | 'wait'> {
    const { centre, deliveryId } = applicationEvent;
    await this.#eraseFormer(applicationEvent, isRequested);
    if (!(await this.#deliveries.get(deliveryId, { scope: { centre }, projection: { _id: 1 } }))) return 'done';
    const now = this.#now();
    const { document, outcome } = await this.#deliveries.update(
      deliveryId,
      { scope: { centre }, cause, now },
      {
        // Before the write: a repeat after a crash removes the rest.
        read: () => this.#removeMessages(applicationEvent),
        decide: (delivery) =>
          delivery.eraseTime
            ? { document: delivery, events: [] }
            : { document: erase(delivery, now), events: [entryOfErasure(delivery, isRequested)] },
      },
    );
    if (outcome === 'applied') this.#monitor.recordErasure(document);
    return outcome === 'gap' ? 'wait' : 'done';
  }

  /** Erases the deliveries of agencies that passed the application on. First, so that a repeat after a crash continues. */
  async #eraseFormer(applicationEvent: ApplicationEvent, isRequested: boolean): Promise<void> {
    const { application, deliveryId } = applicationEvent;
    const found = await findOfApplication(this.#deliveries, application);
    const former = found.filter(({ _id, eraseTime }) => _id !== deliveryId && !eraseTime);
    for (const { _id, agency } of former) {
      await this.#removeMessages({ application, agency, deliveryId: _id });
      const now = this.#now();
      await this.#deliveries.update(_id, { scope: 'service', cause: {}, now }, (delivery) =>
        delivery.eraseTime
          ? { document: delivery, events: [] }
          : { document: erase(delivery, now), events: [entryOfErasure(delivery, isRequested)] },
      );
    }
  }

  async #dateMoved(
    applicationEvent: ApplicationEvent,
    moved: AnswerDateChange,
    eventCause: Cause,
  ): Promise<'done' | 'wait'> {
    // For the agency the cause is its own message, as in all reports.
    const cause = Object.assign({}, eventCause, { eventId: plainId(moved.request) ?? '' });
    return (
      await this.#update(applicationEvent, cause, (delivery, now) => reportAnswerDateChange(delivery, moved, now))
    ).handled;
  }

  /** Counts an event without effect, so that the next one can be handled. */
  async #count(applicationEvent: ApplicationEvent, cause: Cause): Promise<'done' | 'wait'> {
    return (await this.#update(applicationEvent, cause, (delivery) => ({ delivery, outbound: [] }))).handled;
  }

  /** Updates a delivery, which is created by the first event of its application. */
  async #update(
    applicationEvent: ApplicationEvent,
    cause: Cause,
    decide: (delivery: StoredDelivery, now: Date) => CommandResult<StoredDelivery>,
  ): Promise<{ document: StoredDelivery; handled: 'done' | 'wait' }> {
    const { centre, deliveryId } = applicationEvent;
    const now = this.#now();
    const options = { scope: { centre }, cause, now, initial: newDelivery(applicationEvent, now) };
    const { document, outcome } = await this.#deliveries.update(deliveryId, options, (delivery) =>
      toChange(decide(delivery, now)),
    );
    return { document, handled: outcome === 'gap' ? 'wait' : 'done' };
  }
}

/** A delivery counts the events of its application. After passing on, it starts there: earlier ones were for another agency. */
const toCause = (event: ReceivedEvent, { sequence, meaning }: ApplicationEvent): Cause => ({
  eventId: event.id,
  requestId: event.correlationId,
  sequence: {
    subject: event.subject,
    value: sequence,
    ...(meaning.kind === 'passed-on' ? { isStart: true as const } : {}),
  },
  ...(event.traceparent ? { traceparent: event.traceparent } : {}),
});
