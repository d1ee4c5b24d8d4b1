import { plainId } from '@cups/agency-contract';
import type { ReceivedEvent, RefusalDetail, Refusal } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import { isProblem } from '@cups/problem';
import { messageOf, toReply } from './agency/reply.ts';
import type { ReplyOrigin, DeliveryReference, ReplyReadResult } from './agency/reply.ts';
import { receiveReply, reportRefusal } from './domain/reply.ts';
import type { Message, ReplyResult, Reply, ReplyRefusal } from './domain/reply.ts';
import type { ReplyIssue } from './domain/delivery.ts';
import type { ReplyIssueRecord, RefusedReplies } from './refused-replies.ts';
import { toChange } from './outbound.ts';
import type { Deliveries, StoredDelivery } from './store.ts';
import { ReportedRefusals } from './reported-refusals.ts';

export interface RepliesDeps {
  deliveries: Deliveries;
  refused: RefusedReplies;
  /** Is told of every delivery about which its agency said something, and when that was recorded. */
  onReply: (delivery: StoredDelivery, at: Date) => void;
  now: () => Date;
}

/** Effects of one delivery that are waited for among many; further ones take their turn behind each other. */
const MAX_EFFECTS = 5;

/** What the bridge does about the messages of agencies. */
export class ReplyHandler {
  readonly #parts: RepliesDeps;
  readonly #reported = new ReportedRefusals();

  constructor(deps: RepliesDeps) {
    this.#parts = deps;
  }

  /**
   * A message from the replies topic of an agency, or in its place from that of trainings: recorded once by its id, and passed on to
   * intake. Of what is not taken as it was sent the agency is told, and the desk where it is about a delivery that the agency has.
   */
  async handle(event: ReceivedEvent, origin: ReplyOrigin): Promise<HandlerResult> {
    const read = toReply(event, origin);
    const message = read.reply ?? messageOf(event, origin);
    if (read.reply) return this.#receive(read.named, read.reply, event, origin);
    const { named, refusal } = read;
    const isReported = named !== undefined && (await this.#reportRefused(named, message, event, origin, refusal));
    return toRefusal(refusal, message, origin, isReported ? named : undefined);
  }

  /**
   * Messages of one agency, in order. Most of a flood lead to nothing: they repeat, or are refused as often as is told. Those are known
   * by one read for all of them. What has an effect is handled as if it came alone, and what one delivery has too much of is left
   * undefined, with all that follows about it.
   */
  async handleMany(events: ReceivedEvent[], origin: ReplyOrigin): Promise<(HandlerResult | undefined)[]> {
    const all = events.map((event, at) => ({ event, at, read: toReply(event, origin) }));
    const ids = [...new Set(all.flatMap(({ read }) => read.named?.deliveryId ?? []))];
    const scope = { agency: origin.agency };
    const found = ids.length > 0 ? await this.#parts.deliveries.find({ _id: { $in: ids } }, { scope }) : [];
    const known = new Map(found.map((delivery) => [delivery._id, delivery]));
    const handled: (HandlerResult | undefined)[] = [];
    /** One of each message that repeats. */
    const notes = new Map<string, ReplyIssueRecord>();
    const handleDelivery = async (id: string | undefined, messages: typeof all) => {
      let delivery = id === undefined ? undefined : known.get(id);
      let effects = 0;
      for (const { event, at, read } of messages) {
        const noEffect = findNoEffect(delivery, read, event, origin, this.#parts.now());
        handled[at] = noEffect?.handled;
        if (noEffect?.issue && read.reply) {
          const { application } = read.named;
          notes.set(`${id} ${event.id}`, { application, issue: noEffect.issue, about: read.reply.position });
        }
        if (noEffect) continue;
        if (effects === MAX_EFFECTS) return;
        effects += 1;
        handled[at] = await this.handle(event, origin);
        delivery = id === undefined ? undefined : await this.#parts.deliveries.get(id, { scope });
      }
    };
    const lanes = Map.groupBy(all, ({ read }) => read.named?.deliveryId);
    await Promise.all([...lanes].map(([id, messages]) => handleDelivery(id, messages).catch(() => {})));
    await this.#parts.refused.recordIssues(origin.agency, [...notes.values()]);
    return handled;
  }

  async #receive(
    named: DeliveryReference,
    reply: Reply,
    event: ReceivedEvent,
    origin: ReplyOrigin,
  ): Promise<HandlerResult> {
    const { agency } = origin;
    const { deliveries, refused, onReply: received, now } = this.#parts;
    const at = now();
    let step: ReplyResult<StoredDelivery> | undefined;
    try {
      const options = { scope: { agency }, cause: toCause(event), now: at };
      const { document } = await deliveries.update(named.deliveryId, options, (delivery) => {
        step = receiveReply(delivery, reply, at);
        return toChange(step);
      });
      received(document, at);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return toRefusal(unknownDelivery(), reply, origin, undefined);
    }
    const { refusal, issue } = step ?? {};
    if (issue && !origin.training) {
      await refused.recordIssues(agency, [{ application: named.application, issue, about: reply.position }]);
    }
    if (!refusal) return 'done';
    return toRefusal(refusal, reply, origin, refusal.cause === 'TRAINING_MISMATCH' ? undefined : named);
  }

  /** The contract refuses this message: whom it concerns is told, where the delivery that it names is there. @returns whether it is */
  async #reportRefused(
    { deliveryId }: DeliveryReference,
    message: Message,
    event: ReceivedEvent,
    { agency }: ReplyOrigin,
    refusal: ReplyRefusal,
  ): Promise<boolean> {
    const target = this.#reported.resolveTarget(deliveryId, message, refusal.cause, Date.now());
    if (target !== 'ask-the-store') return target === 'nobody';
    const now = this.#parts.now();
    try {
      const options = { scope: { agency }, cause: toCause(event), now };
      const { document } = await this.#parts.deliveries.update(deliveryId, options, (delivery) =>
        toChange(reportRefusal(delivery, message, refusal, now)),
      );
      this.#reported.remember(deliveryId, document, Date.now());
      return (document.training ?? false) === message.training;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#reported.remember(deliveryId, undefined, Date.now());
      return false;
    }
  }
}

/** What comes of a message that changes nothing. */
interface NoEffect {
  handled: HandlerResult;
  /** It is to be listed: a crash may have kept that from the first of its kind. */
  issue?: ReplyIssue;
}

/**
 * What comes of a message that changes nothing; undefined for one that does.
 * @param delivery that it names, as it is now; undefined where the agency has none of that name
 */
function findNoEffect(
  delivery: StoredDelivery | undefined,
  read: ReplyReadResult,
  event: ReceivedEvent,
  origin: ReplyOrigin,
  now: Date,
): NoEffect | undefined {
  const message = read.reply ?? messageOf(event, origin);
  if (!delivery) return { handled: toRefusal(read.refusal ?? unknownDelivery(), message, origin, undefined) };
  const step = read.reply
    ? receiveReply(delivery, read.reply, now)
    : reportRefusal(delivery, message, read.refusal, now);
  if (step.delivery !== delivery || step.outbound.length > 0) return undefined;
  const { refusal = read.refusal, issue } = step as ReplyResult<StoredDelivery>;
  if (!refusal) return issue && !origin.training ? { handled: 'done', issue } : { handled: 'done' };
  const isOther = (delivery.training ?? false) !== message.training;
  return { handled: toRefusal(refusal, message, origin, isOther ? undefined : read.named) };
}

function unknownDelivery(): Refusal & Pick<ReplyRefusal, 'violations'> {
  const field = 'ce_subject';
  return { cause: 'UNKNOWN_DELIVERY', fields: [field], violations: [{ field, rule: 'UNKNOWN_DELIVERY' }] };
}

/** What a message is the cause of; ids that may hold anything are named to nobody. */
const toCause = ({ id, correlationId }: ReceivedEvent) => ({
  eventId: plainId(id) ?? '',
  requestId: plainId(correlationId) ?? '',
});

/** @param told the delivery that it is about, where the agency has it: then it was told of it there */
function toRefusal(
  { cause, fields, violations }: Refusal & { violations: ReplyRefusal['violations'] },
  { position: { id, type } }: Message,
  { agency }: ReplyOrigin,
  told: DeliveryReference | undefined,
): Refusal {
  const detail: RefusalDetail = { violations, agency, told: told !== undefined };
  if (id !== undefined) detail.id = id;
  if (type !== undefined) detail.type = type;
  if (told) detail.application = told.application;
  return { cause, fields, detail };
}

const isNotFound = (error: unknown): boolean => isProblem(error) && error.kind === 'NOT_FOUND';
