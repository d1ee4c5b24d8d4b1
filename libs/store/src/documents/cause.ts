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

/** A request, under its names now and, if those have changed, under the former ones of an earlier release. */
export interface RequestIdentity extends Omit<RequestRecord, 'time'> {
  former?: { key: string; readonly fingerprint: string } | undefined;
}

/** Why a write happens: a request, a consumed event, or neither. */
export interface Cause {
  /** Propagates as ce_correlationid. */
  requestId?: string;
  request?: RequestIdentity;
  /** Propagates as ce_causationid. */
  eventId?: string;
  /**
   * Subject of the consumed event and its position in that subject's sequence. `isStart` is set if the document starts to
   * count here: earlier events were about other documents.
   */
  sequence?: { subject: string; value: number; isStart?: true };
  traceparent?: string;
}
