import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REPLY_TYPES } from '@cups/agency-contract';
import { toTimestamp } from '@cups/contracts/proto';
import { eventually } from '@cups/testing';
import { decodeEvent, shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication, replyOf, submissionOf } from './world.ts';

/** Messages of desks to an agency with a system, and of the agency to the desk. */

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

const SEND_TIME = '2026-03-02T09:00:00.000Z';
function prepare(name: string, number: number, more: object = {}): void {
  const message = { agency: 'agencies/asp', text: `Mesajul ${number}`, language: 'ro' as const };
  const sendTime = toTimestamp(new Date(SEND_TIME));
  bridge.world.messages.set(`${name}/messages/${number}`, { ...message, sendTime, ...more });
}
const contentsOf = (delivery: string) =>
  bridge.requestsOf(delivery).map(({ type, id, data }) => ({ type, id, ...(JSON.parse(data.toString()) as object) }));

test('sends each message of the desk once, under an ID of its own, and never stores its text', async () => {
  const application = await bridge.sent();
  for (const number of [1, 2]) prepare(application.name, number);
  const first = application.messageSent(1);
  await bridge.produceEvents(first, first, application.messageSent(2));
  await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === 3);
  const [, one, two] = contentsOf(application.delivery);
  const type = 'md.cups.application.message-sent.v1';
  const id = application.delivery.slice('deliveries/'.length);
  expect(one).toEqual({
    type,
    id: `${id}-message-1`,
    application: application.name,
    number: 1,
    text: 'Mesajul 1',
    language: 'ro',
    sendTime: SEND_TIME,
  });
  expect(two).toMatchObject({ type, id: `${id}-message-2`, number: 2 });
  const delivery = await bridge.delivery(application.delivery);
  expect(delivery.deskMessageTime).not.toBeNull();
  expect(JSON.stringify(delivery)).not.toContain('Mesajul');

  const answer = { text: 'Da, este destulă.', language: 'ro', answersNumber: 1 } as const;
  await bridge.world.reply('asp', replyOf(REPLY_TYPES.messageSent, application.name, answer));
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryMessageReceived']);
  const [event] = bridge.eventsOf(application.delivery).map(decodeEvent);
  expect(event!.data).toMatchObject({ text: 'Da, este destulă.', language: 'ro', answers: 1 });
  expect((await bridge.delivery(application.delivery)).deskMessageTime).toBeNull();
  expect(await bridge.stateOf(application.delivery)).toBe('DELIVERY_STATE_SENT');
});

test('waits for an unavailable intake, and for the submission', async () => {
  const application = bridge.fileable();
  prepare(application.name, 1);
  bridge.world.setUnavailable(true);
  await bridge.produceEvents(application.submitted(), application.messageSent(1));
  await eventually(async () => (await bridge.delivery(application.delivery).catch(() => undefined)) !== undefined);
  bridge.world.setUnavailable(false);
  await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === 2);
  expect(bridge.requestsOf(application.delivery).map(({ type }) => type)).toEqual([
    'md.cups.application.submitted.v1',
    'md.cups.application.message-sent.v1',
  ]);
});

test('reports to the desk a message that an agency does not accept, and sends it nothing unknown', async () => {
  const application = newApplication('cnas');
  const submission = submissionOf(application.name, 1, { agency: 'agencies/cnas' });
  bridge.world.submissions.set(`${application.name}/submissions/1`, submission);
  prepare(application.name, 1, { agency: 'agencies/cnas' });
  await bridge.produceEvents(application.submitted(), application.messageSent(1));
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryMessageFailed']);
  expect(decodeEvent(bridge.eventsOf(application.delivery)[0]!).data).toMatchObject({
    number: 1,
    cause: 'MESSAGES_NOT_ACCEPTED',
  });
  expect(bridge.requestsOf(application.delivery).map(({ type }) => type)).toEqual(['md.cups.application.submitted.v1']);
});

test('sends nothing to an agency that no longer has the application, or after its end', async () => {
  const application = await bridge.sent();
  prepare(application.name, 1, { agency: 'agencies/cnas' });
  prepare(application.name, 2, { ended: true });
  prepare(application.name, 3);
  await bridge.produceEvents(...[1, 2, 3].map((number) => application.messageSent(number)));
  await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === 2);
  expect(contentsOf(application.delivery)[1]).toMatchObject({ number: 3 });
});

test('refuses a blank message, and the eleventh of a day', async () => {
  const application = await bridge.sent();
  const write = (text: string) =>
    bridge.world.reply('asp', replyOf(REPLY_TYPES.messageSent, application.name, { text }));
  await write(' \u200b ');
  for (let n = 1; n <= 11; n += 1) await write(`Mesajul ${n}`);
  const types = await bridge.deliveryEventTypes(application.delivery, 12);
  expect(types.filter((type) => type === 'DeliveryMessageReceived')).toHaveLength(10);
  expect(bridge.refusalsOf(application.delivery).map(({ cause }) => cause)).toEqual([
    'CONTENT_INVALID',
    'TOO_MANY_MESSAGES',
  ]);
});
