import type { StoredEvent } from '@cups/contracts';
import { ulid } from 'ulid';
import type { Cause } from './cause.ts';

/**
 * `sequenced`: takes the next eventSeq as ce_sequence. Defaults: application/protobuf, the source of the store, a ULID as id; one
 * that is given is to be one that no other event of the source has. Of the time of the write, unless it is sent again.
 */
export type NewEvent = Pick<StoredEvent, 'topic' | 'key' | 'type' | 'subject'> &
  Partial<Pick<StoredEvent, 'contentType' | 'source' | 'extra' | 'since' | 'id' | 'time'>> & {
    data: Uint8Array;
    sequenced: boolean;
  };

/** How far a document has counted: its events, and all entries of its outbox. */
export interface SequenceCounters {
  eventSeq: number;
  outboxSeq: number;
}

/** How far the entries lead the counts on. */
export const advanceCounters = (
  { eventSeq, outboxSeq }: SequenceCounters,
  entries: StoredEvent[],
): SequenceCounters => ({
  eventSeq: eventSeq + entries.filter(({ sequence }) => sequence !== null).length,
  outboxSeq: outboxSeq + entries.length,
});

/** New events as entries of the outbox, numbered on from where the document stands. */
export function toOutboxEntries(
  events: NewEvent[],
  counters: SequenceCounters,
  about: { cause: Cause; source: string; now: Date },
): StoredEvent[] {
  const { cause, source, now } = about;
  let { eventSeq, outboxSeq } = counters;
  return events.map(({ sequenced, data, ...event }) => {
    const entry: StoredEvent = {
      contentType: 'application/protobuf',
      source,
      id: ulid(now.getTime()),
      time: now,
      ...event,
      n: (outboxSeq += 1),
      sequence: sequenced ? (eventSeq += 1) : null,
      correlationId: cause.requestId ?? cause.request?.id ?? '',
      causationId: cause.eventId ?? '',
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    };
    if (cause.traceparent) entry.traceparent = cause.traceparent;
    return entry;
  });
}
