import { agencySubjectOf, PLATFORM_SOURCE, REFUSALS, REQUEST_TYPES, textHeaders } from '@cups/agency-contract';
import type { Attributes, RefusalCause, ReplyRefused, RequestEvent } from '@cups/agency-contract';
import { ulid } from 'ulid';
import type { ConsumedReply, Evaluation } from './reply-evaluator.ts';

/** So many replies about one delivery are told; the last says that further ones are not. */
const MAX_REPORTED = 20;
/** ms; replies about no delivery are told by one message for each cause in so long. */
const BATCH_INTERVAL_MS = 10_000;

/** A reply that is to be told to its agency, and why. */
export type ReportableReply = { evaluation: Evaluation & { cause: RefusalCause }; message: ConsumedReply };

/** Whether an agency is told of a reply. */
export const isReportable = (evaluation: Evaluation): evaluation is ReportableReply['evaluation'] =>
  evaluation.cause !== undefined;

/**
 * The message that tells an agency what became of its reply. It never repeats content.
 * @param last where more than one is told by it, the last, and how many they are
 */
export function toRefusalEvent(
  agency: string,
  { evaluation, message }: ReportableReply,
  last?: { message: ConsumedReply; count: number },
): RequestEvent {
  const { handling, cause, violations, changes, application, deliveryId, id, type } = evaluation;
  const { topic, partition, offset } = message;
  const position = { topic, partition, offset: Number(offset) };
  const data: ReplyRefused = {
    handling: handling as ReplyRefused['handling'],
    cause,
    message: Object.assign(id === undefined ? {} : { id }, type === undefined ? {} : { type }, position),
    violations,
    mend: REFUSALS[cause].mend,
    count: last?.count ?? 1,
    time: new Date().toISOString(),
  };
  if (application !== undefined) data.application = application;
  if (changes.length > 0) data.changes = changes;
  if (last) data.last = { partition: last.message.partition, offset: Number(last.message.offset) };
  const attributes: Attributes = {
    id: ulid(),
    source: PLATFORM_SOURCE,
    subject: deliveryId === undefined ? agencySubjectOf(agency) : `deliveries/${deliveryId}`,
    time: data.time,
  };
  const correlationid = textHeaders(message.headers)['ce_correlationid'];
  if (correlationid) attributes.correlationid = correlationid;
  if (id !== undefined) attributes.causationid = id;
  return Object.assign(attributes, { type: REQUEST_TYPES.replyRefused, data });
}

/** Tells an agency of its replies, bounded as the contract says: a flood of bad ones makes no flood of messages. */
export class RefusalNotifier {
  readonly #agency: string;
  readonly #send: (event: RequestEvent) => void;
  readonly #reported = new Map<string, Set<string>>();
  readonly #batches = new Map<
    RefusalCause,
    { first?: ReportableReply; last?: ConsumedReply; count: number; timer: NodeJS.Timeout }
  >();

  constructor(agency: string, send: (event: RequestEvent) => void) {
    this.#agency = agency;
    this.#send = send;
  }

  notify(reply: ReportableReply): void {
    const { deliveryId } = reply.evaluation;
    if (deliveryId === undefined) this.#addToBatch(reply);
    else this.#notifyAbout(deliveryId, reply);
  }

  /** Forgets what was not told yet. */
  stop(): void {
    for (const { timer } of this.#batches.values()) clearTimeout(timer);
  }

  /** Each reply and cause once. */
  #notifyAbout(deliveryId: string, reply: ReportableReply): void {
    const known = this.#reported.get(deliveryId) ?? new Set();
    const key = `${reply.evaluation.cause} ${reply.evaluation.id ?? ''}`;
    if (known.has(key) || known.size >= MAX_REPORTED) return;
    this.#reported.set(deliveryId, known.add(key));
    if (known.size < MAX_REPORTED) return this.#send(toRefusalEvent(this.#agency, reply));
    const cause = 'TOO_MANY_REFUSED';
    const evaluation = Object.assign({}, reply.evaluation, {
      handling: REFUSALS[cause].handling,
      cause,
      violations: [],
      changes: [],
    });
    this.#send(toRefusalEvent(this.#agency, { evaluation, message: reply.message }));
  }

  /** The first at once, those that follow it together. */
  #addToBatch(reply: ReportableReply): void {
    const { cause } = reply.evaluation;
    const open = this.#batches.get(cause);
    if (open) {
      open.first ??= reply;
      open.last = reply.message;
      open.count += 1;
      return;
    }
    this.#send(toRefusalEvent(this.#agency, reply));
    const timer = setTimeout(() => this.#sendBatch(cause), BATCH_INTERVAL_MS);
    this.#batches.set(cause, { count: 0, timer });
  }

  #sendBatch(cause: RefusalCause): void {
    const { first, last, count } = this.#batches.get(cause)!;
    this.#batches.delete(cause);
    if (first && last) this.#send(toRefusalEvent(this.#agency, first, { message: last, count }));
  }
}
