import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  applyMessageFetch,
  enqueueMessage,
  isMessageLimitReached,
  withMessageTimer,
} from '../src/domain/desk-message.ts';
import type { MessageFetchResult } from '../src/domain/desk-message.ts';
import { cancel, newDelivery } from '../src/domain/delivery.ts';
import type { Delivery } from '../src/domain/delivery.ts';
import { replay } from '../src/domain/redrive.ts';

/** Messages of the desk on their way to the agency. */

const T0 = new Date('2026-03-02T08:00:00Z');
const at = (seconds: number) => new Date(T0.getTime() + seconds * 1_000);
const DAY = 86_400;
const APPLICATION = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8S9T';
const sent = (): Delivery => ({
  ...newDelivery({ application: APPLICATION, agency: 'asp', centre: 'centres/CU-001', training: false }, T0),
  submission: 1,
  requested: 1,
  sent: true,
  timer: null,
});
const queued = (delivery: Delivery, number: number, now = T0): Delivery =>
  withMessageTimer(enqueueMessage(delivery, { number, eventId: `event-${number}`, correlationId: '' }, now));
const fetched = (delivery: Delivery, number: number, result: MessageFetchResult, now = T0) => {
  const { delivery: next, outbound } = applyMessageFetch(delivery, number, result, now);
  return { delivery: withMessageTimer(next), outbound };
};
const message: MessageFetchResult = { kind: 'message', data: { text: 'x' } };

describe('messages of the desk', () => {
  test('are sent once, in their order, and mark the delivery until the agency replies', () => {
    const two = queued(queued(queued(sent(), 1), 2), 1);
    expect(two.pendingMessages).toMatchObject([{ number: 1 }, { number: 2 }]);
    expect(two.timer).toMatchObject({ kind: 'fetch', due: at(0.5) });
    expect(fetched(two, 2, message)).toMatchObject({ delivery: two, outbound: [] });
    const first = fetched(two, 1, message, at(1));
    expect(first.outbound).toEqual([{ to: 'agency', type: 'messageSent', number: 1, data: { text: 'x' } }]);
    expect(first.delivery).toMatchObject({ deskMessageTime: at(1), sentMessages: [{ number: 1, time: at(1) }] });
    const second = fetched(first.delivery, 2, message, at(2));
    expect(second.delivery).toMatchObject({ pendingMessages: [], timer: null });
    // The event of a known message changes nothing.
    expect(queued(second.delivery, 1)).toBe(second.delivery);
  });

  test('wait for an unavailable intake with growing delays, and fail after seven days', () => {
    let delivery = queued(sent(), 1);
    for (let n = 0; n < 20; n += 1) ({ delivery } = fetched(delivery, 1, { kind: 'unavailable' }, at(n)));
    expect(delivery.timer!.due).toEqual(at(19 + 60));
    const last = fetched(delivery, 1, { kind: 'unavailable' }, at(7 * DAY));
    expect(last.outbound).toMatchObject([
      { type: 'DeliveryMessageFailed', number: 1, cause: 'MESSAGE_NOT_SENT', messageId: 'event-1' },
    ]);
    expect(last.delivery).toMatchObject({ pendingMessages: [], timer: null });
  });

  test('are dropped with the end of the application, without an alert', () => {
    const delivery = queued(sent(), 1);
    expect(fetched(delivery, 1, { kind: 'ended' })).toMatchObject({
      delivery: { pendingMessages: [], timer: null },
      outbound: [],
    });
    const ended = cancel(delivery, { kind: 'withdrawn', time: T0, eventId: 'e' }, T0).delivery;
    expect(withMessageTimer(ended)).toMatchObject({ timer: null });
    expect(ended).not.toHaveProperty('pendingMessages');
    expect(queued(ended, 2)).toBe(ended);
  });

  test('wait for pending submissions, which keep their timer', () => {
    const pending = [{ submission: 2, eventId: 'e', correlationId: '', attempts: 3 }];
    const timer = { kind: 'fetch', due: at(60) };
    expect(queued({ ...sent(), pending, timer }, 1).timer).toEqual(timer);
  });

  test('are repeated by a replay under their numbers and times, before new ones', () => {
    const { delivery } = fetched(queued(sent(), 1), 1, message, at(1));
    const again = replay(queued(delivery, 2), { eventId: 'operator:1', now: at(9) })!.delivery;
    expect(again.pendingMessages).toMatchObject([{ number: 1, isReplay: true }, { number: 2 }]);
    const repeated = fetched({ ...again, pending: [] }, 1, message, at(10));
    expect(repeated.outbound).toMatchObject([{ type: 'messageSent', number: 1, replay: { time: at(1) } }]);
    expect(repeated.delivery.sentMessages).toEqual([{ number: 1, time: at(1) }]);
    const failed = fetched({ ...again, pending: [] }, 1, { kind: 'failed', cause: 'MESSAGES_NOT_ACCEPTED' }, at(10));
    expect(failed.outbound).toEqual([]);
  });

  test('each is sent or reported at most once, whatever happens', () => {
    const kinds = ['message', 'ended', 'failed', 'unavailable', 'queue'] as const;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 4 }))), (steps) => {
        let delivery = sent();
        const counts = new Map<number, number>();
        steps.forEach(([kind, number], n) => {
          const known = delivery.pendingMessages?.some((one) => one.number === number) || counts.has(number);
          if (kind === 'queue') {
            // Intake numbers each message once; a repeat of its event is not handled twice.
            if (!known) delivery = queued(delivery, number, at(n));
            return;
          }
          const result = kind === 'message' ? message : { kind, cause: 'MESSAGE_NOT_SENT' as const };
          const step = fetched(delivery, number, result, at(n));
          delivery = step.delivery;
          for (const _out of step.outbound) counts.set(number, (counts.get(number) ?? 0) + 1);
        });
        expect([...counts.values()].every((count) => count === 1)).toBe(true);
        expect((delivery.pendingMessages ?? []).length === 0 || delivery.timer !== null).toBe(true);
      }),
    );
  });
});

test('an agency writes at most 10 messages a day, and 50 in all', () => {
  const times = (count: number, time: Date) => Array.from({ length: count }, () => time);
  expect(isMessageLimitReached({}, T0)).toBe(false);
  expect(isMessageLimitReached({ messageTimes: times(9, T0) }, T0)).toBe(false);
  expect(isMessageLimitReached({ messageTimes: times(10, T0) }, T0)).toBe(true);
  expect(isMessageLimitReached({ messageTimes: times(10, T0) }, at(DAY))).toBe(false);
  expect(isMessageLimitReached({ messageTimes: times(50, T0) }, at(30 * DAY))).toBe(true);
});
