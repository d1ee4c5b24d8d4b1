import { instantOf } from '@cups/contracts';
import type { IHeaders, KafkaMessage } from 'kafkajs';

/** A CloudEvent 1.0 as it came from Kafka (binary mode). */
export interface CloudEvent {
  id: string;
  source: string;
  type: string;
  /** '' when absent. */
  subject: string;
  time: Date;
  /** The message named no usable time (RFC 3339 with an offset): `time` is Kafka's. */
  timeReplaced?: true;
  /** ce_sequence: the producer's count within the subject. */
  sequence?: number;
  correlationId?: string;
  causationId?: string;
  traceparent?: string;
  contentType: string;
  dataschema?: string;
  /** Further attributes, without `ce_`. */
  extra: Record<string, string>;
  data: Buffer;
  key: string;
  /** Without the prefix. */
  topic: string;
  partition?: number;
  offset?: string;
}

/** What is published; an entry of the outbox of @cups/store fits. */
export interface Entry {
  id: string;
  /** Without the prefix. */
  topic: string;
  key: string;
  type: string;
  subject: string;
  sequence: number | null;
  time: Date;
  correlationId: string;
  causationId: string;
  traceparent?: string;
  contentType: string;
  source: string;
  extra?: Record<string, string>;
  data: Buffer;
}

/** CloudEvents headers, binary mode: `ce_…`, `content-type`, and W3C `traceparent`. */
export function encode(entry: Entry): { key: string; value: Buffer; headers: IHeaders } {
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
 * unusable time is no reason to lose what is said: Kafka's takes its place, and `timeReplaced` says so.
 */
export function decode(
  message: Pick<KafkaMessage, 'key' | 'value' | 'headers' | 'offset' | 'timestamp'>,
  topic: string,
  partition: number,
): CloudEvent | undefined {
  const text: Record<string, string> = {};
  for (const [name, given] of Object.entries(message.headers ?? {})) {
    const first = Array.isArray(given) ? given[0] : given;
    if (first !== undefined) text[name.toLowerCase()] = first.toString('utf8');
  }
  const { ce_id: id, ce_source: source, ce_type: type } = text;
  if (!id || !source || !type || text['ce_specversion'] !== '1.0' || message.value === null) return undefined;
  const given = instantOf(text['ce_time']);
  const sequence = text['ce_sequence'] === undefined ? undefined : Number(text['ce_sequence']);
  if (sequence !== undefined && !(Number.isSafeInteger(sequence) && sequence > 0)) return undefined;
  const traceparent = text['traceparent'] ?? text['ce_traceparent'];
  const extra: Record<string, string> = {};
  for (const name in text)
    if (name.startsWith('ce_') && !named.has(name.slice(3))) extra[name.slice(3)] = text[name] as string;
  return {
    id,
    source,
    type,
    subject: text['ce_subject'] ?? '',
    time: given ?? kafkaTime(message.timestamp),
    ...(given ? {} : { timeReplaced: true }),
    ...(sequence === undefined ? {} : { sequence }),
    ...(text['ce_correlationid'] === undefined ? {} : { correlationId: text['ce_correlationid'] }),
    ...(text['ce_causationid'] === undefined ? {} : { causationId: text['ce_causationid'] }),
    ...(traceparent === undefined ? {} : { traceparent }),
    contentType: text['content-type'] ?? text['ce_datacontenttype'] ?? 'application/octet-stream',
    ...(text['ce_dataschema'] === undefined ? {} : { dataschema: text['ce_dataschema'] }),
    extra,
    data: message.value,
    key: message.key?.toString('utf8') ?? '',
    topic,
    partition,
    offset: message.offset,
  };
}
