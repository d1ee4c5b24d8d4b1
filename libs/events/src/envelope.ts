import type { Event, ReceivedEvent } from '@cups/contracts';
import { instantOf } from '@cups/contracts';
import { isTraceparent } from '@cups/contracts/node';
import type { IHeaders, KafkaMessage } from 'kafkajs';

/** Encodes an event with CloudEvents headers in binary mode: `ce_…`, `content-type` and W3C `traceparent`. */
export function encode(entry: Event): { key: string; value: Buffer; headers: IHeaders } {
  const headers: IHeaders = {
    ce_specversion: '1.0',
    ce_id: entry.id,
    ce_source: entry.source,
    ce_type: entry.type,
    ce_subject: entry.subject,
    ce_time: entry.time.toISOString(),
    'content-type': entry.contentType,
  };
  if (entry.sequence !== null) headers['ce_sequence'] = String(entry.sequence);
  if (entry.correlationId !== '') headers['ce_correlationid'] = entry.correlationId;
  if (entry.causationId !== '') headers['ce_causationid'] = entry.causationId;
  if (entry.traceparent !== undefined) headers['traceparent'] = entry.traceparent;
  for (const name in entry.extra) headers[`ce_${name}`] = entry.extra[name];
  return { key: entry.key, value: entry.data, headers };
}

const NAMED_ATTRIBUTES = new Set(
  `specversion id source type subject time sequence correlationid causationid traceparent dataschema datacontenttype`.split(
    ' ',
  ),
);
/** Mandatory headers. */
const REQUIRED_HEADERS = ['ce_specversion', 'ce_id', 'ce_source', 'ce_type'] as const;
/**
 * Headers whose value is not validated: a malformed trace context is dropped, and binary mode uses `content-type`.
 */
const IGNORED_HEADERS = new Set(['ce_traceparent', 'ce_datacontenttype']);
/** The CloudEvents format of an attribute name, and its maximum length. */
const ATTRIBUTE_NAME = /^[a-z0-9]{1,64}$/;
const UTF8_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Error of a header, by its lower-case name; an empty field means the message value. */
interface ValidationError {
  field: string;
  /** `once`: duplicate header. `utf8`: invalid UTF-8. The others as in JSON Schema. */
  rule: 'required' | 'once' | 'utf8' | 'const' | 'pattern';
}

/** A message as stored in Kafka; the types of kafkajs omit null values. */
export type RawMessage = Pick<KafkaMessage, 'key' | 'value' | 'offset' | 'timestamp'> & {
  headers?: IHeaders | Record<string, Buffer | (Buffer | null)[] | null>;
};

/** An event, or the errors of an invalid message. */
export type EventReadResult = { event: ReceivedEvent; errors: [] } | { event?: undefined; errors: ValidationError[] };

/** Returns the broker's time. Ignores timestamps of clients that lie outside the valid range. */
function resolveBrokerTime(timestamp: string): Date {
  const time = Number(timestamp);
  return new Date(time > 0 && time < Date.now() + 86_400_000 ? time : Date.now());
}

/**
 * Reads a message as a CloudEvent in binary mode; never throws. A null or empty header counts as absent. An invalid
 * time is replaced by Kafka's and marked with `timeReplaced`. An invalid trace context is dropped.
 * @param isCounted whether `ce_sequence` is the platform's; an outsider's extension is not validated
 * @returns errors for a missing ID, source, type or value, a duplicate or non-UTF-8 event header, another version, or
 * an invalid sequence
 */
export function readEvent(message: RawMessage, topic: string, partition: number, isCounted = true): EventReadResult {
  const { text, errors } = decodeHeaders(message.headers);
  for (const name of REQUIRED_HEADERS) if (text[name] === undefined && !errors.has(name)) errors.set(name, 'required');
  if (text['ce_specversion'] !== undefined && text['ce_specversion'] !== '1.0') errors.set('ce_specversion', 'const');
  const sequence = isCounted ? parseSequence(text['ce_sequence']) : null;
  if (sequence === undefined) errors.set('ce_sequence', 'pattern');
  if (!isCounted) errors.delete('ce_sequence');
  if (message.value === null) errors.set('', 'required');
  if (errors.size > 0) return { errors: [...errors].map(([field, rule]) => ({ field, rule })) };
  return { event: toReceivedEvent(text, message, { topic, partition, sequence: sequence ?? null }), errors: [] };
}

/** Reads an event without the errors; see `readEvent`. */
export const decode = (
  message: RawMessage,
  topic: string,
  partition: number,
  isCounted = true,
): ReceivedEvent | undefined => readEvent(message, topic, partition, isCounted).event;

/** Returns undefined for an invalid sequence and null for none. */
function parseSequence(text: string | undefined): number | null | undefined {
  if (text === undefined) return null;
  const sequence = Number(text);
  return Number.isSafeInteger(sequence) && sequence > 0 ? sequence : undefined;
}

function toReceivedEvent(
  text: Record<string, string>,
  { key, value, offset, timestamp }: RawMessage,
  at: Pick<ReceivedEvent, 'topic' | 'partition' | 'sequence'>,
): ReceivedEvent {
  const time = instantOf(text['ce_time']);
  const event: ReceivedEvent = {
    id: text['ce_id'] ?? '',
    source: text['ce_source'] ?? '',
    type: text['ce_type'] ?? '',
    subject: text['ce_subject'] ?? '',
    time: time ?? resolveBrokerTime(timestamp),
    sequence: at.sequence,
    correlationId: text['ce_correlationid'] ?? '',
    causationId: text['ce_causationid'] ?? '',
    contentType: text['content-type'] ?? 'application/octet-stream',
    extra: extractExtensions(text),
    data: value ?? Buffer.alloc(0),
    key: key?.toString('utf8') ?? '',
    topic: at.topic,
    partition: at.partition,
    offset,
  };
  if (!time) event.timeReplaced = true;
  if (text['ce_dataschema'] !== undefined) event.dataschema = text['ce_dataschema'];
  const traceparent = text['traceparent'] ?? text['ce_traceparent'];
  if (isTraceparent(traceparent)) event.traceparent = traceparent;
  return event;
}

/** Whether a header belongs to an event; others are not validated. */
const isEventHeader = (name: string): boolean =>
  name === 'content-type' ||
  (name.startsWith('ce_') && NAMED_ATTRIBUTES.has(name.slice('ce_'.length)) && !IGNORED_HEADERS.has(name));

/** Returns non-empty headers as text by lower-case name, and the errors of event headers. */
function decodeHeaders(headers: RawMessage['headers']): {
  text: Record<string, string>;
  errors: Map<string, ValidationError['rule']>;
} {
  const text: Record<string, string> = {};
  const errors = new Map<string, ValidationError['rule']>();
  const seenNames = new Set<string>();
  for (const [written, given] of Object.entries(headers ?? {})) {
    const name = written.toLowerCase();
    const values = Array.isArray(given) ? given : [given];
    const isTwice = values.length > 1 || seenNames.has(name);
    seenNames.add(name);
    const read = isTwice ? undefined : decodeText(values[0]);
    if (isTwice || read === undefined) {
      delete text[name];
      if (isEventHeader(name)) errors.set(name, isTwice ? 'once' : 'utf8');
    } else if (read !== '') text[name] = read;
  }
  return { text, errors };
}

/** Returns undefined for invalid UTF-8. */
function decodeText(given: Buffer | string | null | undefined): string | undefined {
  if (given === null || given === undefined) return '';
  if (typeof given === 'string') return given;
  try {
    return UTF8_DECODER.decode(given);
  } catch {
    return undefined;
  }
}

/** Returns the extension attributes without `ce_`; drops invalid names. */
function extractExtensions(text: Record<string, string>): Record<string, string> {
  const extra: Record<string, string> = {};
  for (const [header, value] of Object.entries(text)) {
    const name = header.slice('ce_'.length);
    if (header.startsWith('ce_') && !NAMED_ATTRIBUTES.has(name) && ATTRIBUTE_NAME.test(name)) extra[name] = value;
  }
  return extra;
}
