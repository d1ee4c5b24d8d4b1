import { plainId } from '@cups/agency-contract';
import type { ReceivedEvent, RefusedDetail, Refusal } from '@cups/contracts';
import type { Handled } from '@cups/events';
import { isProblem } from '@cups/problem';
import { messageOf, toReply } from './agency/reply.ts';
import type { From, Named, Read } from './agency/reply.ts';
import { receive, tellRefusal } from './domain/reply.ts';
import type { Message, Received, Reply, ReplyRefusal } from './domain/reply.ts';
import type { NotTaken } from './domain/delivery.ts';
import type { NoteOfReply, RefusedReplies } from './refused-replies.ts';
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

/** Effects of one delivery that are waited for among many; further ones take their turn behind each other. */
const EFFECTS = 5;

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

  /**
   * Messages of one agency, in order. Most of a flood lead to nothing: they repeat, or are refused as often as is told. Those are known
   * by one read for all of them. What has an effect is handled as if it came alone, and what one delivery has too much of is left
   * undefined, with all that follows about it.
   */
  async handleMany(events: ReceivedEvent[], from: From): Promise<(Handled | undefined)[]> {
    const all = events.map((event, at) => ({ event, at, read: toReply(event, from) }));
    const ids = [...new Set(all.flatMap(({ read }) => read.named?.deliveryId ?? []))];
    const scope = { agency: from.agency };
    const found = ids.length > 0 ? await this.#parts.deliveries.find({ _id: { $in: ids } }, { scope }) : [];
    const known = new Map(found.map((delivery) => [delivery._id, delivery]));
    const handled: (Handled | undefined)[] = [];
    /** One of each message that repeats. */
    const notes = new Map<string, NoteOfReply>();
    const ofOne = async (id: string | undefined, messages: typeof all) => {
      let delivery = id === undefined ? undefined : known.get(id);
      let effects = 0;
      for (const { event, at, read } of messages) {
        const effectless = withoutEffect(delivery, read, event, from, this.#parts.now());
        handled[at] = effectless?.handled;
        if (effectless?.notTaken && read.reply) {
          const { application } = read.named;
          notes.set(`${id} ${event.id}`, { application, notTaken: effectless.notTaken, about: read.reply.place });
        }
        if (effectless) continue;
        if (effects === EFFECTS) return;
        effects += 1;
        handled[at] = await this.handle(event, from);
        delivery = id === undefined ? undefined : await this.#parts.deliveries.get(id, { scope });
      }
    };
    const lanes = Map.groupBy(all, ({ read }) => read.named?.deliveryId);
    await Promise.all([...lanes].map(([id, messages]) => ofOne(id, messages).catch(() => {})));
    await this.#parts.refused.note(from.agency, [...notes.values()]);
    return handled;
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
      return refusedWith(unknownDelivery(), reply, from, undefined);
    }
    const { refusal, notTaken } = step ?? {};
    if (notTaken && !from.training) {
      await refused.note(agency, [{ application: named.application, notTaken, about: reply.place }]);
    }
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

/** What comes of a message that changes nothing. */
interface Effectless {
  handled: Handled;
  /** It is to be listed: a crash may have kept that from the first of its kind. */
  notTaken?: NotTaken;
}

/**
 * What comes of a message that changes nothing; undefined for one that does.
 * @param delivery that it names, as it is now; undefined where the agency has none of that name
 */
function withoutEffect(
  delivery: StoredDelivery | undefined,
  read: Read,
  event: ReceivedEvent,
  from: From,
  now: Date,
): Effectless | undefined {
  const message = read.reply ?? messageOf(event, from);
  if (!delivery) return { handled: refusedWith(read.refusal ?? unknownDelivery(), message, from, undefined) };
  const step = read.reply ? receive(delivery, read.reply, now) : tellRefusal(delivery, message, read.refusal, now);
  if (step.delivery !== delivery || step.says.length > 0) return undefined;
  const { refusal = read.refusal, notTaken } = step as Received<StoredDelivery>;
  if (!refusal) return notTaken && !from.training ? { handled: 'done', notTaken } : { handled: 'done' };
  const isOther = (delivery.training ?? false) !== message.training;
  return { handled: refusedWith(refusal, message, from, isOther ? undefined : read.named) };
}

function unknownDelivery(): Refusal & Pick<ReplyRefusal, 'violations'> {
  const field = 'ce_subject';
  return { cause: 'UNKNOWN_DELIVERY', fields: [field], violations: [{ field, rule: 'UNKNOWN_DELIVERY' }] };
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
