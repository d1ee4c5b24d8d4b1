import { parseContent, readAttributes, readContent } from './cloudevents.ts';
import type { ReadResult } from './cloudevents.ts';
import { maxBytesOf } from './messages.ts';
import type { AgencyEvent, MessageType, ReplyData, RequestData } from './messages.ts';
import { SCHEMAS } from './schemas.ts';
import { attributesOf, isAttribute } from './validate.ts';
import type { Violation } from './violations.ts';

/** CloudEvents in Kafka, binary mode: for whoever holds messages of a Kafka client. */

/** A message as a Kafka client sends it. */
export type OutgoingMessage = { key: string; headers: Record<string, string>; value: Buffer };
/** A message as a Kafka client hands it over. */
export type IncomingMessage = {
  key: Buffer | string | null;
  value: Buffer | null;
  headers?: Record<string, Buffer | string | (Buffer | string | null)[] | null | undefined>;
};

/** What type, delivery and content alone say of a message: all but who sends it, when, under which id. */
export type Payload = { key: string; dataschema: string; datacontenttype: string; value: Buffer };

/** @param subject deliveries/{id}, or agencies/{code} for what is about no delivery. It does not check the content: see `validateRequest` */
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

/** Writes an event as a Kafka message. It does not check the content: see `validateRequest`. */
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

/** Headers as texts by their names in lower case, and those that the contract knows but nobody can read. */
interface ParsedHeaders {
  text: Record<string, string>;
  wrong: Violation[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined for bytes that are no UTF-8; '' for null. */
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
 * A header that is null or empty counts as absent. One that comes twice (`once`), in whatever letters it is written, or that is no
 * UTF-8 (`utf8`) is wrong; a trace context like that is left out.
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
  return { text, wrong: [...rules].map(([field, rule]) => ({ field, rule })) };
}

/** The headers of a message as text, without those that nobody can read. */
export const textHeaders = (headers: IncomingMessage['headers']): Record<string, string> => readHeaders(headers).text;

/** Without these a message is no event of any kind; all else is a matter of its type. */
const REQUIRED_HEADERS = ['ce_specversion', 'ce_id', 'ce_source', 'ce_type'];

function readEnvelope({ key, value, headers }: IncomingMessage) {
  const { text, wrong } = readHeaders(headers);
  if (value === null) wrong.push({ field: '', rule: 'required' });
  const isBroken =
    wrong.length > 0 || text['ce_specversion'] !== '1.0' || REQUIRED_HEADERS.some((name) => text[name] === undefined);
  return { read: readAttributes(attributesOf(text), key?.toString(), wrong), isBroken };
}

/**
 * What is wrong with a message that is no CloudEvent at all: it has no value, a header that every event needs is missing, or one comes
 * twice or is no UTF-8. Then all headers that are wrong are named. Never throws.
 * @returns nothing for an event, whatever its type makes of it
 */
export function findCloudEventViolations(message: IncomingMessage): Violation[] {
  const { read, isBroken } = readEnvelope(message);
  return isBroken && !read.ok ? read.violations : [];
}

/** Reads a Kafka message of an agency's topic, in either direction; never throws, never echoes content. */
export function fromMessage(message: IncomingMessage): ReadResult {
  const { read } = readEnvelope(message);
  return read.ok ? readContent(read, parseContent(message.value, maxBytesOf(read.type))) : read;
}
