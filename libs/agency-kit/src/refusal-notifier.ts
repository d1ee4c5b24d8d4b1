import { agencySubjectOf, PLATFORM_SOURCE, REFUSALS, REQUEST_TYPES, textHeaders } from '@cups/agency-contract';
import type { Attributes, RefusalCause, ReplyRefused, RequestEvent } from '@cups/agency-contract';
import { ulid } from 'ulid';
import type { ConsumedReply, Evaluation } from './reply-evaluator.ts';

/** Maximum number of reports about one delivery; the last says that no more follow. */
const MAX_REPORTED = 20;
/** Replies about no delivery are reported in one message per cause and interval. */
const BATCH_INTERVAL_MS = 10_000;

/** A reply to report to its agency, with the cause. */
export type ReportableReply = { evaluation: Evaluation & { cause: RefusalCause }; message: ConsumedReply };

/** Returns whether the agency receives a report about the reply. */
export const isReportable = (evaluation: Evaluation): evaluation is ReportableReply['evaluation'] =>
  evaluation.cause !== undefined;

/**
 * Builds the message that tells an agency what became of its reply. It contains no content.
 * @param last the last reply and the count, if the message covers several replies
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
    mend: REFUSALS[cause].remedy,
    remedy: REFUSALS[cause].remedy,
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

/**
 * Reports replies to their agency within the limits of the contract, so that many invalid replies cause few messages.
 */
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

  /** Drops pending reports. */
  stop(): void {
    for (const { timer } of this.#batches.values()) clearTimeout(timer);
  }

  /** Reports each reply and cause once. */
  #notifyAbout(deliveryId: string, reply: ReportableReply): void {
    const reported = this.#reported.get(deliveryId) ?? new Set();
    const key = `${reply.evaluation.cause} ${reply.evaluation.id ?? ''}`;
    if (reported.has(key) || reported.size >= MAX_REPORTED) return;
    this.#reported.set(deliveryId, reported.add(key));
    if (reported.size < MAX_REPORTED) return this.#send(toRefusalEvent(this.#agency, reply));
    const cause = 'TOO_MANY_REFUSED';
    const evaluation = Object.assign({}, reply.evaluation, {
      handling: REFUSALS[cause].handling,
      cause,
      violations: [],
      changes: [],
    });
    this.#send(toRefusalEvent(this.#agency, { evaluation, message: reply.message }));
  }

  /** Reports the first reply immediately and batches the following ones. */
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
