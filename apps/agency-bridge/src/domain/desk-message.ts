import { toCivilDate } from '@cups/application';
import type { DeliveryCause } from '@cups/application';
import { fetchDelayMs } from './delivery.ts';
import type { CommandResult, Delivery, Outbound, PendingMessage } from './delivery.ts';

/**
 * Messages between desk and agency about a delivery. Pure functions. The delivery has numbers and times only: the text
 * of the desk is fetched from intake when it is sent.
 */

/** Maximum number of messages of an agency to the desk, for each delivery, and on one day in Chisinau. */
export const MAX_MESSAGES = 50;
export const MAX_MESSAGES_PER_DAY = 10;
/** A message that could not be sent for this time fails, and the desk receives an alert. */
const MAX_WAIT_MS = 7 * 86_400_000;
/** Desks write at most 50 messages; deliveries remember the newest sent ones, for a replay. */
const MAX_REMEMBERED = 50;

/** Result of fetching a message of the desk. */
export type MessageFetchResult =
  | { kind: 'message'; data: object }
  /** The application was withdrawn or has expired, or was erased: nothing more is sent. */
  | { kind: 'ended' }
  | { kind: 'failed'; cause: Extract<DeliveryCause, 'MESSAGES_NOT_ACCEPTED' | 'MESSAGE_NOT_SENT'> }
  /** Intake is unavailable, or the agency has no request about the application yet. */
  | { kind: 'unavailable' };

/** Adds a message of the desk to send after the pending ones. A known number changes nothing. */
export function enqueueMessage<D extends Delivery>(
  delivery: D,
  message: Pick<PendingMessage, 'number' | 'eventId' | 'correlationId'>,
  now: Date,
): D {
  const { state, eraseTime, pendingMessages = [], sentMessages = [] } = delivery;
  const isKnown = [...pendingMessages, ...sentMessages].some(({ number }) => number === message.number);
  if (isKnown || state === 'cancelled' || eraseTime) return delivery;
  const pending: PendingMessage = { ...message, attempts: 0, queueTime: now, due: dueAfter(now, 1) };
  return { ...delivery, pendingMessages: [...pendingMessages, pending] };
}

/** Applies the fetch result of the message `number`. Does nothing unless that message is the next to send. */
export function applyMessageFetch<D extends Delivery>(
  delivery: D,
  number: number,
  fetched: MessageFetchResult,
  now: Date,
): CommandResult<D> {
  const [head, ...rest] = delivery.pendingMessages ?? [];
  if (head?.number !== number) return { delivery, outbound: [] };
  if (fetched.kind === 'unavailable') {
    if (now.getTime() - head.queueTime.getTime() >= MAX_WAIT_MS)
      return applyMessageFetch(delivery, number, { kind: 'failed', cause: 'MESSAGE_NOT_SENT' }, now);
    const attempts = head.attempts + 1;
    const pendingMessages = [{ ...head, attempts, due: dueAfter(now, attempts) }, ...rest];
    return { delivery: { ...delivery, pendingMessages, timer: otherTimer(delivery) }, outbound: [] };
  }
  const next: D = { ...delivery, pendingMessages: rest, timer: otherTimer(delivery) };
  switch (fetched.kind) {
    case 'ended':
      return { delivery: next, outbound: [] };
    case 'failed': {
      const { cause } = fetched;
      const event: Outbound = {
        to: 'intake',
        type: 'DeliveryMessageFailed',
        number,
        cause,
        messageId: head.eventId,
        occurTime: now,
      };
      return { delivery: next, outbound: head.isReplay ? [] : [event] };
    }
    case 'message': {
      const { data } = fetched;
      if (head.isReplay) {
        const time = delivery.sentMessages?.find((sent) => sent.number === number)?.time ?? now;
        return { delivery: next, outbound: [{ to: 'agency', type: 'messageSent', number, data, replay: { time } }] };
      }
      const sentMessages = [...(delivery.sentMessages ?? []), { number, time: now }].slice(-MAX_REMEMBERED);
      return {
        delivery: { ...next, sentMessages, deskMessageTime: now, lastRequestTime: now },
        outbound: [{ to: 'agency', type: 'messageSent', number, data }],
      };
    }
  }
}

/** Returns the sent messages as pending ones, to be sent again under the same IDs, before those that were not sent. */
export function replayMessages(
  { sentMessages = [], pendingMessages = [] }: Delivery,
  { eventId, now }: { eventId: string; now: Date },
): PendingMessage[] {
  const again = sentMessages.map(({ number }): PendingMessage => ({
    number,
    eventId,
    correlationId: '',
    attempts: 0,
    queueTime: now,
    due: now,
    isReplay: true,
  }));
  return [...again, ...pendingMessages.filter(({ isReplay }) => !isReplay)];
}

/**
 * Returns the delivery with a timer for its first pending message, unless an earlier one is set. Submissions go first, and
 * have a timer of their own.
 */
export function withMessageTimer<D extends Delivery>(delivery: D): D {
  const [first] = delivery.pendingMessages ?? [];
  if (!first || delivery.pending.length > 0 || (delivery.timer && delivery.timer.due <= first.due)) return delivery;
  return { ...delivery, timer: { kind: 'fetch', due: first.due } };
}

/** Whether the agency may write no more about a delivery now. */
export const isMessageLimitReached = ({ messageTimes = [] }: Pick<Delivery, 'messageTimes'>, now: Date): boolean =>
  messageTimes.length >= MAX_MESSAGES ||
  messageTimes.filter((time) => toCivilDate(time) === toCivilDate(now)).length >= MAX_MESSAGES_PER_DAY;

const dueAfter = (now: Date, attempts: number): Date => new Date(now.getTime() + fetchDelayMs(attempts));

/** The timer of submissions and copies, which a delivery has only while some are pending. */
const otherTimer = ({ pending, unreleased, timer = null }: Delivery): (Delivery['timer'] & object) | null =>
  pending.length > 0 || (unreleased ?? []).length > 0 ? timer : null;
