import { plainId } from '@cups/agency-contract';
import type { ReceivedEvent, RefusalDetail, Refusal } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import { isProblem, Problem } from '@cups/problem';
import { messageOf, toReply } from './reply-decoder.ts';
import type { ReplyOrigin, DeliveryReference, ReplyReadResult } from './reply-decoder.ts';
import { receiveReply, reportRefusal, withResultDocuments } from '../domain/reply.ts';
import type { Message, ReplyResult, Reply, ReplyRefusal } from '../domain/reply.ts';
import type { ReplyIssue } from '../domain/delivery.ts';
import type { ReplyIssueRecord, RefusedReplies } from './refused-replies.ts';
import { toChange } from '../event-encoder.ts';
import type { Deliveries, StoredDelivery } from '../store.ts';
import { ReportedRefusals } from './reported-refusals.ts';
import type { ResultDocuments } from './result-documents.ts';

export interface RepliesDeps {
  deliveries: Deliveries;
  refused: RefusedReplies;
  resultDocuments: ResultDocuments;
  /** Called with each delivery that has a new reply, and the time it was recorded. */
  onReply: (delivery: StoredDelivery, at: Date) => void;
  now: () => Date;
}

/** Maximum number of effects per delivery within a batch; further messages are handled in a later batch. */
const MAX_EFFECTS = 5;

/** Handles messages of agencies. */
export class ReplyHandler {
  readonly #deps: RepliesDeps;
  readonly #reported = new ReportedRefusals();

  constructor(deps: RepliesDeps) {
    this.#deps = deps;
  }

  /**
   * Handles a message of a replies topic or of the training topic: records it once by ID and passes it to intake.
   * Reports issues to the agency, and to the desk if the agency has the delivery.
   */
  async handle(event: ReceivedEvent, origin: ReplyOrigin): Promise<HandlerResult> {
    const read = toReply(event, origin);
    const message = read.reply ?? messageOf(event, origin);
    if (read.reply) return this.#receiveWithDocuments(read.named, read.reply, event, origin);
    return this.#refuse(read.named, message, event, origin, read.refusal);
  }

  async #refuse(
    named: DeliveryReference | undefined,
    message: Message,
    event: ReceivedEvent,
    origin: ReplyOrigin,
    refusal: ReplyRefusal,
  ): Promise<HandlerResult> {
    const isReported = named !== undefined && (await this.#reportRefused(named, message, event, origin, refusal));
    return toRefusal(refusal, message, origin, isReported ? named : undefined);
  }

  /**
   * Handles a batch of messages of one agency, in order. Most messages of a flood have no effect, which one read of
   * their deliveries shows. Messages with an effect are handled one by one. Once a delivery has MAX_EFFECTS, its
   * further messages stay undefined.
   */
  async handleMany(events: ReceivedEvent[], origin: ReplyOrigin): Promise<(HandlerResult | undefined)[]> {
    const messages = events.map((event, index) => ({ event, index, read: toReply(event, origin) }));
    const ids = [...new Set(messages.flatMap(({ read }) => read.named?.deliveryId ?? []))];
    const scope = { agency: origin.agency };
    const found = ids.length > 0 ? await this.#deps.deliveries.find({ _id: { $in: ids } }, { scope }) : [];
    const deliveriesById = new Map(found.map((delivery) => [delivery._id, delivery]));
    const handled: (HandlerResult | undefined)[] = [];
    /** Issues of messages without effect, once per message. */
    const issues = new Map<string, ReplyIssueRecord>();
    const handleDelivery = async (id: string | undefined, lane: typeof messages) => {
      let delivery = id === undefined ? undefined : deliveriesById.get(id);
      let effects = 0;
      for (const { event, index, read } of lane) {
        const noEffect = findNoEffect(delivery, read, event, origin, this.#deps.now());
        handled[index] = noEffect?.handled;
        if (noEffect?.issue && read.reply) {
          const { application } = read.named;
          issues.set(`${id} ${event.id}`, { application, issue: noEffect.issue, about: read.reply.position });
        }
        if (noEffect) continue;
        if (effects === MAX_EFFECTS) return;
        effects += 1;
        handled[index] = await this.handle(event, origin);
        delivery = id === undefined ? undefined : await this.#deps.deliveries.get(id, { scope });
      }
    };
    const lanes = Map.groupBy(messages, ({ read }) => read.named?.deliveryId);
    await Promise.all([...lanes].map(([id, lane]) => handleDelivery(id, lane).catch(() => {})));
    await this.#deps.refused.recordIssues(origin.agency, [...issues.values()]);
    return handled;
  }

  /** Receives a reply after documents has accepted the documents of its result. */
  async #receiveWithDocuments(
    named: DeliveryReference,
    reply: Reply,
    event: ReceivedEvent,
    origin: ReplyOrigin,
  ): Promise<HandlerResult> {
    const { resultDocuments: ids } = reply;
    if (!ids || !(await this.#isRecordable(named, reply, origin))) return this.#receive(named, reply, event, origin);
    const request = { delivery: event.subject, reply: event.id, ids };
    const accepted = await this.#deps.resultDocuments.accept(request, plainId(event.correlationId) ?? '');
    if ('refusal' in accepted) return this.#refuse(named, reply, event, origin, accepted.refusal);
    return this.#receive(named, withResultDocuments(reply, accepted.documents), event, origin);
  }

  /** Returns whether a reply would be recorded: it is neither a repeat nor refused. */
  async #isRecordable({ deliveryId }: DeliveryReference, reply: Reply, { agency }: ReplyOrigin): Promise<boolean> {
    const delivery = await this.#deps.deliveries.get(deliveryId, { scope: { agency } });
    if (!delivery || delivery.eraseTime) return false;
    const { refusal, delivery: next } = receiveReply(delivery, reply, this.#deps.now());
    return !refusal && next !== delivery;
  }

  async #receive(
    named: DeliveryReference,
    reply: Reply,
    event: ReceivedEvent,
    origin: ReplyOrigin,
  ): Promise<HandlerResult> {
    const { agency } = origin;
    const { deliveries, refused, onReply, now } = this.#deps;
    const time = now();
    let step: ReplyResult<StoredDelivery> | undefined;
    try {
      const options = { scope: { agency }, cause: toCause(event), now: time };
      const { document } = await deliveries.update(named.deliveryId, options, (delivery) => {
        if (delivery.eraseTime) throw erasedDelivery();
        step = receiveReply(delivery, reply, time);
        return toChange(step);
      });
      onReply(document, time);
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

  /**
   * Reports a message that the contract refuses.
   * @returns whether the named delivery exists
   */
  async #reportRefused(
    { deliveryId }: DeliveryReference,
    message: Message,
    event: ReceivedEvent,
    { agency }: ReplyOrigin,
    refusal: ReplyRefusal,
  ): Promise<boolean> {
    const target = this.#reported.resolveTarget(deliveryId, message, refusal.cause, Date.now());
    if (target !== 'read-store') return target === 'nobody';
    const now = this.#deps.now();
    try {
      const options = { scope: { agency }, cause: toCause(event), now };
      const { document } = await this.#deps.deliveries.update(deliveryId, options, (delivery) => {
        if (delivery.eraseTime) throw erasedDelivery();
        return toChange(reportRefusal(delivery, message, refusal, now));
      });
      this.#reported.remember(deliveryId, document, Date.now());
      return (document.training ?? false) === message.training;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#reported.remember(deliveryId, undefined, Date.now());
      return false;
    }
  }
}

/** Result of a message without effect. */
interface NoEffect {
  handled: HandlerResult;
  /** Issue to list, because a crash may have prevented the first listing. */
  issue?: ReplyIssue;
}

/**
 * Returns the result of a message without effect, or undefined if it has one.
 * @param delivery the named delivery; undefined if the agency does not have it
 */
function findNoEffect(
  delivery: StoredDelivery | undefined,
  read: ReplyReadResult,
  event: ReceivedEvent,
  origin: ReplyOrigin,
  now: Date,
): NoEffect | undefined {
  const message = read.reply ?? messageOf(event, origin);
  if (!delivery || delivery.eraseTime)
    return { handled: toRefusal(read.refusal ?? unknownDelivery(), message, origin, undefined) };
  const step = read.reply
    ? receiveReply(delivery, read.reply, now)
    : reportRefusal(delivery, message, read.refusal, now);
  if (step.delivery !== delivery || step.outbound.length > 0) return undefined;
  const { refusal = read.refusal, issue } = step as ReplyResult<StoredDelivery>;
  if (!refusal) return issue && !origin.training ? { handled: 'done', issue } : { handled: 'done' };
  const isMismatch = (delivery.training ?? false) !== message.training;
  return { handled: toRefusal(refusal, message, origin, isMismatch ? undefined : read.named) };
}

function unknownDelivery(): Refusal & Pick<ReplyRefusal, 'violations'> {
  const field = 'ce_subject';
  return { cause: 'UNKNOWN_DELIVERY', fields: [field], violations: [{ field, rule: 'UNKNOWN_DELIVERY' }] };
}

/** Identifies a message as a cause, without IDs that could hold content. */
const toCause = ({ id, correlationId, traceparent }: ReceivedEvent) => ({
  eventId: plainId(id) ?? '',
  requestId: plainId(correlationId) ?? '',
  ...(traceparent !== undefined && { traceparent }),
});

/** @param reportedTo the delivery through which the message was reported, if the agency has it */
function toRefusal(
  { cause, fields, violations }: Refusal & { violations: ReplyRefusal['violations'] },
  { position: { id, type } }: Message,
  { agency }: ReplyOrigin,
  reportedTo: DeliveryReference | undefined,
): Refusal {
  const detail: RefusalDetail = { violations, agency, isReported: reportedTo !== undefined };
  if (id !== undefined) detail.id = id;
  if (type !== undefined) detail.type = type;
  if (reportedTo) detail.application = reportedTo.application;
  return { cause, fields, detail };
}

/** Nothing is stored about an erased application: for its agency the delivery exists no longer. */
const erasedDelivery = (): Problem => new Problem({ reason: 'NOT_FOUND', message: 'Delivery not found.' });

const isNotFound = (error: unknown): boolean => isProblem(error) && error.kind === 'NOT_FOUND';
