import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { toTimestamp } from '@cups/contracts/proto';
import { acknowledged, startBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await startBridge()));
afterAll(() => bridge.stop());

/** A figure of a histogram for the agency asp; 0 before there is one. */
async function readMetric(name: string): Promise<number> {
  const line = (await bridge.scrape()).split('\n').find((one) => one.startsWith(`${name}{`) && one.includes('asp'));
  return Number(line?.split(' ').at(-1) ?? 0);
}

test('The time until an agency has a submission counts from its acceptance, once for each request', async () => {
  const HOUR = 3_600_000;
  const submitTime = toTimestamp(new Date(Date.now() - HOUR));
  const application = bridge.fileable({ submitTime });
  await bridge.produceEvents(application.submitted());
  await bridge.untilSent(application.delivery);
  expect(await readMetric('agency_request_seconds_count')).toBe(1);
  const seconds = await readMetric('agency_request_seconds_sum');
  expect(seconds).toBeGreaterThan(3_600);
  expect(seconds).toBeLessThan(3_660);
  // A withdrawal is no submission that waits for its agency.
  await bridge.produceEvents(application.withdrawn());
  await bridge.deliveryEventTypes(application.delivery, 1);
  await eventually(() => bridge.requestsOf(application.delivery).length === 2);
  expect(await readMetric('agency_request_seconds_count')).toBe(1);
});

test('The time until an agency confirms receipt is counted once, however often it says so', async () => {
  const application = await bridge.sent();
  await bridge.untilSent(application.delivery);
  const first = acknowledged(application.name);
  await bridge.world.reply('asp', first, acknowledged(application.name), first);
  await bridge.deliveryEventTypes(application.delivery, 2);
  await eventually(async () => (await readMetric('agency_receipt_seconds_count')) === 1);
  expect(await readMetric('agency_receipt_seconds_sum')).toBeLessThan(60);
});

test('The times of deliveries bear no more than the agency, or its topic', async () => {
  const lines = (await bridge.scrape()).split('\n').filter((line) => /^agency_(request|receipt)_seconds/.test(line));
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) {
    const labels = [...line.matchAll(/(\w+)="/g)].map(([, label]) => label);
    expect(labels.filter((label) => !['agency', 'topic', 'service', 'le'].includes(label!))).toEqual([]);
  }
});
