import { isReplyType, SCHEMAS, sourceOf } from '@cups/agency-contract';
import type { ReceivedEvent } from '@cups/contracts';
import { parseResourceName } from '@cups/contracts';
import { Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import type { Cause } from '@cups/store';
import type { Reply, ReplyRefusal, ReplyResult } from '../domain/reply.ts';
import { receiveReply, withResultDocuments } from '../domain/reply.ts';
import { toChange } from '../event-encoder.ts';
import { toReply } from '../inbound/reply-decoder.ts';
import type { ResultDocuments } from '../inbound/result-documents.ts';
import type { Deliveries, StoredDelivery } from '../store.ts';

/**
 * Replies of clerks. Each becomes the message that a system of the agency would have sent, and is validated and recorded as
 * such. A clerk gets an error where a system gets a report; nothing is recorded then.
 */

export interface PageReply {
  /** UUID; the ID of the message. */
  requestId: string;
  /** deliveries/{id} */
  delivery: string;
  /** Type of the agency contract. */
  type: string;
  /** JSON of the agency contract. */
  content: Buffer;
  /** Agency code. */
  agency: string;
  /** operators/{id} */
  clerk: string;
}

export interface PageRepliesDeps {
  deliveries: Deliveries;
  resultDocuments: ResultDocuments;
  now: () => Date;
}

/** Causes of messages that would be recorded without effect. */
const WITHOUT_EFFECT: readonly string[] = ['APPLICATION_ENDED', 'ALREADY_DECIDED', 'NOT_DECIDED'];

/**
 * Records a reply. A repeat returns the delivery.
 * @throws Problem INVALID_ARGUMENT with the fields of `content`, NOT_FOUND, ACTION_NOT_ALLOWED, REQUEST_ID_REUSED,
 *   RESULT_DOCUMENT_INVALID, UPSTREAM_UNAVAILABLE while a document of the result is checked
 */
export async function createReply(
  page: PageReply,
  cause: Cause,
  { deliveries, resultDocuments, now }: PageRepliesDeps,
): Promise<{ delivery: StoredDelivery; changes: string[] }> {
  const time = now();
  const read = toReply(toReceivedEvent(page, time), { agency: page.agency, training: false });
  if (!read.reply) throw toProblem(read.refusal);
  const reply = await withDocuments(read.reply, page, resultDocuments);
  const options = { scope: { agency: page.agency }, cause, now: time };
  const id = parseResourceName('deliveries', page.delivery, '/delivery');
  const { document } = await deliveries.update(id, options, (delivery) => {
    assertInPage(delivery);
    const result = receiveReply(delivery, reply, time);
    assertEffect(result);
    const { assignee = page.clerk } = result.delivery;
    const next = result.delivery === delivery ? delivery : { ...result.delivery, assignee };
    return toChange({ delivery: next, outbound: result.outbound }, page.clerk);
  });
  return { delivery: document, changes: reply.changes };
}

function toReceivedEvent({ requestId, delivery, type, content, agency }: PageReply, time: Date): ReceivedEvent {
  return {
    id: requestId,
    source: sourceOf(agency),
    type,
    subject: delivery,
    time,
    sequence: null,
    correlationId: requestId,
    causationId: '',
    contentType: 'application/json',
    ...(isReplyType(type) ? { dataschema: SCHEMAS[type].$id } : {}),
    extra: {},
    topic: 'page',
    partition: 0,
    offset: '0',
    key: delivery.slice(delivery.indexOf('/') + 1),
    data: content,
  };
}

async function withDocuments(
  reply: Reply,
  { delivery, requestId }: PageReply,
  resultDocuments: ResultDocuments,
): Promise<Reply> {
  const { resultDocuments: ids } = reply;
  if (!ids) return reply;
  const accepted = await resultDocuments.accept({ delivery, reply: requestId, ids }, requestId);
  if ('documents' in accepted) return withResultDocuments(reply, accepted.documents);
  const message = 'A document of the result was refused, or is of another delivery.';
  throw new Problem({ reason: 'RESULT_DOCUMENT_INVALID', message });
}

/** @throws Problem NOT_FOUND after an erasure, ACTION_NOT_ALLOWED where a system of the agency answers */
function assertInPage({ channel, eraseTime, training }: StoredDelivery): void {
  if (eraseTime || training) throw new Problem({ reason: 'NOT_FOUND', message: 'Delivery not found.' });
  if (channel === 'page') return;
  const message = 'The system of the agency answers this application.';
  throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message });
}

/** @throws Problem for a reply that would be refused or recorded without effect */
function assertEffect({ refusal, issue }: ReplyResult<StoredDelivery>): void {
  if (refusal?.cause === 'ID_REUSED')
    throw new Problem({ reason: 'REQUEST_ID_REUSED', message: 'The request ID belongs to another reply.' });
  if (refusal?.cause === 'PASSED_ON') throw notAllowed(refusal.cause);
  if (refusal) throw toProblem(refusal);
  if (!issue || !WITHOUT_EFFECT.includes(issue.cause)) return;
  throw notAllowed(issue.cause);
}

const notAllowed = (cause: string): Problem =>
  new Problem({ reason: 'ACTION_NOT_ALLOWED', message: 'The state does not allow this reply.', metadata: { cause } });

/** Rules of the contract that the platform has under another name. */
const RULES: Readonly<Record<string, 'REQUIRED' | 'UNKNOWN_FIELD'>> = {
  required: 'REQUIRED',
  notBlank: 'REQUIRED',
  additionalProperties: 'UNKNOWN_FIELD',
};

function toProblem({ cause, violations }: ReplyRefusal): Problem {
  const fields = violations.map(({ field, rule }): Violation => violation(toPointer(field), RULES[rule] ?? 'INVALID'));
  return new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The reply violates the agency contract.',
    metadata: { cause },
    violations: fields,
  });
}

/** Returns the pointer of a dotted path into the content; of `ce_type` that of the type. */
function toPointer(field: string): string {
  if (field === 'ce_type') return '/type';
  return field === '' ? '/content' : `/content/${field.replaceAll('.', '/')}`;
}
