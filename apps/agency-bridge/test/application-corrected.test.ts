import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { replyOf, submissionOf } from './world.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

/** Corrects the delivery of an application that was sent: submission 2. */
function prepareCorrection(name: string) {
  const submission = submissionOf(name, 2, { correctedFields: ['delivery'] });
  bridge.world.submissions.set(`${name}/submissions/2`, submission);
}
const decision = { outcome: 'approved', decideTime: new Date().toISOString(), result: { kind: 'paper' } } as const;

test('sends a correction once, complete and with the fields that differ, and never the contact', async () => {
  const application = await bridge.sent();
  prepareCorrection(application.name);
  const corrected = application.corrected(2);
  await bridge.produceEvents(corrected, corrected, application.withdrawn());
  await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === 3);
  const [first, second, third] = bridge.requestsOf(application.delivery);
  expect(second!.type).toBe('md.cups.application.corrected.v1');
  expect(third!.type).toBe('md.cups.application.withdrawn.v1');
  const read = (message: typeof first) => JSON.parse(message!.data.toString()) as Record<string, unknown>;
  const { correctedFields, submission, ...content } = read(second);
  expect({ correctedFields, submission }).toEqual({ correctedFields: ['delivery'], submission: 2 });
  const { submission: _first, ...former } = read(first);
  expect(Object.keys(content)).toEqual(Object.keys(former));
  expect(content).not.toHaveProperty('contact');
  expect(content).not.toHaveProperty('answersRequest');
});

test('takes the acknowledgement of a correction', async () => {
  const application = await bridge.sent();
  prepareCorrection(application.name);
  await bridge.produceEvents(application.corrected(2));
  await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === 2);
  const acknowledged = { submission: 2, agencyReference: 'ASP-1' };
  await bridge.world.reply('asp', replyOf('md.cups.reply.acknowledged.v1', application.name, acknowledged));
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryAcknowledged']);
  expect(await bridge.stateOf(application.delivery)).toBe('DELIVERY_STATE_ACKNOWLEDGED');
});

test('sends a correction after a decision that crossed it, and keeps the decision', async () => {
  const application = await bridge.sent();
  await bridge.world.reply('asp', replyOf('md.cups.reply.decided.v1', application.name, decision));
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryDecided']);
  prepareCorrection(application.name);
  await bridge.produceEvents(application.corrected(2));
  await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === 2);
  expect(await bridge.stateOf(application.delivery)).toBe('DELIVERY_STATE_ANSWERED');
});
