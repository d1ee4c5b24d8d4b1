import {
  isReplyType,
  isRequestType,
  maxBytesOf,
  parseSubject,
  PLATFORM_SOURCE,
  REQUEST_TYPES,
  sourceOf,
} from './messages.ts';
import type { AgencyEvent, Attributes, MessageType } from './messages.ts';
import { HEADERS_SCHEMA, REFUSAL_HEADERS_SCHEMA, SCHEMAS } from './schemas.ts';
import { validateAttributes, validateReadRequest, validateReply } from './validate.ts';
import type { RawAttributes } from './validate.ts';
import type { Violation } from './violations.ts';

/**
 * Why a message cannot be read. NOT_CLOUDEVENTS: a header is missing or invalid (named). UNKNOWN_TYPE: not a type of
 * this contract. SOURCE_MISMATCH: the source may not send this type about this delivery. TOO_LARGE: exceeds the size
 * limit of its direction. NOT_JSON: the bytes are not JSON in UTF-8. CONTENT_INVALID: violates the schema (fields
 * named). KEY_MISMATCH: key, subject and content name different deliveries.
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
export type ReadRefusal = { ok: false; cause: Cause; violations: Violation[] };
export type ReadResult = { ok: true; event: AgencyEvent } | ReadRefusal;

/** An event with valid attributes and unread content. */
export type Envelope = {
  ok: true;
  type: MessageType;
  /** Message key: the delivery ID, or the agency code of a refusal about no delivery. */
  key: string;
  /** applications/{id}; absent if the event is about no delivery. */
  application?: string;
  attributes: Attributes;
};

/** Parsed content. `value` is undefined if the bytes are not JSON in UTF-8 or exceed the limit. */
export type ParsedContent = { bytes: number; value: unknown };

/** Attributes that every event has. */
type RequiredAttributes = Record<'id' | 'source' | 'type' | 'subject' | 'time' | 'dataschema', string>;

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Keeps a byte order mark, which makes the JSON invalid. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
export const refusal = (cause: Cause, violations: Violation[] = []): ReadRefusal => ({ ok: false, cause, violations });

/**
 * Validates the attributes of an event, in either direction. Never throws; never repeats a value.
 * @param given attribute values by CloudEvents name; violations name the Kafka headers
 * @param key key of the message
 * @param unreadable violations of headers that could not be decoded
 */
export function readAttributes(
  given: RawAttributes,
  key: string | undefined,
  unreadable: readonly Violation[] = [],
): Envelope | ReadRefusal {
  const isRefusal = given.type === REQUEST_TYPES.replyRefused;
  const found = validateAttributes(given, isRefusal ? REFUSAL_HEADERS_SCHEMA : HEADERS_SCHEMA);
  const isReadable = ({ field }: Violation) => !unreadable.some((violation) => violation.field === field);
  const violations = [...unreadable, ...found.filter(isReadable)];
  if (violations.length > 0) return refusal('NOT_CLOUDEVENTS', violations);
  const { id, source, type, subject, time, dataschema } = given as RequiredAttributes;
  const { correlationid, causationid, traceparent } = given;
  const request = isRequestType(type);
  if (!request && !isReplyType(type)) return refusal('UNKNOWN_TYPE');
  if (dataschema !== SCHEMAS[type].$id) return refusal('NOT_CLOUDEVENTS', [{ field: 'ce_dataschema', rule: 'const' }]);
  const delivery = parseSubject(subject);
  if (source !== (request ? PLATFORM_SOURCE : sourceOf(delivery!.agency))) return refusal('SOURCE_MISMATCH');
  if (key !== subject.slice(subject.indexOf('/') + 1)) return refusal('KEY_MISMATCH');
  const attributes: Attributes = { id, source, subject, time };
  if (correlationid !== undefined) attributes.correlationid = correlationid;
  if (causationid !== undefined) attributes.causationid = causationid;
  if (traceparent !== undefined && TRACEPARENT.test(traceparent)) attributes.traceparent = traceparent;
  const envelope: Envelope = { ok: true, type, key, attributes };
  if (delivery) envelope.application = delivery.application;
  return envelope;
}

/**
 * Parses the content of an event. Never throws; `readContent` reports what is wrong.
 * @param limit maximum bytes to parse, at least the limit of the type; a lower one reports valid content as not JSON
 */
export function parseContent(bytes: Uint8Array | null, limit: number): ParsedContent {
  const length = bytes?.length ?? 0;
  if (length > limit) return { bytes: length, value: undefined };
  try {
    return { bytes: length, value: JSON.parse(utf8.decode(bytes ?? undefined)) as unknown };
  } catch {
    return { bytes: length, value: undefined };
  }
}

/**
 * Validates parsed content of an event with valid attributes. Never throws; never repeats content. Unknown properties
 * are ignored in requests and rejected in replies.
 */
export function readContent(envelope: Envelope, content: ParsedContent): ReadResult {
  const { type, application, attributes } = envelope;
  const { bytes, value } = content;
  if (bytes > maxBytesOf(type)) return refusal('TOO_LARGE');
  if (value === undefined) return refusal('NOT_JSON');
  const checked = isRequestType(type) ? validateReadRequest(type, value, bytes) : validateReply(type, value, bytes);
  if (!checked.ok) return refusal('CONTENT_INVALID', checked.violations);
  if (checked.data.application !== application) return refusal('KEY_MISMATCH');
  return { ok: true, event: Object.assign({}, attributes, { type, data: checked.data }) as AgencyEvent };
}
