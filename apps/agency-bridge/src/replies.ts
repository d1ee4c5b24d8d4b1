import type { ReceivedEvent } from '@cups/contracts';
import type { Handled, Refusal } from '@cups/events';
import { isProblem } from '@cups/problem';
import { toReply } from './agency/reply.ts';
import { receive, tellRefusal } from './domain/delivery.ts';
import type { Reply } from './domain/delivery.ts';
import { toChange } from './says.ts';
import type { Deliveries } from './store.ts';
import { openTold } from './told.ts';

/** As long as the contract lets an id be. */
const MAX_ID = 200;

/** An id of a message that was refused, as far as it may be carried on; '' for one that is too long. */
const carried = (id = ''): string => (id.length <= MAX_ID ? id : '');

/** What the bridge does about the messages of agencies. */
export class Replies {
  readonly #deliveries: Deliveries;
  readonly #now: () => Date;
  readonly #told = openTold();

  constructor(deliveries: Deliveries, now: () => Date) {
    this.#deliveries = deliveries;
    this.#now = now;
  }

  /**
   * A message from the replies topic of `agency`: recorded once by its id, and passed on to intake. What is refused is told
   * to the desk as well, where it is about a delivery that the agency has.
   */
  async handle(event: ReceivedEvent, agency: string): Promise<Handled> {
    const read = toReply(event, agency);
    if (read.deliveryId === undefined) return read.refusal;
    if (read.reply) return this.#receive(read.deliveryId, read.reply, event, agency);
    await this.#tellRefused(read.deliveryId, event, agency, read.refusal);
    return read.refusal;
  }

  async #receive(id: string, reply: Reply, event: ReceivedEvent, agency: string): Promise<Handled> {
    const now = this.#now();
    const cause = { eventId: event.id, requestId: event.correlationId };
    let refusal: Refusal | undefined;
    try {
      await this.#deliveries.update(id, { scope: { agency }, cause, now }, (delivery) => {
        const received = receive(delivery, reply, now);
        ({ refusal } = received);
        return toChange(received);
      });
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return { cause: 'UNKNOWN_DELIVERY', fields: ['ce_subject'] };
    }
    return refusal ?? 'done';
  }

  /** A message that no contract knows, about a delivery that may be there; whatever the delivery says, it stays refused. */
  async #tellRefused(id: string, event: ReceivedEvent, agency: string, refusal: Refusal): Promise<void> {
    // An id that is too long to be one would go on into events, and those into what Kafka refuses.
    const message = { id: carried(event.id), time: event.time };
    if (this.#told.knows(id, message.id, refusal.cause, Date.now())) return;
    const cause = { eventId: message.id, requestId: carried(event.correlationId) };
    try {
      const options = { scope: { agency }, cause, now: this.#now() };
      const { document } = await this.#deliveries.update(id, options, (delivery) =>
        toChange(tellRefusal(delivery, message, refusal)),
      );
      this.#told.learn(id, document, Date.now());
    } catch (error) {
      if (!isAbsent(error)) throw error;
      this.#told.learn(id, undefined, Date.now());
    }
  }
}

const isAbsent = (error: unknown): boolean => isProblem(error) && error.kind === 'NOT_FOUND';
