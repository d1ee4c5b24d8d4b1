import { isReplyType, isRequestType, MAX_REPLY_BYTES, MAX_REQUEST_BYTES, parseSubject } from './messages.ts';
import { PLATFORM_SOURCE, sourceOf } from './messages.ts';
import type { AgencyEvent, Attributes } from './messages.ts';
import { SCHEMAS } from './schemas.ts';
import { validateHeaders, validateReadRequest, validateReply } from './validate.ts';
import type { Violation } from './validate.ts';

/** A message as a Kafka client sends it. */
export type OutgoingMessage = { key: string; headers: Record<string, string>; value: Buffer };
/** A message as a Kafka client hands it over. */
export type IncomingMessage = {
  key: Buffer | string | null;
  value: Buffer | null;
  headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
};

/**
 * Why a message was not understood. NOT_CLOUDEVENTS: a header is missing or wrong (named). UNKNOWN_TYPE: no type of this
 * contract. SOURCE_MISMATCH: this source may not send this type about this delivery. TOO_LARGE: over the bound of its
 * direction. NOT_JSON: the bytes are not JSON in UTF-8. CONTENT_INVALID: against the schema (fields named).
 * KEY_MISMATCH: key, subject and content speak of different deliveries.
 */
export const CAUSES = [
  'NOT_CLOUDEVENTS',
  'UNKNOWN_TYPE',
  'SOURCE_MISMATCH',
  'TOO_LARGE',
  'NOT_JSON',
  'CONTENT_INVALID',
  'KEY_MISMATCH',
] as const;
export type Cause = (typeof CAUSES)[number];
export type Read = { ok: true; event: AgencyEvent } | { ok: false; cause: Cause; violations: Violation[] };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Writes an event as a Kafka message (CloudEvents binary mode). It does not check the content: see `validateRequest`. */
export function toMessage(event: AgencyEvent): OutgoingMessage {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_subject: event.subject,
    ce_time: event.time,
    ce_dataschema: SCHEMAS[event.type].$id,
    'content-type': 'application/json',
  };
  if (event.correlationid !== undefined) headers['ce_correlationid'] = event.correlationid;
  if (event.causationid !== undefined) headers['ce_causationid'] = event.causationid;
  return { key: event.subject.slice('deliveries/'.length), headers, value: Buffer.from(JSON.stringify(event.data)) };
}

const refused = (cause: Cause, violations: Violation[] = []): Read => ({ ok: false, cause, violations });

function textHeaders(headers: IncomingMessage['headers']): Record<string, string> {
  const text: Record<string, string> = {};
  // A header that is there twice stays out, and is then missed as required.
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined && !Array.isArray(value)) text[name] = value.toString();
  }
  return text;
}

/**
 * Reads a Kafka message of an agency's topic, in either direction; never throws, never echoes content. A reader of requests
 * ignores properties that it does not know; a reply is held to what an agency may write.
 */
export function fromMessage(message: IncomingMessage): Read {
  const headers = textHeaders(message.headers);
  const wrong = validateHeaders(headers);
  if (wrong.length > 0) return refused('NOT_CLOUDEVENTS', wrong);
  const type = headers['ce_type']!;
  const request = isRequestType(type);
  if (!request && !isReplyType(type)) return refused('UNKNOWN_TYPE');
  if (headers['ce_dataschema'] !== SCHEMAS[type].$id) {
    return refused('NOT_CLOUDEVENTS', [{ field: 'ce_dataschema', rule: 'const' }]);
  }
  const delivery = parseSubject(headers['ce_subject']!)!;
  if (headers['ce_source'] !== (request ? PLATFORM_SOURCE : sourceOf(delivery.agency))) {
    return refused('SOURCE_MISMATCH');
  }
  if (message.key?.toString() !== delivery.deliveryId) return refused('KEY_MISMATCH');
  const bytes = message.value?.length ?? 0;
  if (bytes > (request ? MAX_REQUEST_BYTES : MAX_REPLY_BYTES)) return refused('TOO_LARGE');
  let content: unknown;
  try {
    content = JSON.parse(utf8.decode(message.value ?? undefined));
  } catch {
    return refused('NOT_JSON');
  }
  const checked = request ? validateReadRequest(type, content, bytes) : validateReply(type, content, bytes);
  if (!checked.ok) return refused('CONTENT_INVALID', checked.violations);
  if (checked.data.application !== delivery.application) return refused('KEY_MISMATCH');
  const attributes: Attributes = {
    id: headers['ce_id']!,
    source: headers['ce_source'],
    subject: headers['ce_subject']!,
    time: headers['ce_time']!,
  };
  if (headers['ce_correlationid'] !== undefined) attributes.correlationid = headers['ce_correlationid'];
  if (headers['ce_causationid'] !== undefined) attributes.causationid = headers['ce_causationid'];
  return { ok: true, event: { ...attributes, type, data: checked.data } as AgencyEvent };
}
