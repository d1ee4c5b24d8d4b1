import { REQUEST_TYPES, validateRequest } from '@cups/agency-contract';
import { messageName, parseResourceName } from '@cups/contracts';
import type { Log } from '@cups/contracts';
import { fromTimestamp } from '@cups/contracts/proto';
import type { GetAgencyMessageResponse__Output as MessageResponse } from '@cups/contracts/gen/cups/intake/v1/GetAgencyMessageResponse.ts';
import { isProblem } from '@cups/problem';
import { routeTo } from '../domain/channel.ts';
import type { Channel } from '../domain/channel.ts';
import { applyMessageFetch } from '../domain/desk-message.ts';
import type { MessageFetchResult } from '../domain/desk-message.ts';
import type { PendingMessage } from '../domain/delivery.ts';
import { toChange } from '../event-encoder.ts';
import type { Deliveries, StoredDelivery } from '../store.ts';

/**
 * Fetches a message of the desk from intake.
 * @throws Problem
 */
export type GetMessage = (name: string, training: boolean, requestId: string) => Promise<MessageResponse>;

export interface MessageSenderDeps {
  deliveries: Deliveries;
  getMessage: GetMessage;
  channelOf: (agency: string) => Channel;
  /** Returns whether an agency, by its code, reads messages. */
  acceptsMessages: (agency: string) => boolean;
  now: () => Date;
  log: Log;
}

/** Sends messages of desks to agencies. Their texts are fetched when they are sent, and are not stored here. */
export class MessageSender {
  readonly #deps: MessageSenderDeps;

  constructor(deps: MessageSenderDeps) {
    this.#deps = deps;
  }

  /** Sends the pending messages of a delivery in order, until none is left or one must wait. */
  async sendPending(delivery: StoredDelivery): Promise<void> {
    const { deliveries, channelOf, now } = this.#deps;
    let current = delivery;
    for (;;) {
      const [head] = current.pendingMessages ?? [];
      if (!head) return;
      const fetched = await this.#fetch(current, head);
      const time = now();
      const cause = { eventId: head.eventId, requestId: head.correlationId };
      const options = { scope: 'service' as const, cause, now: time };
      const { document } = await deliveries.update(current._id, options, (before) =>
        toChange(routeTo(channelOf(before.agency), applyMessageFetch(before, head.number, fetched, time), time)),
      );
      if (document.pendingMessages?.[0]?.number === head.number) return;
      current = document;
    }
  }

  async #fetch(
    delivery: StoredDelivery,
    { number, correlationId, attempts }: PendingMessage,
  ): Promise<MessageFetchResult> {
    const { getMessage, acceptsMessages, log } = this.#deps;
    const { application, agency, requested, training = false } = delivery;
    if (requested === 0) return { kind: 'unavailable' };
    // The simulator of trainings reads messages for every agency.
    if (!training && !acceptsMessages(agency)) return { kind: 'failed', cause: 'MESSAGES_NOT_ACCEPTED' };
    const name = messageName(parseResourceName('applications', application), number);
    try {
      return toFetchResult(delivery, number, await getMessage(name, training, correlationId));
    } catch (error) {
      const { kind, reason } = isProblem(error) ? error : { kind: 'INTERNAL', reason: 'INTERNAL' };
      if (kind === 'NOT_FOUND') return { kind: 'ended' };
      if (reason === 'TRAINING_MISMATCH') return { kind: 'failed', cause: 'MESSAGE_NOT_SENT' };
      if (attempts === 0) log.warn({ event: 'message-deferred', resource: application, reason });
      return { kind: 'unavailable' };
    }
  }
}

function toFetchResult(
  { application, agency }: StoredDelivery,
  number: number,
  response: MessageResponse,
): MessageFetchResult {
  // An application that was passed on has another agency: the message is not for this one.
  if (response.ended || response.agency !== `agencies/${agency}`) return { kind: 'ended' };
  const { text, language } = response;
  const sendTime = fromTimestamp(response.sendTime)?.toISOString();
  const data = { application, number, text, ...(language === '' ? {} : { language }), sendTime };
  const checked = validateRequest(REQUEST_TYPES.messageSent, data);
  return checked.ok ? { kind: 'message', data } : { kind: 'failed', cause: 'MESSAGE_NOT_SENT' };
}
