import type { Refusal } from '@cups/contracts';

/**
 * Result of a handler. `done`: applied or already known. `wait`: its predecessor is missing, so it is parked. A
 * refusal, with or without a cause, is stored and final.
 */
export type HandlerResult = 'done' | 'wait' | 'refused' | Refusal;

/** Outcome of an event. `parked`: with its whole key, after a failure of the event or of an earlier one. */
export type EventOutcome = HandlerResult | 'parked';

/**
 * Returns the refusal to store, if any. Includes waiting events, so that support sees the gap. Causes of this
 * library: NOT_A_CLOUDEVENT, REFUSED, SEQUENCE_GAP, …_UNEXPECTED, BATCH_TOO_LARGE, BATCH_TOO_MANY_RECORDS,
 * BATCH_UNREADABLE.
 */
export function toRefusal(handled: EventOutcome): Refusal | undefined {
  if (handled === 'done' || handled === 'parked') return undefined;
  if (handled === 'wait') return { cause: 'SEQUENCE_GAP', fields: [] };
  if (handled === 'refused') return { cause: 'REFUSED', fields: [] };
  return handled;
}

/** Returns the metric label, from a closed list. */
export const toOutcomeLabel = (handled: EventOutcome): 'done' | 'wait' | 'refused' | 'parked' =>
  typeof handled === 'string' ? handled : 'refused';
