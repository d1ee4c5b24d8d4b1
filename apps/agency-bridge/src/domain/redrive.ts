import { replayMessages } from './desk-message.ts';
import type { Delivery, PendingSubmission, Outbound, CommandResult } from './delivery.ts';

/** Redrive and replay of deliveries, requested by platform administrators. Pure functions. */

/** A request to redrive or replay; `eventId` identifies it as a cause. */
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
 * Retries a failed delivery: all submissions that the agency lacks, in order.
 * @returns undefined if no submission failed, or the application was erased
 */
export function redrive<D extends Delivery>(
  delivery: D,
  request: RedriveRequest,
): { delivery: D; submissions: number[] } | undefined {
  const { failCause, requested, submission, pending, state, eraseTime, firstSubmission = 1 } = delivery;
  if (failCause === undefined || state === 'cancelled' || eraseTime) return undefined;
  const waiting = new Set(pending.filter(({ isReplay }) => !isReplay).map(({ submission: number }) => number));
  const submissions = sequenceNumbers(Math.max(requested + 1, firstSubmission), submission).filter(
    (number) => !waiting.has(number),
  );
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
 * Sends everything that the agency received again, in order and under the same IDs. The state stays. Submissions are
 * fetched again. After the application ended, only its end is sent, because its content is no longer available.
 * @returns undefined if nothing was sent, a replay is in progress, or the application was erased
 */
export function replay<D extends Delivery>(delivery: D, request: RedriveRequest): CommandResult<D> | undefined {
  const { requested, pending, state, end, eraseTime, firstSubmission = 1 } = delivery;
  if (requested === 0 || eraseTime || pending.some(({ isReplay }) => isReplay)) return undefined;
  const ends: Outbound[] = end ? [{ to: 'agency', type: end.kind, data: end.data, replay: { time: end.time } }] : [];
  if (state === 'cancelled') return ends.length > 0 ? { delivery, outbound: ends } : undefined;
  const sent = sequenceNumbers(firstSubmission, requested).map((number): PendingSubmission => ({
    ...toPendingSubmission(number, request),
    isReplay: true,
  }));
  const timer = { kind: 'fetch', due: request.now };
  const pendingMessages = replayMessages(delivery, request);
  const messages = pendingMessages.length > 0 ? { pendingMessages } : {};
  return { delivery: { ...delivery, ...messages, pending: [...sent, ...pending], timer }, outbound: [] };
}

const sequenceNumbers = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
