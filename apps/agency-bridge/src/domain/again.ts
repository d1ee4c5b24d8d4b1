import type { Delivery, Pending, Said, Step } from './delivery.ts';

/** What operators of the platform have done once more. Pure, as all of the domain. */

/** Why it happens: a name for what is caused by it. */
export interface Order {
  eventId: string;
  now: Date;
}

const pendingOf = (submission: number, { eventId }: Order): Pending => ({
  submission,
  eventId,
  correlationId: '',
  attempts: 0,
});

/**
 * A failed delivery is tried again: all of its submissions that the agency does not have, in order.
 * @returns undefined where nothing of it has failed
 */
export function redrive<D extends Delivery>(
  delivery: D,
  order: Order,
): { delivery: D; submissions: number[] } | undefined {
  const { failCause, requested, submission, pending, state } = delivery;
  if (failCause === undefined || state === 'cancelled') return undefined;
  const waits = new Set(pending.filter(({ again }) => !again).map((one) => one.submission));
  const submissions = numbers(requested + 1, submission).filter((number) => !waits.has(number));
  if (submissions.length === 0) return undefined;
  const { failCause: _cause, failFields: _fields, failTime: _time, ...free } = delivery;
  const next = {
    ...free,
    state: state === 'failed' ? 'queued' : state,
    sent: false,
    pending: [...submissions.map((number) => pendingOf(number, order)), ...pending],
    timer: { kind: 'fetch', due: order.now },
  };
  return { delivery: next as unknown as D, submissions };
}

/**
 * What the agency was sent is sent again, in order and under the same ids: the submissions, which are fetched for it, or only their end
 * where the application has ended, for nobody is shown then what was filed. The state stays.
 * @returns undefined where nothing was sent, or it is under way already
 */
export function replay<D extends Delivery>(delivery: D, order: Order): Step<D> | undefined {
  const { requested, pending, state, end } = delivery;
  if (requested === 0 || pending.some(({ again }) => again)) return undefined;
  const ends: Said[] = end ? [{ to: 'agency', type: end.kind, data: end.data, again: { time: end.time } }] : [];
  if (state === 'cancelled') return ends.length > 0 ? { delivery, says: ends } : undefined;
  const sent = numbers(1, requested).map((number): Pending => ({ ...pendingOf(number, order), again: true }));
  const timer = { kind: 'fetch', due: order.now };
  return { delivery: { ...delivery, pending: [...sent, ...pending], timer }, says: [] };
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
