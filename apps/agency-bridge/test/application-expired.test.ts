import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication } from './world.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

test('ApplicationExpired after sending informs the agency, then intake', async () => {
  const application = await bridge.sent();
  await bridge.produceEvents(application.expired());
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryCancelled']);
  await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === 2);
  expect(bridge.requestsOf(application.delivery).map(({ type }) => type)).toEqual([
    'md.cups.application.submitted.v1',
    'md.cups.application.expired.v1',
  ]);
  expect(await bridge.stateOf(application.delivery)).toBe('DELIVERY_STATE_CANCELLED');
});

test('ApplicationExpired of a draft creates no delivery', async () => {
  const draft = newApplication();
  await bridge.produceEvents(draft.expired('STATE_DRAFT'));
  const later = await bridge.sent();
  await bridge.untilSent(later.delivery);
  await expect(bridge.delivery(draft.delivery)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
});
