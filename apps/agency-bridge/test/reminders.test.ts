import { describe, expect, test } from '@jest/globals';
import type { Delivery } from '../src/domain/delivery.ts';
import { newDelivery } from '../src/domain/delivery.ts';
import { remind } from '../src/domain/reminders.ts';

const NOW = new Date('2026-03-09T10:00:00Z');
const NAMES = { application: 'applications/01J0000000000000000000000A', agency: 'asp', centre: 'centres/CU-001' };
const SENT: Delivery = { ...newDelivery({ ...NAMES, training: false }, NOW), requested: 1, sent: true };
const REMINDER = { step: 'term-75', time: NOW };
const stepsOf = ({ reminders = [] }: Delivery) => reminders.map(({ step }) => step);

describe('remind', () => {
  test('keeps the reminder, and sends it to a system that accepts it', () => {
    const { delivery, outbound } = remind(SENT, REMINDER, { isAccepted: true });
    expect(stepsOf(delivery)).toEqual(['term-75']);
    const data = { application: NAMES.application, step: 'term-75', remindTime: NOW.toISOString() };
    expect(outbound).toEqual([{ to: 'agency', type: 'reminded', data }]);
    expect(remind(delivery, REMINDER, { isAccepted: true })).toEqual({ delivery, outbound: [] });
  });

  test.each<[string, Partial<Delivery>, boolean]>([
    ['a system of an earlier contract', {}, false],
    ['an agency without a system', { channel: 'page' }, true],
  ])('sends nothing to %s', (_name, more, isAccepted) => {
    const { delivery, outbound } = remind({ ...SENT, ...more }, REMINDER, { isAccepted });
    expect([stepsOf(delivery), outbound]).toEqual([['term-75'], []]);
  });

  test.each<[string, Partial<Delivery>]>([
    ['has nothing', { requested: 0 }],
    ['has decided', { state: 'answered' }],
    ['was told of the end', { state: 'cancelled' }],
    ['had an erased application', { eraseTime: NOW }],
  ])('leaves out an agency that %s', (_name, more) => {
    const before = { ...SENT, ...more };
    expect(remind(before, REMINDER, { isAccepted: true })).toEqual({ delivery: before, outbound: [] });
  });

  test('keeps a bounded number', () => {
    const steps = Array.from({ length: 50 }, (_, n) => ({ step: `step-${n}`, time: NOW }));
    const full = steps.reduce((delivery, one) => remind(delivery, one, { isAccepted: false }).delivery, SENT);
    expect(full.reminders).toHaveLength(20);
  });
});
