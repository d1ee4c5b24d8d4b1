import { isReplyType, REPLY_TYPES, SCHEMAS, sourceOf } from '@cups/agency-contract';
import type { ReceivedEvent } from '@cups/contracts';
import { Problem } from '@cups/problem';
import type { Cause } from '@cups/store';
import { replyEtagOf } from '../domain/delivery.ts';
import type { ReplyIssue } from '../domain/delivery.ts';
import { isWithoutEffect, recordDirectReply } from '../inbound/direct-reply.ts';
import type { DirectReplyDeps, RecordedReply } from '../inbound/direct-reply.ts';
import type { StoredDelivery } from '../store.ts';
import { assertFilledIn } from './placeholders.ts';

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
  /** What the clerk saw, see `replyEtagOf`; '' to compare nothing. */
  replyEtag: string;
}

/**
 * Records a reply. A repeat returns the delivery.
 * @throws Problem INVALID_ARGUMENT with the fields of `content`, also for a place of a template that is not filled in, NOT_FOUND, ACTION_NOT_ALLOWED, REQUEST_ID_REUSED,
 *   ETAG_STALE, MESSAGE_LIMIT_REACHED, RESULT_DOCUMENT_INVALID, UPSTREAM_UNAVAILABLE while a document of the result is checked
 */
export function createReply(page: PageReply, cause: Cause, deps: DirectReplyDeps): Promise<RecordedReply> {
  assertFilledIn(page.content);
  const event = toReceivedEvent(page, deps.now());
  const { agency, clerk, type } = page;
  const reply = {
    event,
    agency,
    clerk,
    contentField: '/content',
    assertChannel: (delivery: StoredDelivery) => {
      assertInPage(delivery);
      assertSeen(delivery, page.replyEtag);
      if (type === REPLY_TYPES.acknowledged) assertUnacknowledged(delivery);
    },
    assertIssue: assertEffect,
  };
  return recordDirectReply(reply, cause, deps);
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

/** @throws Problem ACTION_NOT_ALLOWED where a system of the agency answers */
function assertInPage({ channel }: StoredDelivery): void {
  if (channel === 'page') return;
  const message = 'The system of the agency answers this application.';
  throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message });
}

/** @throws Problem ETAG_STALE if a colleague has replied since the clerk read the delivery */
function assertSeen(delivery: StoredDelivery, seen: string): void {
  if (seen === '' || seen === replyEtagOf(delivery)) return;
  throw new Problem({ reason: 'ETAG_STALE', message: 'Another clerk has replied since.' });
}

/** A second acknowledgement would replace the reference of the first. @throws Problem ACTION_NOT_ALLOWED */
function assertUnacknowledged({ state }: StoredDelivery): void {
  if (state !== 'acknowledged' && state !== 'answered') return;
  throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message: 'The application is acknowledged.' });
}

/** @throws Problem ACTION_NOT_ALLOWED for a reply that would be recorded without effect */
function assertEffect(issue: ReplyIssue): void {
  if (!isWithoutEffect(issue)) return;
  const metadata = { cause: issue.cause };
  throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message: 'The state does not allow this reply.', metadata });
}
