import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import type { Event } from '@cups/contracts';
import { messageType } from '@cups/contracts/proto';
import type { ApplicationSubmitted } from '@cups/contracts/gen/cups/intake/v1/ApplicationSubmitted.ts';
import type { ApplicationWithdrawn } from '@cups/contracts/gen/cups/intake/v1/ApplicationWithdrawn.ts';
import { shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication } from './world.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

test('ignores repeated events of intake', async () => {
  const application = await bridge.sent();
  const [submitted, progress, withdrawn] = [application.submission, application.inProgress(), application.withdrawn()];
  // As after a producer retry or a rebalance.
  await bridge.produceEvents(submitted, progress, submitted, progress, withdrawn, progress, submitted, withdrawn);
  await bridge.deliveryEventTypes(application.delivery, 1);
  const marker = await bridge.sent();
  await bridge.untilSent(marker.delivery);
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryCancelled']);
  expect(bridge.requestsOf(application.delivery).map(({ type }) => type)).toEqual([
    'md.cups.application.submitted.v1',
    'md.cups.application.withdrawn.v1',
  ]);
});

test('delays events after a gap, without blocking other applications', async () => {
  const application = await bridge.sent();
  const missing = application.inProgress();
  const early = application.withdrawn();
  await bridge.produceEvents(early);
  const other = await bridge.sent();
  await bridge.untilSent(other.delivery);
  await eventually(() => bridge.world.log.text().includes('sequence-gap-detected'));
  const isParked = async (subjects: number) =>
    (await bridge.scrape()).includes(`parked_subjects{service="agency-bridge"} ${subjects}`);
  await eventually(() => isParked(1));
  expect(await bridge.stateOf(application.delivery)).toBe('DELIVERY_STATE_SENT');
  await bridge.produceEvents(missing);
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryCancelled']);
  await eventually(() => isParked(0));
});

test('stores invalid messages as refused without blocking', async () => {
  const support = bridge.support();
  // Messages in one partition are counted together, with the fields of the last.
  const counted = async () => {
    const { messages } = await support.listRefusedMessages({ topic: 'cups.applications', pageSize: 200 });
    const invalid = messages.filter(({ cause }) => cause === 'CONTENT_INVALID');
    for (const { fields } of invalid)
      expect(['', 'ref.agency', 'ref.application', 'ref.centre']).toContain(fields.join());
    return invalid.reduce((sum, { count }) => sum + Number(count), 0);
  };
  const garbage = { ...newApplication().submitted(), data: Buffer.from([255, 255, 255, 255]) };
  const unnamed = newApplication('No Agency').submitted();
  const [application, other] = [newApplication(), newApplication()];
  const foreign = { ...application.submitted(), subject: other.name, key: other.id };
  const before = await counted();
  await bridge.produceEvents(garbage, unnamed, foreign);
  await eventually(async () => (await counted()) === before + 3);
  await bridge.sent();
});

/** Returns the number of messages of cups.applications refused for a cause. */
async function refusedFor(cause: string): Promise<number> {
  const { messages } = await bridge.support().listRefusedMessages({ topic: 'cups.applications', pageSize: 200 });
  return messages.filter((message) => message.cause === cause).reduce((sum, { count }) => sum + Number(count), 0);
}

const refInOtherCentre = (name: string) => ({ application: name, centre: 'centres/CU-099', agency: 'agencies/asp' });
const withdrawalInOtherCentre = (name: string) =>
  messageType<ApplicationWithdrawn>('cups.intake.v1.ApplicationWithdrawn').encode({ ref: refInOtherCentre(name) });
const submissionInOtherCentre = (name: string) =>
  messageType<ApplicationSubmitted>('cups.intake.v1.ApplicationSubmitted').encode({
    ref: refInOtherCentre(name),
    submission: `${name}/submissions/1`,
  });

test.each<[string, (name: string) => Partial<Event>, string]>([
  ['of another source', () => ({ source: '/agencies/asp' }), 'SOURCE_UNEXPECTED'],
  ['of a type of another service', () => ({ type: 'cups.agencybridge.v1.DeliveryCancelled' }), 'TYPE_UNEXPECTED'],
  ['about no application', () => ({ subject: 'applications/none' }), 'SUBJECT_UNEXPECTED'],
  ['under the key of another application', () => ({ key: '01JD0000000000000000000000' }), 'KEY_UNEXPECTED'],
  ['in the name of another centre', (name) => ({ data: withdrawalInOtherCentre(name) }), 'CONTENT_INVALID'],
  [
    'in the name of another centre, far ahead,',
    (name) => ({ data: withdrawalInOtherCentre(name), sequence: 9 }),
    'CONTENT_INVALID',
  ],
  [
    'as filed at another centre',
    (name) => ({ type: 'cups.intake.v1.ApplicationSubmitted', data: submissionInOtherCentre(name), sequence: 1 }),
    'CONTENT_INVALID',
  ],
])('refuses an event %s, which does not hide the valid one', async (_what, forge, cause) => {
  const application = await bridge.sent();
  const next = application.inProgress();
  const lie = { ...next, id: crypto.randomUUID(), type: 'cups.intake.v1.ApplicationWithdrawn' };
  const before = await refusedFor(cause);
  await bridge.produceEvents({ ...lie, ...forge(application.name) });
  await eventually(async () => (await refusedFor(cause)) === before + 1);
  await bridge.produceEvents(next, application.withdrawn());
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryCancelled']);
  await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === 2);
});
