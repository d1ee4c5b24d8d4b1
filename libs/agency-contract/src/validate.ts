import { isReplyType, isRequestType, MAX_ANSWERS_BYTES, maxBytesOf } from './messages.ts';
import type { MessageType, ReplyData, ReplyType, RequestData, RequestType } from './messages.ts';
import { HEADERS_SCHEMA, SCHEMAS } from './schemas.ts';
import { findViolations } from './violations.ts';
import type { Role, Violation } from './violations.ts';

export type ValidationResult<T> = { ok: true; data: T } | { ok: false; violations: Violation[] };

const jsonBytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

function validate<T>(role: Role, type: MessageType, data: unknown, knownBytes?: number): ValidationResult<T> {
  const bytes = knownBytes ?? jsonBytesOf(data);
  if (bytes > maxBytesOf(type)) return { ok: false, violations: [{ field: '', rule: 'maxBytes' }] };
  const found = findViolations(SCHEMAS[type], data, role);
  const answers = (data as { answers?: unknown } | null)?.answers;
  if (bytes > MAX_ANSWERS_BYTES && answers !== undefined && jsonBytesOf(answers) > MAX_ANSWERS_BYTES) {
    found.push({ field: 'answers', rule: 'maxBytes' });
  }
  return found.length === 0 ? { ok: true, data: data as T } : { ok: false, violations: found };
}

const UNKNOWN_TYPE: { ok: false; violations: Violation[] } = { ok: false, violations: [{ field: '', rule: 'type' }] };

/**
 * Validates the content of a request against its schema and size limits. Returns all violations.
 * @param bytes its length as JSON, if known
 */
export const validateRequest = <T extends RequestType>(
  type: T,
  data: unknown,
  bytes?: number,
): ValidationResult<RequestData[T]> => (isRequestType(type) ? validate('writer', type, data, bytes) : UNKNOWN_TYPE);

/** Validates the content of a received request, ignoring unknown properties. */
export const validateReadRequest = <T extends RequestType>(
  type: T,
  data: unknown,
  bytes?: number,
): ValidationResult<RequestData[T]> => (isRequestType(type) ? validate('reader', type, data, bytes) : UNKNOWN_TYPE);

/** Validates the content of a reply against its schema and size limits. Returns all violations. */
export const validateReply = <T extends ReplyType>(
  type: T,
  data: unknown,
  bytes?: number,
): ValidationResult<ReplyData[T]> => (isReplyType(type) ? validate('writer', type, data, bytes) : UNKNOWN_TYPE);

/** Kafka header of each attribute. */
const HEADERS = {
  specversion: 'ce_specversion',
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  subject: 'ce_subject',
  time: 'ce_time',
  dataschema: 'ce_dataschema',
  datacontenttype: 'content-type',
  correlationid: 'ce_correlationid',
  causationid: 'ce_causationid',
  traceparent: 'traceparent',
} as const;
type AttributeName = keyof typeof HEADERS;
const ATTRIBUTE_NAMES = Object.keys(HEADERS) as AttributeName[];

/** Unvalidated CloudEvents attributes as text. */
export type RawAttributes = { [Name in AttributeName]?: string | undefined };

/** Returns the attributes in Kafka headers, ignoring other headers. */
export const attributesOf = (headers: Record<string, string>): RawAttributes =>
  Object.fromEntries(ATTRIBUTE_NAMES.map((name) => [name, headers[HEADERS[name]]]));

/** Returns whether a lower-case header name carries a validated attribute; trace contexts are not validated. */
export const isAttribute = (header: string): boolean =>
  header !== HEADERS.traceparent && ATTRIBUTE_NAMES.some((name) => HEADERS[name] === header);

/**
 * Validates attributes. Violations name the headers.
 * @param schema header schema; defaults to that of deliveries
 */
export function validateAttributes(given: RawAttributes, schema = HEADERS_SCHEMA): Violation[] {
  const headers: Record<string, string> = {};
  for (const name of ATTRIBUTE_NAMES) if (given[name] !== undefined) headers[HEADERS[name]] = given[name];
  return findViolations(schema, headers, 'reader');
}
