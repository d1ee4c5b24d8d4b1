import type { CommandResult, Delivery } from './delivery.ts';

/** Reminders of an agency that is late. Pure functions. */

/** A reminder about a delivery. */
export interface Reminder {
  /** Step of the clock of the agency, such as term-75. */
  step: string;
  /** When intake fired the step. */
  time: Date;
  /** yyyy-MM-dd */
  dueDate?: string;
}

/** An agency has at most this many steps; more come only from an invalid sender. */
const MAX_REMINDERS = 20;

/**
 * Reminds an agency, once for each step and due date. The delivery keeps the reminder, which the agency's page shows. The topic gets it
 * only if the agency's system accepts reminders. An agency that has nothing to do is not reminded.
 */
export function remind<D extends Delivery>(
  delivery: D,
  reminder: Reminder,
  { isAccepted }: { isAccepted: boolean },
): CommandResult<D> {
  const { reminders = [], state, requested, application } = delivery;
  const isOpen = requested > 0 && (state === 'queued' || state === 'acknowledged') && !delivery.eraseTime;
  const isKnown = reminders.some(({ step, dueDate }) => step === reminder.step && dueDate === reminder.dueDate);
  if (!isOpen || isKnown || reminders.length >= MAX_REMINDERS) return { delivery, outbound: [] };
  const next = { ...delivery, reminders: [...reminders, reminder] };
  if (!isAccepted || delivery.channel === 'page') return { delivery: next, outbound: [] };
  const { step, time, dueDate } = reminder;
  const data = { application, step, ...(dueDate === undefined ? {} : { dueDate }), remindTime: time.toISOString() };
  return { delivery: next, outbound: [{ to: 'agency', type: 'reminded', data }] };
}
