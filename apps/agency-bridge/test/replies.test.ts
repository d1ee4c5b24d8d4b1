import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REPLY_TYPES } from '@cups/agency-contract';
import { addCivilDays, toCivilDate } from '@cups/application';
import { eventually, produceRaw } from '@cups/testing';
import { acknowledged, decided, decodeEvent, shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { replyOf } from './world.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

test('passes replies to intake in order, sequenced without gaps', async () => {
  const { name, delivery } = await bridge.sent();
  await bridge.world.reply(
    'asp',
    acknowledged(name),
    replyOf('md.cups.reply.progressed.v1', name, { note: 'La arhivă.' }),
    decided(name),
    replyOf('md.cups.reply.result-corrected.v1', name, { result: { kind: 'paper' }, reason: { ro: 'Greșeală.' } }),
    replyOf('md.cups.reply.result-revoked.v1', name, { reason: { ro: 'Anulat.' } }),
  );
  expect(await bridge.deliveryEventTypes(delivery, 5)).toEqual([
    'DeliveryAcknowledged',
    'DeliveryProgressed',
    'DeliveryDecided',
    'DeliveryResultCorrected',
    'DeliveryResultRevoked',
  ]);
  const deliveryEvents = bridge.eventsOf(delivery);
  expect(deliveryEvents.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  // The send time is written when the outbox is cleaned, which quick replies may precede.
  const stored = await eventually(async () => {
    const now = await bridge.delivery(delivery);
    return now?.sendTime ? now : undefined;
  });
  expect(stored).toMatchObject({
    state: 'DELIVERY_STATE_ANSWERED',
    agencyReference: 'ASP-1',
    acknowledgeTime: expect.anything(),
    answerTime: expect.anything(),
    sendTime: expect.anything(),
  });
});

test('passes on each reply once, including early and repeated ones and a second decision', async () => {
  const { name, delivery } = await bridge.sent();
  const [first, second, late] = [decided(name), decided(name), acknowledged(name)];
  await bridge.world.reply('asp', first, first, second, first, late, second, late);
  expect(await bridge.deliveryEventTypes(delivery, 3)).toEqual([
    'DeliveryDecided',
    'DeliveryDecided',
    'DeliveryAcknowledged',
  ]);
  expect(await bridge.stateOf(delivery)).toBe('DELIVERY_STATE_ANSWERED');
});

test('passes on the day of the expected decision, and shows it until the decision', async () => {
  const { name, delivery } = await bridge.sent();
  const expectedDecisionDate = addCivilDays(toCivilDate(new Date()), 20);
  await bridge.world.reply(
    'asp',
    replyOf(REPLY_TYPES.progressed, name, { expectedDecisionDate }),
    replyOf(REPLY_TYPES.progressed, name, { note: 'La arhivă.', expectedDecisionDate: '2020-01-01' }),
  );
  expect(await bridge.deliveryEventTypes(delivery, 2)).toEqual(['DeliveryProgressed', 'DeliveryMessageRefused']);
  const [progressed] = bridge.eventsOf(delivery).map(decodeEvent);
  expect(progressed?.data).toMatchObject({ note: '', expectedDecisionDate });
  expect(bridge.refusalsOf(delivery)).toMatchObject([{ cause: 'CONTENT_INVALID', fields: ['expectedDecisionDate'] }]);
  expect(await bridge.delivery(delivery)).toMatchObject({ expectedDecisionDate });
  await bridge.world.reply('asp', decided(name));
  await bridge.deliveryEventTypes(delivery, 3);
  expect(await bridge.delivery(delivery)).toMatchObject({ expectedDecisionDate: '' });
});

test('passes on a reply after a withdrawal, and stays cancelled', async () => {
  const application = await bridge.sent();
  await bridge.produceEvents(application.withdrawn());
  await bridge.deliveryEventTypes(application.delivery, 1);
  await bridge.world.reply('asp', decided(application.name));
  expect(await bridge.deliveryEventTypes(application.delivery, 2)).toEqual(['DeliveryCancelled', 'DeliveryDecided']);
  expect(await bridge.stateOf(application.delivery)).toBe('DELIVERY_STATE_CANCELLED');
});

test('accepts a reply without a valid time, and reports the change', async () => {
  const { name, delivery } = await bridge.sent();
  const { ce_time: _time, ...timeless } = decided(name).headers;
  const data = { application: name, outcome: 'rejected', reason: { ro: 'Nu.' }, decideTime: '2026-03-01T10:00:00' };
  const zoneless = { ...decided(name), value: Buffer.from(JSON.stringify(data)) };
  zoneless.headers['ce_time'] = '2026-03-02T08:00:00';
  await produceRaw(bridge.world.infrastructure, 'agency.asp.replies', [
    { ...decided(name), headers: timeless },
    zoneless,
  ]);
  expect(await bridge.deliveryEventTypes(delivery, 2)).toEqual(['DeliveryDecided', 'DeliveryDecided']);
  const changes = bridge
    .eventsOf(delivery)
    .map((event) => decodeEvent(event).data.ref)
    .map((ref) => ref?.changes);
  expect(changes).toEqual([['CE_TIME_REPLACED'], ['CE_TIME_REPLACED', 'DECIDE_TIME_REPLACED']]);
});
