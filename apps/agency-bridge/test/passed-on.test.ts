import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REPLY_TYPES } from '@cups/agency-contract';
import { acknowledged, decided, decodeEvent, shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication, replyOf, submissionOf } from './world.ts';

/** An agency passes an application on, and it goes to another one. */

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

const passedOn = (application: string) =>
  replyOf(REPLY_TYPES.passedOn, application, { agency: 'cnas', reason: { ro: 'Indemnizația o dă CNAS.' } });
const refusalCauses = (delivery: string) =>
  bridge
    .requestsOf(delivery)
    .filter(({ type }) => type === 'md.cups.reply.refused.v1')
    .map(({ data }) => (JSON.parse(data.toString()) as { cause: string }).cause);
const contentOf = (delivery: string, index: number) =>
  JSON.parse(bridge.requestsOf(delivery)[index]!.data.toString()) as Record<string, unknown>;

/** Returns an application that asp passed on, and its events after intake gave it to an agency. */
async function passOn() {
  const first = await bridge.sent();
  await bridge.world.reply('asp', passedOn(first.name));
  await bridge.deliveryEventTypes(first.delivery, 1);
  return first;
}

/** Makes intake give the application to an agency under a submission. */
async function moveTo(agency: string, { id, name }: { id: string; name: string }, number: number, sequence: number) {
  const application = newApplication(agency, false, { id, sequence });
  const submission = submissionOf(name, number, { agency: `agencies/${agency}`, answersRequest: 'request-of-asp' });
  bridge.world.submissions.set(`${name}/submissions/${number}`, submission);
  await bridge.produceEvents(application.passedOn(number, 'asp'));
  return application;
}

test('ends the delivery of the agency, and refuses its later replies without the desk', async () => {
  const { name, delivery } = await passOn();
  expect(await bridge.stateOf(delivery)).toBe('DELIVERY_STATE_CANCELLED');
  expect(decodeEvent(bridge.eventsOf(delivery)[0]!)).toMatchObject({
    type: 'cups.agencybridge.v1.DeliveryPassedOn',
    data: { competentAgency: 'agencies/cnas', reason: { ro: 'Indemnizația o dă CNAS.' } },
  });
  await bridge.world.reply('asp', decided(name));
  await bridge.requests.until(() => refusalCauses(delivery).length === 1);
  expect(refusalCauses(delivery)).toEqual(['PASSED_ON']);
  expect(await bridge.deliveryEventTypes(delivery, 1)).toEqual(['DeliveryPassedOn']);
});

test('sends the newest submission to the next agency as its first, and takes its replies', async () => {
  const first = await passOn();
  const { delivery } = await moveTo('cnas', first, 2, 4);
  await bridge.requests.until(() => bridge.requestsOf(delivery).length === 1);
  const [request] = bridge.requestsOf(delivery);
  expect(request).toMatchObject({
    topic: 'agency.cnas.requests',
    type: 'md.cups.application.submitted.v1',
    id: `${first.id}-cnas-submission-1`,
  });
  expect(contentOf(delivery, 0)).toMatchObject({ application: first.name, submission: 1 });
  expect(contentOf(delivery, 0)).not.toHaveProperty('answersRequest');
  const acknowledgement = { submission: 1, agencyReference: 'CNAS-1' };
  await bridge.world.reply('cnas', replyOf(REPLY_TYPES.acknowledged, first.name, acknowledgement, { agency: 'cnas' }));
  expect(await bridge.deliveryEventTypes(delivery, 1)).toEqual(['DeliveryAcknowledged']);
  expect(await bridge.stateOf(delivery)).toBe('DELIVERY_STATE_ACKNOWLEDGED');
});

test('numbers later submissions of the next agency from its first one', async () => {
  const first = await passOn();
  const next = await moveTo('cnas', first, 2, 4);
  const corrected = { agency: 'agencies/cnas', correctedFields: ['delivery'] };
  bridge.world.submissions.set(`${first.name}/submissions/3`, submissionOf(first.name, 3, corrected));
  await bridge.produceEvents(next.corrected(3));
  await bridge.requests.until(() => bridge.requestsOf(next.delivery).length === 2);
  expect(contentOf(next.delivery, 1)).toMatchObject({ submission: 2, correctedFields: ['delivery'] });
});

test('opens the delivery again if the application comes back, with other IDs', async () => {
  const first = await passOn();
  await moveTo('asp', first, 1, 3);
  await bridge.requests.until(() => bridge.requestsOf(first.delivery).length === 2);
  const ids = bridge.requestsOf(first.delivery).map(({ id }) => id);
  expect(ids).toEqual([`${first.id}-asp-submission-1`, `${first.id}-asp-return-1-submission-1`]);
  await bridge.world.reply('asp', acknowledged(first.name, 'after-the-return'));
  expect(await bridge.deliveryEventTypes(first.delivery, 2)).toEqual(['DeliveryPassedOn', 'DeliveryAcknowledged']);
});

test('a decision stands before passing on, and the desk learns of both', async () => {
  const { name, delivery } = await bridge.sent();
  await bridge.world.reply('asp', decided(name), passedOn(name));
  expect(await bridge.deliveryEventTypes(delivery, 2)).toEqual(['DeliveryDecided', 'DeliveryPassedOn']);
  await bridge.requests.until(() => refusalCauses(delivery).length === 1);
  expect(refusalCauses(delivery)).toEqual(['ALREADY_DECIDED']);
  expect(await bridge.stateOf(delivery)).toBe('DELIVERY_STATE_ANSWERED');
});

test('the erasure of the application reaches the deliveries of all agencies', async () => {
  const first = await passOn();
  const next = await moveTo('cnas', first, 2, 4);
  await bridge.requests.until(() => bridge.requestsOf(next.delivery).length === 1);
  const acknowledgement = { submission: 1, agencyReference: 'CNAS-1' };
  await bridge.world.reply('cnas', replyOf(REPLY_TYPES.acknowledged, first.name, acknowledgement, { agency: 'cnas' }));
  await bridge.deliveryEventTypes(next.delivery, 1);
  await bridge.produceEvents(next.erased());
  const operator = bridge.world.operator(bridge.service);
  await bridge.requests.until(() => true);
  const later = await bridge.sent();
  await bridge.untilSent(later.delivery);
  const who = { actor: 'Ion Rusu', reason: 'lost' };
  expect((await operator.replayDeliveries({ application: first.name, ...who })).deliveries).toEqual([]);
  expect(await bridge.delivery(next.delivery)).toMatchObject({ agencyReference: '' });
});
