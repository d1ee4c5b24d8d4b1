import { readJournal } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { acknowledged, decided, shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication } from './world.ts';

let bridge: Bridge;
let journal: Awaited<ReturnType<typeof readJournal>>;
beforeAll(async () => {
  bridge = await shareBridge();
  journal = await readJournal(bridge.world.infrastructure, 'agency-bridge');
});
afterAll(async () => {
  await journal.stop();
  await bridge.stop();
});

test('ApplicationErased removes what the agency wrote, and later replies are refused', async () => {
  const application = await bridge.sent();
  const { name, delivery } = application;
  await bridge.world.reply('asp', acknowledged(name));
  await bridge.deliveryEventTypes(delivery, 1);
  expect((await bridge.delivery(delivery))?.agencyReference).not.toBe('');
  const erased = application.erased();
  await bridge.produceEvents(erased, erased);
  const entries = await journal.until(({ subject }) => subject === delivery, 3);
  expect(entries[2]).toMatchObject({ action: 'erase-delivery', resource: name, ground: 'person-request' });
  expect(await bridge.delivery(delivery)).toMatchObject({ agencyReference: '' });

  await bridge.world.reply('asp', decided(name));
  const other = await bridge.sent();
  await bridge.world.reply('asp', acknowledged(other.name));
  await bridge.deliveryEventTypes(other.delivery, 1);
  expect(await bridge.deliveryEventTypes(delivery, 1)).toEqual(['DeliveryAcknowledged']);
  expect(await journal.until(({ subject }) => subject === delivery, 3)).toHaveLength(3);
  // An administrator can neither repeat nor resume it.
  const who = { actor: 'Ion Rusu', reason: 'lost' };
  const operator = bridge.world.operator(bridge.service);
  expect((await operator.replayDeliveries({ application: name, ...who })).deliveries).toEqual([]);
});

test('ApplicationErased of a draft creates no delivery', async () => {
  const draft = newApplication();
  await bridge.produceEvents(draft.withdrawn('STATE_DRAFT'), draft.erased());
  const later = await bridge.sent();
  await bridge.untilSent(later.delivery);
  await expect(bridge.delivery(draft.delivery)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
});
