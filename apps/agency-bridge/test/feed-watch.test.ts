import { afterEach, expect, test } from '@jest/globals';
import { createLog, createMetrics } from '@cups/process';
import { eventually } from '@cups/testing';
import { startFeedWatch } from '../src/pull/feed-watch.ts';

/** What waits in the feeds of agencies that pull, as metrics. */

const NOW = new Date('2026-03-10T09:00:00Z');
let stop: () => unknown = () => {};
afterEach(() => void stop());

test('measures what waits and since when, and nothing once the agency no longer pulls', async () => {
  const metrics = createMetrics('agency-bridge');
  let pulling = ['arhiva', 'agentia'];
  const observed: string[] = [];
  const waiting = { count: 3, oldestTime: new Date(NOW.getTime() - 7_200_000) };
  stop = startFeedWatch({
    feeds: { unread: (agency) => Promise.resolve(agency === 'arhiva' ? waiting : { count: 0 }) },
    observeWebhook(agency) {
      observed.push(agency);
      return Promise.resolve();
    },
    pulling: () => pulling,
    log: createLog({ service: 'agency-bridge', level: 'silent' }),
    metrics,
    now: () => NOW,
    everyMs: 20,
    firstMs: 0,
  });
  const valueOf = async (name: string, agency: string) => {
    const line = (await metrics.registry.metrics())
      .split('\n')
      .find((one) => one.startsWith(name) && one.includes(`"${agency}"`));
    return Number(line?.split(' ').at(-1));
  };
  await eventually(async () => (await valueOf('agency_feed_unread', 'arhiva')) === 3);
  expect(await valueOf('agency_feed_oldest_unread_seconds', 'arhiva')).toBe(7_200);
  expect(await valueOf('agency_feed_oldest_unread_seconds', 'agentia')).toBe(0);
  await eventually(() => observed.length >= 2);
  expect(observed.slice(0, 2)).toEqual(['arhiva', 'agentia']);
  observed.splice(0);
  pulling = ['agentia'];
  await eventually(async () => (await valueOf('agency_feed_unread', 'arhiva')) === 0);
  expect(await valueOf('agency_feed_oldest_unread_seconds', 'arhiva')).toBe(0);
  await eventually(() => observed.includes('arhiva'));
});
