import { plainId } from '@cups/agency-contract';
import type { ReceivedEvent, RefusedDetail, Refusal } from '@cups/contracts';
import type { Handled } from '@cups/events';
import { isProblem } from '@cups/problem';
import { messageOf, toReply } from './agency/reply.ts';
import type { From, Named } from './agency/reply.ts';
import { receive, tellRefusal } from './domain/reply.ts';
import type { Message, Received, Reply, ReplyRefusal } from './domain/reply.ts';
import type { RefusedReplies } from './refused-replies.ts';
import { toChange } from './says.ts';
import type { Deliveries, StoredDelivery } from './store.ts';
import { ToldRefusals } from './told-refusals.ts';

export interface RepliesParts {
  deliveries: Deliveries;
  refused: RefusedReplies;
  /** Is told of every delivery about which its agency said something, and when that was recorded. */
  received: (delivery: StoredDelivery, at: Date) => void;
  now: () => Date;
}

/** What the bridge does about the messages of agencies. */
export class Replies {
  readonly #parts: RepliesParts;
  readonly #told = new ToldRefusals();

  constructor(parts: RepliesParts) {
    this.#parts = parts;
  }

  /**
   * A message from the replies topic of an agency, or in its place from that of trainings: recorded once by its id, and passed on to
   * intake. Of what is not taken as it was sent the agency is told, and the desk where it is about a delivery that the agency has.
   */
  async handle(event: ReceivedEvent, from: From): Promise<Handled> {
    const read = toReply(event, from);
    const message = read.reply ?? messageOf(event, from);
    if (read.reply) return this.#receive(read.named, read.reply, event, from);
    const { named, refusal } = read;
    const isTold = named !== undefined && (await this.#tellRefused(named, message, event, from, refusal));
    return refusedWith(refusal, message, from, isTold ? named : undefined);
  }

  async #receive(named: Named, reply: Reply, event: ReceivedEvent, from: From): Promise<Handled> {
    const { agency } = from;
    const { deliveries, refused, received, now } = this.#parts;
    const at = now();
    let step: Received<StoredDelivery> | undefined;
    try {
      const options = { scope: { agency }, cause: causeOf(event), now: at };
      const { document } = await deliveries.update(named.deliveryId, options, (delivery) => {
        step = receive(delivery, reply, at);
        return toChange(step);
      });
      received(document, at);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      const field = 'ce_subject';
      const violations = [{ field, rule: 'UNKNOWN_DELIVERY' }];
      return refusedWith({ cause: 'UNKNOWN_DELIVERY', fields: [field], violations }, reply, from, undefined);
    }
    const { refusal, notTaken } = step ?? {};
    if (notTaken && !from.training) await refused.note(agency, named.application, notTaken, reply.place);
    if (!refusal) return 'done';
    return refusedWith(refusal, reply, from, refusal.cause === 'TRAINING_MISMATCH' ? undefined : named);
  }

  /** The contract refuses this message: whom it concerns is told, where the delivery that it names is there. @returns whether it is */
  async #tellRefused(
    { deliveryId }: Named,
    message: Message,
    event: ReceivedEvent,
    { agency }: From,
    refusal: ReplyRefusal,
  ): Promise<boolean> {
    const toTell = this.#told.of(deliveryId, message, refusal.cause, Date.now());
    if (toTell !== 'ask-the-store') return toTell === 'nobody';
    const now = this.#parts.now();
    try {
      const options = { scope: { agency }, cause: causeOf(event), now };
      const { document } = await this.#parts.deliveries.update(deliveryId, options, (delivery) =>
        toChange(tellRefusal(delivery, message, refusal, now)),
      );
      this.#told.learn(deliveryId, document, Date.now());
      return (document.training ?? false) === message.training;
    } catch (error) {
      if (!isAbsent(error)) throw error;
      this.#told.learn(deliveryId, undefined, Date.now());
      return false;
    }
  }
}

/** What a message is the cause of; ids that may hold anything are named to nobody. */
const causeOf = ({ id, correlationId }: ReceivedEvent) => ({
  eventId: plainId(id) ?? '',
  requestId: plainId(correlationId) ?? '',
});

/** @param told the delivery that it is about, where the agency has it: then it was told of it there */
function refusedWith(
  { cause, fields, violations }: Refusal & { violations: ReplyRefusal['violations'] },
  { place: { id, type } }: Message,
  { agency }: From,
  told: Named | undefined,
): Refusal {
  const detail: RefusedDetail = { violations, agency, told: told !== undefined };
  if (id !== undefined) detail.id = id;
  if (type !== undefined) detail.type = type;
  if (told) detail.application = told.application;
  return { cause, fields, detail };
}

const isAbsent = (error: unknown): boolean => isProblem(error) && error.kind === 'NOT_FOUND';
