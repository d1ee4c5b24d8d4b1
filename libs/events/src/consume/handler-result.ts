import type { Refusal } from '@cups/contracts';

/**
 * What a handler did with an event. `done`: applied, or known already. `wait`: its predecessor has not come, so it is parked.
 * Refused, for a cause or without one: it is kept in the list of refused messages, and never comes again.
 */
export type HandlerResult = 'done' | 'wait' | 'refused' | Refusal;

/** What became of an event: `parked` with all of its key, because its handler did not get on with it or with one before it. */
export type EventOutcome = HandlerResult | 'parked';

/**
 * What is kept about the message; undefined when there is nothing to keep. One that waits is kept as well: support sees the gap.
 * The causes of this library: NOT_A_CLOUDEVENT, REFUSED, SEQUENCE_GAP, …_UNEXPECTED, BATCH_TOO_LARGE, BATCH_TOO_MANY_RECORDS,
 * BATCH_UNREADABLE.
 */
export function toRefusal(handled: EventOutcome): Refusal | undefined {
  if (handled === 'done' || handled === 'parked') return undefined;
  if (handled === 'wait') return { cause: 'SEQUENCE_GAP', fields: [] };
  if (handled === 'refused') return { cause: 'REFUSED', fields: [] };
  return handled;
}

/** As it is counted: a closed list of words. */
export const toOutcomeLabel = (handled: EventOutcome): 'done' | 'wait' | 'refused' | 'parked' =>
  typeof handled === 'string' ? handled : 'refused';
