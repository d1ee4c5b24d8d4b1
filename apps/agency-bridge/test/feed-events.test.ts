import { expect, test } from '@jest/globals';
import { newDelivery } from '../src/domain/delivery.ts';
import type { OutboundRequest } from '../src/domain/delivery.ts';
import { toFeedEvent } from '../src/pull/feed-events.ts';

/** What the feed of an agency stores about each message: never personal data. */

const APPLICATION = 'applications/01JAPP00000000000000000001';
const delivery = newDelivery(
  { application: APPLICATION, agency: 'arhiva', centre: 'centres/CU-001', training: false },
  new Date('2026-03-10T09:00:00Z'),
);
const storedOf = (request: OutboundRequest): unknown => {
  const { topic, data } = toFeedEvent(delivery, request);
  expect(topic).toBe('agency.arhiva.feed');
  return JSON.parse(Buffer.from(data).toString());
};

test('names a message of the desk by its number, without the text', () => {
  const data = { application: APPLICATION, number: 2, text: 'Este destulă o copie?', sendTime: '2026-03-02T09:00:00Z' };
  expect(storedOf({ to: 'agency', type: 'messageSent', number: 2, data })).toEqual({ message: 2 });
});

test('names a submission by its number, without the content', () => {
  const data = { application: APPLICATION, submission: 1, applicant: { givenName: 'Ion' } };
  expect(storedOf({ to: 'agency', type: 'submitted', data })).toEqual({ submission: 1 });
});

test('contains a reminder, which has a step and dates only', () => {
  const data = { application: APPLICATION, step: 'term-75', dueDate: '2026-12-20', remindTime: '2026-12-10T09:00:00Z' };
  expect(storedOf({ to: 'agency', type: 'reminded', data })).toEqual({ data });
});
