import { parseContent, readAttributes, readContent } from './cloudevents.ts';
import type { ReadResult } from './cloudevents.ts';
import { maxBytesOf } from './messages.ts';
import type { AgencyEvent, MessageType, ReplyData, RequestData } from './messages.ts';
import { SCHEMAS } from './schemas.ts';
import { attributesOf, isAttribute } from './validate.ts';
import type { Violation } from './violations.ts';

/** CloudEvents in Kafka, binary mode. */

/** A message to send with a Kafka client. */
export type OutgoingMessage = { key: string; headers: Record<string, string>; value: Buffer };
/** A message as a Kafka client returns it. */
export type IncomingMessage = {
  key: Buffer | string | null;
  value: Buffer | null;
  headers?: Record<string, Buffer | string | (Buffer | string | null)[] | null | undefined>;
};

/** Parts of a message that follow from type, delivery and content. */
export type Payload = { key: string; dataschema: string; datacontenttype: string; value: Buffer };

/**
 * Returns the payload of a message. Does not validate the content: see `validateRequest`.
 * @param subject deliveries/{id}, or agencies/{code} if the message is about no delivery
 */
export function toPayload<T extends MessageType>(
  type: T,
  subject: string,
  data: (RequestData & ReplyData)[T],
): Payload {
  return {
    key: subject.slice(subject.indexOf('/') + 1),
    dataschema: SCHEMAS[type].$id,
    datacontenttype: 'application/json',
    value: Buffer.from(JSON.stringify(data)),
  };
}

/** Converts an event to a Kafka message. Does not validate the content: see `validateRequest`. */
export function toMessage(event: AgencyEvent): OutgoingMessage {
  const { key, dataschema, datacontenttype, value } = toPayload(event.type, event.subject, event.data as never);
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_subject: event.subject,
    ce_time: event.time,
    ce_dataschema: dataschema,
    'content-type': datacontenttype,
  };
  if (event.correlationid !== undefined) headers['ce_correlationid'] = event.correlationid;
  if (event.causationid !== undefined) headers['ce_causationid'] = event.causationid;
  if (event.traceparent !== undefined) headers['traceparent'] = event.traceparent;
  return { key, headers, value };
}

/** Header texts by lower-case name, and violations of contract headers that cannot be decoded. */
interface ParsedHeaders {
  text: Record<string, string>;
  violations: Violation[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Returns '' for null, and undefined for bytes that are not UTF-8. */
function decodeText(given: Buffer | string | null | undefined): string | undefined {
  if (given === null || given === undefined) return '';
  if (typeof given === 'string') return given;
  try {
    return utf8.decode(given);
  } catch {
    return undefined;
  }
}

/**
 * Decodes headers. Null and empty count as absent. A duplicate (`once`), in any case, or invalid UTF-8 (`utf8`) is a
 * violation; an invalid trace context is ignored.
 */
function readHeaders(headers: IncomingMessage['headers']): ParsedHeaders {
  const text: Record<string, string> = {};
  const rules = new Map<string, string>();
  const seen = new Set<string>();
  for (const [written, given] of Object.entries(headers ?? {})) {
    const name = written.toLowerCase();
    const values = Array.isArray(given) ? given : [given];
    const isDuplicate = values.length > 1 || seen.has(name);
    seen.add(name);
    const read = isDuplicate ? undefined : decodeText(values[0]);
    if (read === undefined) {
      delete text[name];
      if (isAttribute(name)) rules.set(name, isDuplicate ? 'once' : 'utf8');
    } else if (read !== '') text[name] = read;
  }
  return { text, violations: [...rules].map(([field, rule]) => ({ field, rule })) };
}

/** Returns the decodable headers of a message as text. */
export const textHeaders = (headers: IncomingMessage['headers']): Record<string, string> => readHeaders(headers).text;

/** Without these headers a message is not a CloudEvent. Other requirements depend on its type. */
const REQUIRED_HEADERS = ['ce_specversion', 'ce_id', 'ce_source', 'ce_type'];

function readEnvelope({ key, value, headers }: IncomingMessage) {
  const { text, violations } = readHeaders(headers);
  if (value === null) violations.push({ field: '', rule: 'required' });
  const isBroken =
    violations.length > 0 ||
    text['ce_specversion'] !== '1.0' ||
    REQUIRED_HEADERS.some((name) => text[name] === undefined);
  return { read: readAttributes(attributesOf(text), key?.toString(), violations), isBroken };
}

/**
 * Returns every invalid header of a message that is not a CloudEvent, or an empty list for a CloudEvent of any type.
 * That is a message without a value or a required header, or with a duplicate or undecodable header. Never throws.
 */
export function findCloudEventViolations(message: IncomingMessage): Violation[] {
  const { read, isBroken } = readEnvelope(message);
  return isBroken && !read.ok ? read.violations : [];
}

/** Reads a Kafka message of an agency's topic, in either direction. Never throws; never repeats content. */
export function fromMessage(message: IncomingMessage): ReadResult {
  const { read } = readEnvelope(message);
  return read.ok ? readContent(read, parseContent(message.value, maxBytesOf(read.type))) : read;
}
