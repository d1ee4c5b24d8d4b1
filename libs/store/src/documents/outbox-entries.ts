import type { StoredEvent } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import type { Cause } from './cause.ts';

/**
 * An event to publish. `sequenced`: takes the next eventSeq as ce_sequence. Defaults: application/protobuf, the
 * store's source, the time of the write, and a ULID as ID. A given ID must be unique within the source.
 */
export type NewEvent = Pick<StoredEvent, 'topic' | 'key' | 'type' | 'subject'> &
  Partial<Pick<StoredEvent, 'contentType' | 'source' | 'extra' | 'since' | 'id' | 'time'>> & {
    data: Uint8Array;
    sequenced: boolean;
  };

/** The last event sequence and outbox number of a document. */
export interface SequenceCounters {
  eventSeq: number;
  outboxSeq: number;
}

export const advanceCounters = (
  { eventSeq, outboxSeq }: SequenceCounters,
  entries: StoredEvent[],
): SequenceCounters => ({
  eventSeq: eventSeq + entries.filter(({ sequence }) => sequence !== null).length,
  outboxSeq: outboxSeq + entries.length,
});

/** Returns new events as outbox entries, numbered from the document's counters. */
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
      id: newUlid(now),
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
