import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await startBridge()));
afterAll(() => bridge.stop());

test.each([
  'inProgress',
  'documentsRequested',
  'decided',
  'resultChanged',
  'handedOver',
  'closed',
  'noted',
  'contactChanged',
] as const)('counts %s without effect', async (event) => {
  const application = await bridge.sent();
  await bridge.produceEvents(application[event](), application.withdrawn());
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryCancelled']);
});

test('counts an unknown event and handles the next one', async () => {
  const application = await bridge.sent();
  const newer = application.praised();
  const withdrawn = application.withdrawn();
  await bridge.produceEvents(newer, newer, withdrawn);
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryCancelled']);
  expect(await bridge.stateOf(application.delivery)).toBe('DELIVERY_STATE_CANCELLED');
  const { messages } = await bridge.support().listRefusedMessages({ pageSize: 200 });
  expect(messages.map(({ cause }) => cause)).not.toContain('TYPE_UNEXPECTED');
});

test('counts an unknown event as the first of its application', async () => {
  const application = bridge.fileable();
  await bridge.produceEvents(application.praised(), application.submitted());
  await bridge.untilSent(application.delivery);
  expect(bridge.requestsOf(application.delivery)).toHaveLength(1);
});
