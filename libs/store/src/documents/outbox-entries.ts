import type { StoredEvent } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import type { Cause } from './cause.ts';

/**
 * An event to publish. `sequenced`: takes the next eventSeq as ce_sequence, or with 'journal' the next journalSeq, so that
 * consumers of either count without gaps. Defaults: application/protobuf, the store's source, the time of the write, and a
 * ULID as ID. A given ID must be unique within the source.
 */
export type NewEvent = Pick<StoredEvent, 'topic' | 'key' | 'type' | 'subject'> &
  Partial<Pick<StoredEvent, 'contentType' | 'source' | 'extra' | 'since' | 'id' | 'time'>> & {
    data: Uint8Array;
    sequenced: boolean | 'journal';
  };

/** The last sequences and the outbox number of a document. Documents without entries for the journal lack journalSeq. */
export interface SequenceCounters {
  eventSeq: number;
  journalSeq?: number;
  outboxSeq: number;
}

/** Returns the counters after these events. */
export function advanceCounters(
  { eventSeq, journalSeq = 0, outboxSeq }: SequenceCounters,
  events: readonly Pick<NewEvent, 'sequenced'>[],
): SequenceCounters {
  const next: SequenceCounters = {
    eventSeq: eventSeq + events.filter(({ sequenced }) => sequenced === true).length,
    outboxSeq: outboxSeq + events.length,
  };
  const entries = events.filter(({ sequenced }) => sequenced === 'journal').length;
  if (journalSeq + entries > 0) next.journalSeq = journalSeq + entries;
  return next;
}

/** Returns new events as outbox entries, numbered from the document's counters. */
export function toOutboxEntries(
  events: NewEvent[],
  counters: SequenceCounters,
  about: { cause: Cause; source: string; now: Date },
): StoredEvent[] {
  const { cause, source, now } = about;
  let { eventSeq, journalSeq = 0, outboxSeq } = counters;
  const takeSequence = (sequenced: NewEvent['sequenced']): number | null => {
    if (sequenced === 'journal') return (journalSeq += 1);
    return sequenced ? (eventSeq += 1) : null;
  };
  return events.map(({ sequenced, data, ...event }) => {
    const entry: StoredEvent = {
      contentType: 'application/protobuf',
      source,
      id: newUlid(now),
      time: now,
      ...event,
      n: (outboxSeq += 1),
      sequence: takeSequence(sequenced),
      correlationId: cause.requestId ?? cause.request?.id ?? '',
      causationId: cause.eventId ?? '',
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    };
    if (cause.traceparent) entry.traceparent = cause.traceparent;
    return entry;
  });
}
