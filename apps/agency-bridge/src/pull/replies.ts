import { isReplyType, plainId, SCHEMAS } from '@cups/agency-contract';
import type { ReceivedEvent } from '@cups/contracts';
import { Problem, violation } from '@cups/problem';
import type { Cause } from '@cups/store';
import { recordDirectReply } from '../inbound/direct-reply.ts';
import type { DirectReplyDeps, RecordedReply } from '../inbound/direct-reply.ts';
import type { StoredDelivery } from '../store.ts';

/** Replies of systems over HTTP: CloudEvents of the contract in the structured mode. */

/** Attributes and content as they arrive; the decoder validates each. */
interface PostedEvent {
  specversion: string;
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  dataschema?: string;
  datacontenttype?: string;
  correlationid?: string;
  causationid?: string;
  data: object;
}

const REQUIRED = ['specversion', 'id', 'source', 'type', 'subject', 'time'] as const;
const OPTIONAL = ['dataschema', 'datacontenttype', 'correlationid', 'causationid'] as const;

/**
 * Records a posted reply. A repeat with the same ID and content has no further effect.
 * @param posted JSON of the CloudEvent
 * @throws Problem INVALID_ARGUMENT, NOT_FOUND, ACTION_NOT_ALLOWED after a change of the channel, REQUEST_ID_REUSED,
 *   RESULT_DOCUMENT_INVALID, UPSTREAM_UNAVAILABLE while a document of the result is checked
 */
export function recordPostedReply(
  {
    posted,
    agency,
    requestId,
    traceparent,
  }: { posted: Buffer; agency: string; requestId: string; traceparent: string },
  deps: DirectReplyDeps,
): Promise<RecordedReply> {
  const event = toReceivedEvent(parseEvent(posted), deps.now());
  const cause: Cause = { eventId: plainId(event.id) ?? '', requestId, traceparent };
  return recordDirectReply({ event, agency, contentField: '/data', assertChannel: assertPulls }, cause, deps);
}

function parseEvent(posted: Buffer): PostedEvent {
  let event: Partial<PostedEvent> | null;
  try {
    event = JSON.parse(posted.toString()) as Partial<PostedEvent> | null;
  } catch {
    throw invalid([violation('', 'NOT_JSON')]);
  }
  if (typeof event !== 'object' || event === null) throw invalid([violation('', 'NOT_JSON')]);
  const missing = REQUIRED.filter((name) => typeof event[name] !== 'string' || event[name] === '');
  const malformed = OPTIONAL.filter((name) => event[name] !== undefined && typeof event[name] !== 'string');
  const violations = [
    ...missing.map((name) => violation(`/${name}`, 'REQUIRED')),
    ...malformed.map((name) => violation(`/${name}`, 'INVALID')),
    ...(typeof event.data === 'object' && event.data !== null ? [] : [violation('/data', 'REQUIRED')]),
    ...(missing.includes('specversion') || event.specversion === '1.0' ? [] : [violation('/specversion', 'INVALID')]),
  ];
  if (violations.length > 0) throw invalid(violations);
  return event as PostedEvent;
}

const invalid = (violations: ReturnType<typeof violation>[]): Problem =>
  new Problem({ reason: 'INVALID_ARGUMENT', message: 'The body is not a CloudEvent with JSON data.', violations });

/** Returns the event as a consumer of the replies topic would. An invalid time is replaced, as it is there. */
function toReceivedEvent(posted: PostedEvent, now: Date): ReceivedEvent {
  const { id, source, type, subject, data } = posted;
  const { datacontenttype = 'application/json', correlationid = '', causationid = '' } = posted;
  // The type determines the schema; a sender may leave it out.
  const dataschema = posted.dataschema ?? (isReplyType(type) ? SCHEMAS[type].$id : undefined);
  const time = RFC_3339.test(posted.time) ? new Date(posted.time) : undefined;
  const isTimeValid = time !== undefined && !Number.isNaN(time.getTime());
  return {
    id,
    source,
    type,
    subject,
    time: isTimeValid ? time : now,
    ...(isTimeValid ? {} : { timeReplaced: true }),
    sequence: null,
    correlationId: correlationid,
    causationId: causationid,
    contentType: datacontenttype,
    ...(dataschema === undefined ? {} : { dataschema }),
    extra: {},
    topic: 'http',
    partition: 0,
    offset: '0',
    key: subject.slice(subject.indexOf('/') + 1),
    data: Buffer.from(JSON.stringify(data)),
  };
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** @throws Problem ACTION_NOT_ALLOWED for a delivery of another channel */
function assertPulls({ channel }: StoredDelivery): void {
  if (channel === 'pull') return;
  const message = 'The agency does not answer this application over HTTP.';
  throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message });
}
