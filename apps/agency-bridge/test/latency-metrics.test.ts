import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { toTimestamp } from '@cups/contracts/proto';
import { acknowledged, startBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await startBridge()));
afterAll(() => bridge.stop());

/** Returns a value of a histogram for asp, or 0. */
async function readMetric(name: string): Promise<number> {
  const line = (await bridge.scrape()).split('\n').find((text) => text.startsWith(`${name}{`) && text.includes('asp'));
  return Number(line?.split(' ').at(-1) ?? 0);
}

test('measures delivery latency from acceptance, once per request', async () => {
  const HOUR = 3_600_000;
  const submitTime = toTimestamp(new Date(Date.now() - HOUR));
  const application = bridge.fileable({ submitTime });
  await bridge.produceEvents(application.submitted());
  await bridge.untilSent(application.delivery);
  expect(await readMetric('agency_delivery_latency_seconds_count')).toBe(1);
  const seconds = await readMetric('agency_delivery_latency_seconds_sum');
  expect(seconds).toBeGreaterThan(3_600);
  expect(seconds).toBeLessThan(3_660);
  // A withdrawal is not a submission and is not measured.
  await bridge.produceEvents(application.withdrawn());
  await bridge.deliveryEventTypes(application.delivery, 1);
  await eventually(() => bridge.requestsOf(application.delivery).length === 2);
  expect(await readMetric('agency_delivery_latency_seconds_count')).toBe(1);
});

test('measures acknowledgement latency once', async () => {
  const application = await bridge.sent();
  await bridge.untilSent(application.delivery);
  const first = acknowledged(application.name);
  await bridge.world.reply('asp', first, acknowledged(application.name), first);
  await bridge.deliveryEventTypes(application.delivery, 2);
  await eventually(async () => (await readMetric('agency_acknowledgement_latency_seconds_count')) === 1);
  expect(await readMetric('agency_acknowledgement_latency_seconds_sum')).toBeLessThan(60);
});

test('labels latencies with the agency or its topic only', async () => {
  const lines = (await bridge.scrape())
    .split('\n')
    .filter((line) => /^agency_(delivery|acknowledgement)_latency_seconds/.test(line));
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) {
    const labels = [...line.matchAll(/(\w+)="/g)].map(([, label]) => label);
    expect(labels.filter((label) => !['agency', 'topic', 'service', 'le'].includes(label!))).toEqual([]);
  }
});
