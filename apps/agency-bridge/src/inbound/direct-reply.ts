import type { ReceivedEvent } from '@cups/contracts';
import { Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import type { Cause } from '@cups/store';
import type { ReplyIssue } from '../domain/delivery.ts';
import { MAX_MESSAGES, MAX_MESSAGES_PER_DAY } from '../domain/desk-message.ts';
import type { Reply, ReplyRefusal } from '../domain/reply.ts';
import { receiveReply, withResultDocuments } from '../domain/reply.ts';
import { toChange } from '../event-encoder.ts';
import type { Deliveries, StoredDelivery } from '../store.ts';
import { toReply } from './reply-decoder.ts';
import type { ResultDocuments } from './result-documents.ts';

/**
 * Replies whose sender waits for the result: of clerks in the agency's page, and of systems over HTTP. Each is decoded,
 * normalized and recorded as a message of the replies topic. A refusal is the answer to its sender, and is not recorded.
 */

export interface DirectReply {
  event: ReceivedEvent;
  /** Agency code. */
  agency: string;
  /** operators/{id} of the clerk; absent for a system. */
  clerk?: string;
  /** Member of the request that has the content, such as `/content`, for the fields of violations. */
  contentField: string;
  /** @throws Problem if the delivery takes no replies over this channel */
  assertChannel: (delivery: StoredDelivery) => void;
  /** @throws Problem if a reply with this issue is to be refused instead of recorded @default none is */
  assertIssue?: (issue: ReplyIssue) => void;
}

export interface DirectReplyDeps {
  deliveries: Deliveries;
  resultDocuments: ResultDocuments;
  now: () => Date;
}

export interface RecordedReply {
  delivery: StoredDelivery;
  /** Codes of the changes made to the content. */
  changes: string[];
  /** Cause of the contract if it was recorded without effect; '' otherwise. */
  issue: string;
}

/**
 * Records a reply. A repeat returns the delivery.
 * @throws Problem INVALID_ARGUMENT with the fields of the content, NOT_FOUND, ACTION_NOT_ALLOWED, REQUEST_ID_REUSED,
 *   MESSAGE_LIMIT_REACHED, RESULT_DOCUMENT_INVALID, UPSTREAM_UNAVAILABLE while a document of the result is checked
 */
export async function recordDirectReply(
  { event, agency, clerk, contentField, assertChannel, assertIssue }: DirectReply,
  cause: Cause,
  { deliveries, resultDocuments, now }: DirectReplyDeps,
): Promise<RecordedReply> {
  const time = now();
  const read = toReply(event, { agency, training: false });
  if (!read.reply) throw toProblem(read.refusal, contentField);
  const reply = await withDocuments(read.reply, event, resultDocuments);
  const options = { scope: { agency }, cause, now: time };
  let issue: ReplyIssue | undefined;
  const { document } = await deliveries.update(read.named.deliveryId, options, (delivery) => {
    assertExists(delivery);
    assertChannel(delivery);
    const result = receiveReply(delivery, reply, time);
    if (result.refusal) throw toProblem(result.refusal, contentField);
    issue = result.issue;
    if (issue) assertIssue?.(issue);
    const { outbound } = result;
    if (clerk === undefined || result.delivery === delivery)
      return toChange({ delivery: result.delivery, outbound }, clerk);
    const { assignee = clerk } = result.delivery;
    return toChange({ delivery: { ...result.delivery, assignee }, outbound }, clerk);
  });
  return { delivery: document, changes: reply.changes, issue: issue && isWithoutEffect(issue) ? issue.cause : '' };
}

/** Causes of messages that are recorded without effect. */
const WITHOUT_EFFECT: readonly string[] = ['APPLICATION_ENDED', 'ALREADY_DECIDED', 'NOT_DECIDED'];

/** Returns whether a reply with this issue has no effect. */
export const isWithoutEffect = ({ cause }: ReplyIssue): boolean => WITHOUT_EFFECT.includes(cause);

async function withDocuments(
  reply: Reply,
  { id, subject, correlationId }: ReceivedEvent,
  resultDocuments: ResultDocuments,
): Promise<Reply> {
  const { resultDocuments: ids } = reply;
  if (!ids) return reply;
  const accepted = await resultDocuments.accept({ delivery: subject, reply: id, ids }, correlationId);
  if ('documents' in accepted) return withResultDocuments(reply, accepted.documents);
  const message = 'A document of the result was refused, or is of another delivery.';
  throw new Problem({ reason: 'RESULT_DOCUMENT_INVALID', message, metadata: { cause: 'RESULT_DOCUMENT_INVALID' } });
}

/** @throws Problem NOT_FOUND after an erasure, and for a training, which agencies do not receive */
function assertExists({ eraseTime, training }: StoredDelivery): void {
  if (eraseTime || training) throw new Problem({ reason: 'NOT_FOUND', message: 'Delivery not found.' });
}

/** Rules of the contract that the platform has under another name. */
const RULES: Readonly<Record<string, 'REQUIRED' | 'UNKNOWN_FIELD'>> = {
  required: 'REQUIRED',
  notBlank: 'REQUIRED',
  additionalProperties: 'UNKNOWN_FIELD',
};

function toProblem({ cause, violations }: ReplyRefusal, contentField: string): Problem {
  if (cause === 'ID_REUSED')
    return new Problem({
      reason: 'REQUEST_ID_REUSED',
      message: 'The ID belongs to another reply.',
      metadata: { cause },
    });
  if (cause === 'PASSED_ON')
    return new Problem({
      reason: 'ACTION_NOT_ALLOWED',
      message: 'The agency passed the application on.',
      metadata: { cause },
    });
  if (cause === 'TOO_MANY_MESSAGES') {
    const message = `At most ${MAX_MESSAGES_PER_DAY} messages on one day and ${MAX_MESSAGES} for one application.`;
    return new Problem({ reason: 'MESSAGE_LIMIT_REACHED', message, metadata: { cause } });
  }
  const fields = violations.map(({ field, rule }): Violation =>
    violation(toPointer(field, contentField), RULES[rule] ?? 'INVALID'),
  );
  return new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The reply violates the agency contract.',
    metadata: { cause },
    violations: fields,
  });
}

/** Returns the pointer of a dotted path into the content, or of an attribute by its Kafka header. */
function toPointer(field: string, contentField: string): string {
  if (/^ce_[a-z]+$/.test(field)) return `/${field.slice(3)}`;
  return field === '' ? contentField : `${contentField}/${field.replaceAll('.', '/')}`;
}
