import { parseContent, readAttributes, readContent } from './cloudevents.ts';
import type { Read } from './cloudevents.ts';
import { maxBytesOf } from './messages.ts';
import type { AgencyEvent, MessageType, ReplyData, RequestData } from './messages.ts';
import { SCHEMAS } from './schemas.ts';
import { attributesOf } from './validate.ts';

/** CloudEvents in Kafka, binary mode: for whoever holds messages of a Kafka client. */

/** A message as a Kafka client sends it. */
export type OutgoingMessage = { key: string; headers: Record<string, string>; value: Buffer };
/** A message as a Kafka client hands it over. */
export type IncomingMessage = {
  key: Buffer | string | null;
  value: Buffer | null;
  headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
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

/** The headers of a message as text. */
export function textHeaders(headers: IncomingMessage['headers']): Record<string, string> {
  const text: Record<string, string> = {};
  // A header that is there twice stays out, and is then missed as required.
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined && !Array.isArray(value)) text[name] = value.toString();
  }
  return text;
}

/** Reads a Kafka message of an agency's topic, in either direction; never throws, never echoes content. */
export function fromMessage(message: IncomingMessage): Read {
  const envelope = readAttributes(attributesOf(textHeaders(message.headers)), message.key?.toString());
  return envelope.ok ? readContent(envelope, parseContent(message.value, maxBytesOf(envelope.type))) : envelope;
}
