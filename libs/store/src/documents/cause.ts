/**
 * Record of an applied request, stored in its resource. `key` is `method|caller`; `id` is lower case and unique per
 * key.
 */
export interface RequestRecord {
  id: string;
  key: string;
  /** Hash of the content, to detect other content without storing it. */
  fingerprint: string;
  time: Date;
}

/** Why a write happens: a request, a consumed event, or neither. */
export interface Cause {
  /** Propagates as ce_correlationid. */
  requestId?: string;
  request?: Omit<RequestRecord, 'time'>;
  /** Propagates as ce_causationid. */
  eventId?: string;
  /** Subject of the consumed event and its position in that subject's sequence. */
  sequence?: { subject: string; value: number };
  traceparent?: string;
}
