import type { Event, ReceivedEvent } from '@cups/contracts';
import { instantOf } from '@cups/contracts';
import { isTraceparent } from '@cups/contracts/node';
import type { IHeaders, KafkaMessage } from 'kafkajs';

/** CloudEvents headers, binary mode: `ce_…`, `content-type`, and W3C `traceparent`. */
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

const named = new Set(
  `specversion id source type subject time sequence correlationid causationid traceparent dataschema datacontenttype`.split(
    ' ',
  ),
);

/** When Kafka got it; the clock of a client that named its own nonsense does not count. */
function kafkaTime(timestamp: string): Date {
  const time = Number(timestamp);
  return new Date(time > 0 && time < Date.now() + 86_400_000 ? time : Date.now());
}

/**
 * Undefined for bytes that are no CloudEvent: a missing id, source or type, another version, a bad sequence. A missing or
 * unusable time is no reason to lose what is said: Kafka's takes its place, and `timeReplaced` says so. A trace context that
 * is none is left out.
 */
export function decode(
  message: Pick<KafkaMessage, 'key' | 'value' | 'headers' | 'offset' | 'timestamp'>,
  topic: string,
  partition: number,
): ReceivedEvent | undefined {
  const text = textsOf(message.headers);
  const { ce_id: id, ce_source: source, ce_type: type } = text;
  if (!id || !source || !type || text['ce_specversion'] !== '1.0' || message.value === null) return undefined;
  const sequence = text['ce_sequence'] === undefined ? null : Number(text['ce_sequence']);
  if (sequence !== null && !(Number.isSafeInteger(sequence) && sequence > 0)) return undefined;
  const time = instantOf(text['ce_time']);
  const event: ReceivedEvent = {
    id,
    source,
    type,
    subject: text['ce_subject'] ?? '',
    time: time ?? kafkaTime(message.timestamp),
    sequence,
    correlationId: text['ce_correlationid'] ?? '',
    causationId: text['ce_causationid'] ?? '',
    contentType: text['content-type'] ?? text['ce_datacontenttype'] ?? 'application/octet-stream',
    extra: extraOf(text),
    data: message.value,
    key: message.key?.toString('utf8') ?? '',
    topic,
    partition,
    offset: message.offset,
  };
  if (!time) event.timeReplaced = true;
  if (text['ce_dataschema'] !== undefined) event.dataschema = text['ce_dataschema'];
  const traceparent = text['traceparent'] ?? text['ce_traceparent'];
  if (isTraceparent(traceparent)) event.traceparent = traceparent;
  return event;
}

/** Headers as texts, by their names in lower case; of several with one name the first. */
function textsOf(headers: IHeaders | undefined): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, given] of Object.entries(headers ?? {})) {
    const first = Array.isArray(given) ? given[0] : given;
    if (first !== undefined) text[name.toLowerCase()] = first.toString('utf8');
  }
  return text;
}

/** The attributes that have no place of their own in an event, without `ce_`. */
function extraOf(text: Record<string, string>): Record<string, string> {
  const extra: Record<string, string> = {};
  for (const [header, value] of Object.entries(text)) {
    const name = header.slice('ce_'.length);
    if (header.startsWith('ce_') && !named.has(name)) extra[name] = value;
  }
  return extra;
}
