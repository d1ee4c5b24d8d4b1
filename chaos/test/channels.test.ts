import { describe, expect, test } from '@jest/globals';
import { toObservedReplies } from '../clerks.ts';
import type { ObservedEvent } from '../chaos-record.ts';
import { findPulledReplies } from '../observe-feeds.ts';

/** What counts as a reply of an agency without topics. */

const DELIVERY = '01KAVX3Z5T8W9Q2M4N6P7R8S9T-arhiva-orhei';
const CHANNELS = { 'arhiva-orhei': 'pull', social: 'page' };

const eventOf = (changes: Partial<ObservedEvent>): ObservedEvent => ({
  topic: 'cups.deliveries',
  partition: 0,
  subject: `deliveries/${DELIVERY}`,
  sequence: 1,
  id: 'event-1',
  type: 'DeliveryDecided',
  messageId: 'reply-1',
  ...changes,
});

describe('replies over HTTP', () => {
  test('count once, however often they were published', () => {
    const events = [eventOf({}), eventOf({ sequence: 2, id: 'event-2' })];
    expect(findPulledReplies(events, CHANNELS)).toEqual([{ id: 'reply-1', delivery: DELIVERY, isDecision: true }]);
  });

  test.each([
    ['of an agency with a page', { subject: 'deliveries/01KAVX3Z5T8W9Q2M4N6P7R8S9T-social' }],
    ['of an unknown agency', { subject: 'deliveries/01KAVX3Z5T8W9Q2M4N6P7R8S9T-mai' }],
    ['without a decision', { type: 'DeliveryAcknowledged' }],
    ['on another topic', { topic: 'cups.applications' }],
  ])('exclude an event %s', (_, changes) => {
    expect(findPulledReplies([eventOf(changes)], CHANNELS)).toEqual([]);
  });
});

describe('replies of clerks', () => {
  const delivery = 'deliveries/01KAVX3Z5T8W9Q2M4N6P7R8S9T-social';
  const body = { type: 'md.cups.reply.decided.v1', content: { outcome: 'approved' } };
  const reply = (key: string, isAcknowledged: boolean) => ({ key, delivery, body, isAcknowledged });

  test('include those whose response was lost, if they were published', () => {
    const sent = [reply('acknowledged', true), reply('published', false), reply('lost', false)];
    const replies = toObservedReplies(sent, [eventOf({ messageId: 'published' })]);
    expect(replies.map(({ id }) => id)).toEqual(['acknowledged', 'published']);
    expect(replies[0]).toEqual({
      id: 'acknowledged',
      delivery: delivery.slice('deliveries/'.length),
      isDecision: true,
    });
  });
});
