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
export type ReadRefusal = { ok: false; cause: Cause; violations: Violation[] };
export type ReadResult = { ok: true; event: AgencyEvent } | ReadRefusal;

/** What is known of an event by its attributes, which are in order; its content is not read yet. */
export type Envelope = {
  ok: true;
  type: MessageType;
  /** Of the message: the delivery, or of a refusal that is about none the code of the agency. */
  key: string;
  /** applications/{id}; absent where it is about no delivery. */
  application?: string;
  attributes: Attributes;
};

/** Content that was parsed once; `value` is undefined where the bytes are not JSON in UTF-8, or too many to be parsed. */
export type ParsedContent = { bytes: number; value: unknown };

/** What every event has. */
type RequiredAttributes = Record<'id' | 'source' | 'type' | 'subject' | 'time' | 'dataschema', string>;

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
/** A byte order mark stays, and is no JSON. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
export const refusal = (cause: Cause, violations: Violation[] = []): ReadRefusal => ({ ok: false, cause, violations });

/**
 * Checks the attributes of an event, in either direction; never throws, never echoes a value.
 * @param given as text, by their names in CloudEvents; violations name the Kafka headers that carry them
 * @param key that of the message
 * @param unreadable what is wrong with headers that are not among the attributes, for nobody can read them
 */
export function readAttributes(
  given: RawAttributes,
  key: string | undefined,
  unreadable: readonly Violation[] = [],
): Envelope | ReadRefusal {
  const isRefusal = given.type === REQUEST_TYPES.replyRefused;
  const found = validateAttributes(given, isRefusal ? REFUSAL_HEADERS_SCHEMA : HEADERS_SCHEMA);
  const wrong = [...unreadable, ...found.filter(({ field }) => !unreadable.some((one) => one.field === field))];
  if (wrong.length > 0) return refusal('NOT_CLOUDEVENTS', wrong);
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
 * Parses the content of an event; never throws. What is wrong with it is said by `readContent`.
 * @param limit bytes; more are not parsed. At least the bound of the type, or a content within it would be told as no JSON
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
 * Checks parsed content, for an event whose attributes are in order; never throws, never echoes content. A reader of requests
 * ignores properties that it does not know; a reply is held to what an agency may write.
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
