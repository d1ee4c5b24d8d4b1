/** That a request was done. `key` is `method|caller`, and the record lies in the resource: so far an id reaches. `id` is in lower case. */
export interface RequestRecord {
  id: string;
  key: string;
  /** Tells the same content from another, without keeping it. */
  fingerprint: string;
  time: Date;
}

/** Why a write happens: a person's request, an event that was consumed, or neither. */
export interface Cause {
  /** Goes on as ce_correlationid. */
  requestId?: string;
  request?: Omit<RequestRecord, 'time'>;
  /** Goes on as ce_causationid. */
  eventId?: string;
  /** Of the consumed event: its subject and its place in the count of that subject. */
  sequence?: { subject: string; value: number };
  traceparent?: string;
}
