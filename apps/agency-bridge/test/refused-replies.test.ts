import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, produceRaw } from '@cups/testing';
import { acknowledged, decided, shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication, replyOf } from './world.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

test('refuses replies with IDs of 400 KB, and passes on the decision after them', async () => {
  const { name, delivery } = await bridge.sent();
  const long = 'x'.repeat(400_000);
  const { headers, ...message } = acknowledged(name);
  await produceRaw(bridge.world.infrastructure, 'agency.asp.replies', [
    { ...message, headers: { ...headers, ce_id: long } },
    { ...message, headers: { ...headers, ce_correlationid: long } },
  ]);
  await bridge.world.reply('asp', decided(name));
  expect(await bridge.deliveryEventTypes(delivery, 3)).toEqual([
    'DeliveryMessageRefused',
    'DeliveryMessageRefused',
    'DeliveryDecided',
  ]);
  const [byId, byCorrelation] = bridge.refusalsOf(delivery);
  expect(byId).toMatchObject({ cause: 'NOT_CLOUDEVENTS', fields: ['ce_id'], ref: { messageId: '' } });
  expect(byCorrelation).toMatchObject({ cause: 'NOT_CLOUDEVENTS', fields: ['ce_correlationid'] });
});

test('refuses acknowledgements of unknown submissions, and different content under a known ID', async () => {
  const { name, delivery } = await bridge.sent();
  const unknownSubmission = { submission: 999, agencyReference: 'ASP-9' };
  await bridge.world.reply(
    'asp',
    replyOf('md.cups.reply.acknowledged.v1', name, unknownSubmission, { id: 'unknown-submission' }),
  );
  const rejected = { outcome: 'rejected', reason: { ro: 'Nu.' }, decideTime: new Date().toISOString() } as const;
  await bridge.world.reply(
    'asp',
    decided(name, 'known-id'),
    replyOf('md.cups.reply.decided.v1', name, rejected, { id: 'known-id' }),
  );
  expect(await bridge.deliveryEventTypes(delivery, 3)).toEqual([
    'DeliveryMessageRefused',
    'DeliveryDecided',
    'DeliveryMessageRefused',
  ]);
  expect(bridge.refusalsOf(delivery)).toMatchObject([
    { cause: 'UNKNOWN_SUBMISSION', fields: ['submission'], ref: { messageId: 'unknown-submission' } },
    { cause: 'ID_REUSED', fields: ['ce_id'], ref: { messageId: 'known-id' } },
  ]);
  expect(await bridge.delivery(delivery)).toMatchObject({ acknowledgeTime: null, agencyReference: '' });
});

test("creates nothing for replies about unknown or other agencies' deliveries", async () => {
  const own = await bridge.sent();
  const invented = Array.from({ length: 500 }, () => newApplication('asp').name);
  const foreign = { agency: 'asp', source: '/agencies/cnas' };
  const data = { submission: 1, agencyReference: 'X' };
  await bridge.world.reply('asp', ...invented.map((name) => acknowledged(name)));
  await bridge.world.reply(
    'cnas',
    replyOf('md.cups.reply.acknowledged.v1', own.name, data, foreign),
    acknowledged(own.name),
  );
  await bridge.world.reply('asp', decided(own.name));
  expect(await bridge.deliveryEventTypes(own.delivery, 1)).toEqual(['DeliveryDecided']);
  const support = bridge.support();
  const { deliveries } = await support.listDeliveries({ agency: 'agencies/asp', pageSize: 200 });
  const names = new Set(deliveries.map(({ application }) => application));
  expect(invented.filter((name) => names.has(name))).toEqual([]);
});

test('refuses replies before the first request', async () => {
  const application = newApplication();
  await bridge.produceEvents(application.submitted());
  await bridge.deliveryEventTypes(application.delivery, 1);
  await bridge.world.reply('asp', acknowledged(application.name));
  const support = bridge.support();
  await eventually(async () => {
    const { messages } = await support.listRefusedMessages({ topic: 'agency.asp.replies' });
    return messages.some(({ cause }) => cause === 'NOTHING_SENT');
  });
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryFailed']);
});
