import { routeTo } from '../domain/channel.ts';
import type { Channel } from '../domain/channel.ts';
import { applyMessageFetch } from '../domain/desk-message.ts';
import type { MessageFetchResult } from '../domain/desk-message.ts';
import type { PendingMessage } from '../domain/delivery.ts';
import { toChange } from '../event-encoder.ts';
import type { Deliveries, StoredDelivery } from '../store.ts';
import type { MessageClient } from './message-client.ts';

export interface MessageSenderDeps {
  deliveries: Deliveries;
  messages: MessageClient;
  channelOf: (agency: string) => Channel;
  /** Returns whether an agency, by its code, reads messages. */
  acceptsMessages: (agency: string) => boolean;
  now: () => Date;
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

  async #fetch(delivery: StoredDelivery, head: PendingMessage): Promise<MessageFetchResult> {
    const { messages, acceptsMessages } = this.#deps;
    const { agency, requested, training = false } = delivery;
    if (requested === 0) return { kind: 'unavailable' };
    // The simulator of trainings reads messages for every agency.
    if (!training && !acceptsMessages(agency)) return { kind: 'failed', cause: 'MESSAGES_NOT_ACCEPTED' };
    return messages.fetch(delivery, head);
  }
}
