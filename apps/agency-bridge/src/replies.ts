import type { ReceivedEvent, Refusal } from '@cups/contracts';
import type { Handled } from '@cups/events';
import { isProblem } from '@cups/problem';
import { toReply } from './agency/reply.ts';
import type { From } from './agency/reply.ts';
import { receive, tellRefusal } from './domain/delivery.ts';
import type { Reply, ReplyRefusal } from './domain/delivery.ts';
import { toChange } from './says.ts';
import type { Deliveries, StoredDelivery } from './store.ts';
import { ToldRefusals } from './told-refusals.ts';

/** As long as the contract lets an id be. */
const MAX_ID = 200;

/** The id of a message that was refused, for the events about it; '' for one that is too long to be an id. */
const carried = (id = ''): string => (id.length <= MAX_ID ? id : '');

/** What the bridge does about the messages of agencies. */
export class Replies {
  readonly #deliveries: Deliveries;
  readonly #received: (delivery: StoredDelivery, at: Date) => void;
  readonly #now: () => Date;
  readonly #told = new ToldRefusals();

  /** @param received is told of every delivery about which its agency said something, and when that was recorded */
  constructor(deliveries: Deliveries, received: (delivery: StoredDelivery, at: Date) => void, now: () => Date) {
    this.#deliveries = deliveries;
    this.#received = received;
    this.#now = now;
  }

  /**
   * A message from the replies topic of an agency, or in its place from that of trainings: recorded once by its id, and passed on to intake. What is refused is told
   * to the desk as well, where it is about a delivery that the agency has.
   */
  async handle(event: ReceivedEvent, from: From): Promise<Handled> {
    const { agency } = from;
    const read = toReply(event, from);
    if (read.deliveryId === undefined) return read.refusal;
    if (read.reply) return this.#receive(read.deliveryId, read.reply, event, agency);
    await this.#tellRefused(read.deliveryId, event, from, read.refusal);
    return read.refusal;
  }

  async #receive(id: string, reply: Reply, event: ReceivedEvent, agency: string): Promise<Handled> {
    const now = this.#now();
    const cause = { eventId: event.id, requestId: event.correlationId };
    let refusal: Refusal | undefined;
    try {
      const { document } = await this.#deliveries.update(id, { scope: { agency }, cause, now }, (delivery) => {
        const received = receive(delivery, reply, now);
        ({ refusal } = received);
        return toChange(received);
      });
      this.#received(document, now);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return { cause: 'UNKNOWN_DELIVERY', fields: ['ce_subject'] };
    }
    return refusal ?? 'done';
  }

  /** The contract refuses this message: intake is told, where the delivery that it names is there. */
  async #tellRefused(
    id: string,
    event: ReceivedEvent,
    { agency, training }: From,
    refusal: ReplyRefusal,
  ): Promise<void> {
    // In an event an id of any length would make a message that Kafka refuses for its size.
    const message = { id: carried(event.id), time: event.time, training };
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
