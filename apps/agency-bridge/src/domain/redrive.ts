import type { Delivery, PendingSubmission, Outbound, CommandResult } from './delivery.ts';

/** What operators of the platform have done once more. Pure, as all of the domain. */

/** Why it happens: a name for what is caused by it. */
export interface RedriveRequest {
  eventId: string;
  now: Date;
}

const toPendingSubmission = (submission: number, { eventId }: RedriveRequest): PendingSubmission => ({
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
  request: RedriveRequest,
): { delivery: D; submissions: number[] } | undefined {
  const { failCause, requested, submission, pending, state } = delivery;
  if (failCause === undefined || state === 'cancelled') return undefined;
  const waiting = new Set(pending.filter(({ again }) => !again).map((one) => one.submission));
  const submissions = sequenceNumbers(requested + 1, submission).filter((number) => !waiting.has(number));
  if (submissions.length === 0) return undefined;
  const { failCause: _cause, failFields: _fields, failTime: _time, ...free } = delivery;
  const next = {
    ...free,
    state: state === 'failed' ? 'queued' : state,
    sent: false,
    pending: [...submissions.map((number) => toPendingSubmission(number, request)), ...pending],
    timer: { kind: 'fetch', due: request.now },
  };
  return { delivery: next as unknown as D, submissions };
}

/**
 * What the agency was sent is sent again, in order and under the same ids: the submissions, which are fetched for it, or only their end
 * where the application has ended, for nobody is shown then what was filed. The state stays.
 * @returns undefined where nothing was sent, or it is under way already
 */
export function replay<D extends Delivery>(delivery: D, request: RedriveRequest): CommandResult<D> | undefined {
  const { requested, pending, state, end } = delivery;
  if (requested === 0 || pending.some(({ again }) => again)) return undefined;
  const ends: Outbound[] = end ? [{ to: 'agency', type: end.kind, data: end.data, again: { time: end.time } }] : [];
  if (state === 'cancelled') return ends.length > 0 ? { delivery, outbound: ends } : undefined;
  const sent = sequenceNumbers(1, requested).map((number): PendingSubmission => ({
    ...toPendingSubmission(number, request),
    again: true,
  }));
  const timer = { kind: 'fetch', due: request.now };
  return { delivery: { ...delivery, pending: [...sent, ...pending], timer }, outbound: [] };
}

const sequenceNumbers = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
