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
  Progressed,
  RefusalCause,
  ReplyEvent,
  ReplyType,
  Stage,
  Violation,
} from '@cups/agency-contract';
import { isPlausible, instantOf, normalizeReply, toCivilDay } from './normalize.ts';

/** A reply as consumed from the topic; `timestamp` is Kafka's, in ms. */
export type ConsumedReply = IncomingMessage & { topic: string; partition: number; offset: string; timestamp: string };

/** What the platform does with a reply: accepts it, ignores a duplicate, or handles it by the table of refusals. */
export type Evaluation = {
  handling: 'taken' | 'repeated' | Handling;
  /** Absent for accepted replies and duplicates. */
  cause?: RefusalCause;
  violations: Violation[];
  /** Changes made to the reply; the first is the cause. */
  changes: RefusalCause[];
  /** Set if the reply names a delivery of this agency. */
  deliveryId?: string;
  application?: string;
  /** The reply as accepted; absent if it was refused. */
  event?: ReplyEvent;
  /** `ce_id` and `ce_type`, if they are safe to send back. */
  id?: string;
  type?: ReplyType;
};

type Delivery = {
  application: string;
  submitTime: Date | undefined;
  /** The newest submission that was sent. */
  requested: number;
  stage: Stage;
  /** The newest messages: ID and content digest. */
  messages: { id: string; digest: string }[];
  decision?: string;
};

/** Number of messages remembered per delivery; when it is reached, the older half is dropped. */
const MAX_MESSAGES = 200;
/** Maximum content size to parse, so that overlong texts can be truncated. */
const MAX_READ_BYTES = 1024 * 1024;
const MAX_VIOLATIONS = 20;
/** Maximum number of days from a message to the expected decision. */
const MAX_EXPECTED_DAYS = 366;
const DAY_MS = 86_400_000;
/** Stages that a new request ends. */
const RESUMED_STAGES: readonly Stage[] = ['nothing-sent', 'documents-requested', 'passed-on'];

const toRefusal = (cause: RefusalCause, ...violations: Violation[]): Evaluation => ({
  handling: REFUSALS[cause].handling,
  cause,
  violations: violations.slice(0, MAX_VIOLATIONS),
  changes: [],
});
const refuseField = (cause: RefusalCause, field: string, rule: string = cause): Evaluation =>
  toRefusal(cause, { field, rule });

/**
 * Evaluates one agency's replies by the contract's tables. Holds deliveries in memory and must be informed of every
 * request sent.
 */
export class ReplyEvaluator {
  readonly #agency: string;
  readonly #documentKinds: ReadonlySet<string>;
  readonly #deliveries = new Map<string, Delivery>();

  /** @param documentKinds codes of the documents that an agency may request */
  constructor(agency: string, documentKinds: ReadonlySet<string>) {
    this.#agency = agency;
    this.#documentKinds = documentKinds;
  }

  /**
   * Registers a delivery before its first request.
   * @param submitTime lower bound of decision times, if known
   */
  open(deliveryId: string, application: string, submitTime: Date | undefined): void {
    if (this.#deliveries.has(deliveryId)) return;
    const stage = 'nothing-sent';
    this.#deliveries.set(deliveryId, { application, submitTime, requested: 0, stage, messages: [] });
  }

  /** Marks submission `number` of a delivery as sent. */
  markRequested(deliveryId: string, number: number): void {
    const delivery = this.#deliveries.get(deliveryId)!;
    delivery.requested = Math.max(delivery.requested, number);
    if (RESUMED_STAGES.includes(delivery.stage)) delivery.stage = 'in-work';
  }

  /** Marks the application as withdrawn or expired. */
  markEnded(deliveryId: string): void {
    this.#deliveries.get(deliveryId)!.stage = 'ended';
  }

  /** Returns the stage of a delivery, or undefined if it is unknown. */
  stageOf(deliveryId: string): Stage | undefined {
    return this.#deliveries.get(deliveryId)?.stage;
  }

  /** Evaluates a reply and records its effect. Never throws; never repeats content. */
  evaluate(message: ConsumedReply, now = new Date()): Evaluation {
    const text = textHeaders(message.headers);
    const identity: Pick<Evaluation, 'id' | 'type'> = {};
    const id = plainId(text['ce_id']);
    if (id !== undefined) identity.id = id;
    if (text['ce_type'] !== undefined && isReplyType(text['ce_type'])) identity.type = text['ce_type'];
    return Object.assign(this.#read(message, text, now), identity);
  }

  #read(message: ConsumedReply, text: Record<string, string>, now: Date): Evaluation {
    const violations = findCloudEventViolations(message);
    if (violations.length > 0) return toRefusal('NOT_CLOUDEVENTS', ...violations);
    if (text['ce_source'] !== sourceOf(this.#agency)) return refuseField('FOREIGN_AGENCY', 'ce_source');
    const subject = parseSubject(text['ce_subject'] ?? '');
    if (subject && subject.agency !== this.#agency) return refuseField('FOREIGN_DELIVERY', 'ce_subject');
    const { deliveryId = '', application = '' } = subject ?? {};
    const delivery = this.#deliveries.get(deliveryId);
    const identity = delivery ? { deliveryId, application } : {};
    return Object.assign(this.#evaluateDelivered(message, text, delivery, now), identity);
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
    const semanticRefusal = this.#findSemanticRefusal(event);
    if (semanticRefusal) return semanticRefusal;
    if (!delivery) return refuseField('UNKNOWN_DELIVERY', 'ce_subject');
    const allChanges = sentTime ? changes : (['CE_TIME_REPLACED', ...changes] as RefusalCause[]);
    return evaluateReply(delivery, event, computeDigest(message, type, content.value), allChanges);
  }

  /** Refuses what no schema can express: unknown document kinds, blank reasons and messages, and passing on to itself. */
  #findSemanticRefusal(event: ReplyEvent): Evaluation | undefined {
    if (event.type === REPLY_TYPES.documentsRequested) {
      const { documents } = event.data as DocumentsRequested;
      const unknown = documents.findIndex(({ kind }) => !this.#documentKinds.has(kind));
      if (unknown >= 0) return refuseField('UNKNOWN_PAPER_KIND', `documents.${unknown}.kind`);
    }
    if (event.type === REPLY_TYPES.passedOn && event.data.agency === this.#agency)
      return refuseField('CONTENT_INVALID', 'agency');
    if (event.type === REPLY_TYPES.messageSent && isBlank(event.data.text))
      return refuseField('CONTENT_INVALID', 'text', 'notBlank');
    const { reason } = event.data as { reason?: Record<string, string> };
    if (!reason || !Object.values(reason).every(isBlank)) return undefined;
    return refuseField('REASON_BLANK', 'reason.ro', 'notBlank');
  }
}

/** Returns whether a text has only spaces, control characters and invisible marks. */
const isBlank = (text: string): boolean => text.replace(/[\p{C}\p{Z}]/gu, '') === '';

/** Evaluates a valid reply about a known delivery. */
function evaluateReply(delivery: Delivery, event: ReplyEvent, digest: string, changes: RefusalCause[]): Evaluation {
  if (delivery.requested === 0) return refuseField('NOTHING_SENT', 'ce_subject');
  const previous = delivery.messages.find(({ id }) => id === event.id);
  if (previous && previous.digest !== digest) return refuseField('ID_REUSED', 'ce_id');
  const evaluation: Evaluation = { handling: 'taken', violations: [], changes, event };
  if (previous) return Object.assign(evaluation, { handling: 'repeated', changes: [] });
  const { submission } = event.data as { submission?: number };
  if (submission !== undefined && submission > delivery.requested)
    return refuseField('UNKNOWN_SUBMISSION', 'submission');
  const dateRule = findDateRule(event);
  if (dateRule) return refuseField('CONTENT_INVALID', 'expectedDecisionDate', dateRule);
  if (delivery.messages.length >= MAX_MESSAGES) delivery.messages.splice(0, MAX_MESSAGES / 2);
  delivery.messages.push({ id: event.id, digest });
  return applyLifecycle(delivery, evaluation, digest);
}

/** Returns the rule that the expected day of decision violates: it is from the day of the message to 366 days later. */
function findDateRule(event: ReplyEvent): 'minimum' | 'maximum' | undefined {
  if (event.type !== REPLY_TYPES.progressed) return undefined;
  const { expectedDecisionDate: day } = event.data as Progressed;
  if (day === undefined) return undefined;
  const sendDay = toCivilDay(new Date(event.time));
  if (day < sendDay) return 'minimum';
  const latest = new Date(Date.parse(`${sendDay}T00:00:00Z`) + MAX_EXPECTED_DAYS * DAY_MS);
  return day > latest.toISOString().slice(0, 10) ? 'maximum' : undefined;
}

/** What a reply that is recorded does, by the table of the course. */
function applyLifecycle(delivery: Delivery, evaluation: Evaluation, digest: string): Evaluation {
  const { type } = evaluation.event!;
  const replyEffect = DELIVERY_LIFECYCLE[delivery.stage][type];
  const isDecision = type === REPLY_TYPES.decided;
  if (replyEffect.effect === 'refuse') {
    // The same decision under another ID is a duplicate.
    if (isDecision && delivery.decision === digest) return Object.assign(evaluation, { handling: 'repeated' });
    const { cause } = replyEffect;
    return Object.assign(toRefusal(cause), { event: evaluation.event });
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
      .map(([name, member]) => [name, sortKeys(member)]),
  );
}
