import { createHash } from 'node:crypto';
import {
  attributesOf,
  DELIVERY_LIFECYCLE,
  isReplyType,
  findCloudEventViolations,
  parseContent,
  parseSubject,
  plainId,
  readAttributes,
  readContent,
  REFUSALS,
  REPLY_TYPES,
  sourceOf,
  textHeaders,
} from '@cups/agency-contract';
import type {
  DocumentsRequested,
  Handling,
  IncomingMessage,
  RefusalCause,
  ReplyEvent,
  ReplyType,
  Stage,
  Violation,
} from '@cups/agency-contract';
import { isPlausible, instantOf, normalizeReply } from './normalize.ts';

/** A reply as it lies on the topic; `timestamp` is Kafka's, in ms. */
export type ConsumedReply = IncomingMessage & { topic: string; partition: number; offset: string; timestamp: string };

/** What the platform does with a reply: takes it, knows it already, or does what its table of refusals says. */
export type Evaluation = {
  handling: 'taken' | 'repeated' | Handling;
  /** Why, unless it is taken or repeated. */
  cause?: RefusalCause;
  violations: Violation[];
  /** What was not taken as it was sent; the first is the cause. */
  changes: RefusalCause[];
  /** Where the reply names a delivery of this agency. */
  deliveryId?: string;
  application?: string;
  /** What the platform took; absent for what it refused. */
  event?: ReplyEvent;
  /** `ce_id` and `ce_type`, where they may be told back. */
  id?: string;
  type?: ReplyType;
};

type Delivery = {
  application: string;
  submitTime: Date | undefined;
  /** The newest submission that was sent. */
  requested: number;
  stage: Stage;
  /** The newest messages, by id, with a digest of what they said. */
  messages: { id: string; digest: string }[];
  decision?: string;
};

/** So many messages of a delivery are known again; of more the newer half is kept. */
const MAX_MESSAGES = 200;
/** No text that was written for a person is longer: so much is read, to be cut. */
const MAX_READ_BYTES = 1024 * 1024;
const MAX_VIOLATIONS = 20;

const toRefusal = (cause: RefusalCause, ...violations: Violation[]): Evaluation => ({
  handling: REFUSALS[cause].handling,
  cause,
  violations: violations.slice(0, MAX_VIOLATIONS),
  changes: [],
});
const refuseField = (cause: RefusalCause, field: string, rule: string = cause): Evaluation =>
  toRefusal(cause, { field, rule });

/**
 * What the platform knows of one agency's deliveries, and how it judges each reply: by the contract's tables alone. It holds all in memory, and
 * is told of every request that goes out.
 */
export class ReplyEvaluator {
  readonly #agency: string;
  readonly #documentKinds: ReadonlySet<string>;
  readonly #deliveries = new Map<string, Delivery>();

  /** @param paperKinds codes of the papers that an agency may ask for */
  constructor(agency: string, paperKinds: ReadonlySet<string>) {
    this.#agency = agency;
    this.#documentKinds = paperKinds;
  }

  /** A delivery is there; nothing of it has gone out. @param submitted where it is known: no decision is older */
  open(deliveryId: string, application: string, submitted: Date | undefined): void {
    if (this.#deliveries.has(deliveryId)) return;
    const stage = 'nothing-sent';
    this.#deliveries.set(deliveryId, { application, submitTime: submitted, requested: 0, stage, messages: [] });
  }

  /** Submission `number` of a delivery goes out. */
  markRequested(deliveryId: string, number: number): void {
    const delivery = this.#deliveries.get(deliveryId)!;
    delivery.requested = Math.max(delivery.requested, number);
    if (delivery.stage === 'nothing-sent' || delivery.stage === 'documents-requested') delivery.stage = 'in-work';
  }

  /** The application was withdrawn or has expired. */
  markEnded(deliveryId: string): void {
    this.#deliveries.get(deliveryId)!.stage = 'ended';
  }

  /** How far a delivery is; undefined for one that is not there. */
  stageOf(deliveryId: string): Stage | undefined {
    return this.#deliveries.get(deliveryId)?.stage;
  }

  /** Judges a reply, and notes what it moved; never throws, never echoes content. */
  evaluate(message: ConsumedReply, now = new Date()): Evaluation {
    const text = textHeaders(message.headers);
    const identity: Pick<Evaluation, 'id' | 'type'> = {};
    const id = plainId(text['ce_id']);
    if (id !== undefined) identity.id = id;
    if (text['ce_type'] !== undefined && isReplyType(text['ce_type'])) identity.type = text['ce_type'];
    return Object.assign(this.#read(message, text, now), identity);
  }

  #read(message: ConsumedReply, text: Record<string, string>, now: Date): Evaluation {
    const broken = findCloudEventViolations(message);
    if (broken.length > 0) return toRefusal('NOT_CLOUDEVENTS', ...broken);
    if (text['ce_source'] !== sourceOf(this.#agency)) return refuseField('FOREIGN_AGENCY', 'ce_source');
    const named = parseSubject(text['ce_subject'] ?? '');
    if (named && named.agency !== this.#agency) return refuseField('FOREIGN_DELIVERY', 'ce_subject');
    const { deliveryId = '', application = '' } = named ?? {};
    const delivery = this.#deliveries.get(deliveryId);
    const place = delivery ? { deliveryId, application } : {};
    return Object.assign(this.#evaluateDelivered(message, text, delivery, now), place);
  }

  #evaluateDelivered(
    message: ConsumedReply,
    text: Record<string, string>,
    delivery: Delivery | undefined,
    now: Date,
  ): Evaluation {
    const claimedTime = instantOf(text['ce_time']);
    const sentTime = isPlausible(claimedTime, delivery?.submitTime, now) ? claimedTime : undefined;
    const time = sentTime ?? new Date(Number(message.timestamp));
    const attributes = Object.assign(attributesOf(text), { time: time.toISOString() });
    const envelope = readAttributes(attributes, message.key?.toString());
    if (!envelope.ok) return toRefusal(envelope.cause, ...envelope.violations);
    const { type } = envelope;
    if (!isReplyType(type)) return refuseField('UNKNOWN_TYPE', 'ce_type');
    const content = parseContent(message.value, MAX_READ_BYTES);
    const { changes, ...normalized } = normalizeReply(type, content, time, delivery?.submitTime);
    const read = readContent(envelope, normalized);
    if (!read.ok) return toRefusal(read.cause, ...read.violations);
    const event = read.event as ReplyEvent;
    const wrong = this.#findSemanticRefusal(event);
    if (wrong) return wrong;
    if (!delivery) return refuseField('UNKNOWN_DELIVERY', 'ce_subject');
    const all = sentTime ? changes : (['CE_TIME_REPLACED', ...changes] as RefusalCause[]);
    return evaluateReply(delivery, event, computeDigest(message, type, content.value), all);
  }

  /** What a schema cannot say: that a paper is in the list, that a reason has words. */
  #findSemanticRefusal(event: ReplyEvent): Evaluation | undefined {
    if (event.type === REPLY_TYPES.documentsRequested) {
      const { documents } = event.data as DocumentsRequested;
      const unknown = documents.findIndex(({ kind }) => !this.#documentKinds.has(kind));
      if (unknown >= 0) return refuseField('UNKNOWN_PAPER_KIND', `documents.${unknown}.kind`);
    }
    const { reason } = event.data as { reason?: Record<string, string> };
    if (!reason || !Object.values(reason).every(isBlank)) return undefined;
    return refuseField('REASON_BLANK', 'reason.ro', 'notBlank');
  }
}

/** Nothing but spaces, controls and marks that no one sees. */
const isBlank = (text: string): boolean => text.replace(/[\p{C}\p{Z}]/gu, '') === '';

/** A reply that is in order, about a delivery that is there. */
function evaluateReply(delivery: Delivery, event: ReplyEvent, digest: string, changes: RefusalCause[]): Evaluation {
  if (delivery.requested === 0) return refuseField('NOTHING_SENT', 'ce_subject');
  const known = delivery.messages.find(({ id }) => id === event.id);
  if (known && known.digest !== digest) return refuseField('ID_REUSED', 'ce_id');
  const evaluation: Evaluation = { handling: 'taken', violations: [], changes, event };
  if (known) return Object.assign(evaluation, { handling: 'repeated', changes: [] });
  const { submission } = event.data as { submission?: number };
  if (submission !== undefined && submission > delivery.requested)
    return refuseField('UNKNOWN_SUBMISSION', 'submission');
  if (delivery.messages.length >= MAX_MESSAGES) delivery.messages.splice(0, MAX_MESSAGES / 2);
  delivery.messages.push({ id: event.id, digest });
  return applyLifecycle(delivery, evaluation, digest);
}

/** What a reply that is recorded does, by the table of the course. */
function applyLifecycle(delivery: Delivery, evaluation: Evaluation, digest: string): Evaluation {
  const { type } = evaluation.event!;
  const replyEffect = DELIVERY_LIFECYCLE[delivery.stage][type];
  const isDecision = type === REPLY_TYPES.decided;
  if (replyEffect.effect === 'refuse') {
    // The same decision under another id says nothing new.
    if (isDecision && delivery.decision === digest) return Object.assign(evaluation, { handling: 'repeated' });
    const { cause: told } = replyEffect;
    return Object.assign(toRefusal(told), { event: evaluation.event });
  }
  if (replyEffect.effect === 'transition') delivery.stage = replyEffect.to;
  if (isDecision) delivery.decision = digest;
  const [cause] = evaluation.changes;
  return cause ? Object.assign(evaluation, { handling: 'changed', cause }) : evaluation;
}

/** Of type and content, whatever the order of properties. */
function computeDigest({ value }: ConsumedReply, type: string, content: unknown): string {
  const hash = createHash('sha256').update(`${type}\n`);
  try {
    hash.update(JSON.stringify(sortKeys(content)));
  } catch {
    // Nested too deeply to be put in order, in what was replaced: then it is the bytes that count.
    hash.update(value!);
  }
  return hash.digest('base64url');
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([name, one]) => [name, sortKeys(one)]),
  );
}
