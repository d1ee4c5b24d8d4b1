/**
 * An event, whoever holds it: the outbox of a document, the publisher, the consumer. The attributes are those of CloudEvents 1.0
 * with our extensions; there are three views of one shape, so that what was stored is what is sent and what is received.
 */
export interface Event {
  /** With `source`, what an event is known by. */
  id: string;
  /** ce_source: who says it, such as `/cups/intake`. */
  source: string;
  /** ce_type: for events of the platform the full name of a proto message. */
  type: string;
  /** ce_subject: what it is about; '' when an outsider named none. */
  subject: string;
  time: Date;
  /** ce_sequence: the source's count within the subject, from 1; null when it is not counted. */
  sequence: number | null;
  /** ce_correlationid: the id of the request that began it; '' when there is none. */
  correlationId: string;
  /** ce_causationid: the id of the event that caused it; '' when there is none. */
  causationId: string;
  /** W3C Trace Context. */
  traceparent?: string;
  contentType: string;
  /** Further attributes, without `ce_`. */
  extra?: Record<string, string>;
  /** Without the prefix. */
  topic: string;
  /** Messages of one key keep their order. */
  key: string;
  data: Buffer;
}

/** An event that waits in its document until Kafka has it. */
export interface StoredEvent extends Event {
  /** Its place in the outbox of the document: contiguous from 1. */
  n: number;
  /** When that was accepted which it brings on its way: to measure by, it is not sent. */
  since?: Date;
}

/** An event as it came from Kafka. */
export interface ReceivedEvent extends Event {
  extra: Record<string, string>;
  /** The message named no usable time (RFC 3339 with an offset): `time` is Kafka's. */
  timeReplaced?: true;
  dataschema?: string;
  partition: number;
  offset: string;
}
