/**
 * An event in an outbox, a publisher or a consumer, with the attributes of CloudEvents 1.0 and the platform's
 * extensions. Stored, sent and received events share this shape.
 */
export interface Event {
  /** Unique together with `source`. */
  id: string;
  /** ce_source, such as `/cups/intake`. */
  source: string;
  /** ce_type; for platform events the full name of a proto message. */
  type: string;
  /** ce_subject; '' if an outsider gave none. */
  subject: string;
  time: Date;
  /** ce_sequence: the source's count within the subject, from 1; null if not counted. */
  sequence: number | null;
  /** ce_correlationid: ID of the original request, or ''. */
  correlationId: string;
  /** ce_causationid: ID of the event that caused it, or ''. */
  causationId: string;
  /** W3C Trace Context. */
  traceparent?: string;
  contentType: string;
  /** Extension attributes, without `ce_`. */
  extra?: Record<string, string>;
  /** Without the prefix. */
  topic: string;
  /** Messages of one key keep their order. */
  key: string;
  data: Buffer;
}

/** An event in the outbox of its document. */
export interface StoredEvent extends Event {
  /** Position in the outbox of the document, contiguous from 1. */
  n: number;
  /** Start of the latency measurement; not sent. */
  since?: Date;
}

/** An event received from Kafka. */
export interface ReceivedEvent extends Event {
  extra: Record<string, string>;
  /** The message had no valid time (RFC 3339 with an offset), so `time` is Kafka's. */
  timeReplaced?: true;
  dataschema?: string;
  partition: number;
  offset: string;
}
