import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, publishEvents, readTopic } from '@cups/testing';
import { acknowledged, decided, decodeEvent, startBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication, submissionOf } from './world.ts';

/** Tests training applications, which use their own topics and never affect real ones. */

let bridge: Bridge;
let training: Awaited<ReturnType<typeof readTopic>>;
beforeAll(async () => {
  bridge = await startBridge();
  training = await readTopic(bridge.world.infrastructure, 'training.requests');
});
afterAll(async () => {
  await training.stop();
  await bridge.stop();
});

/** Creates a training application whose request was sent. */
async function sent() {
  const application = bridge.fileable({ training: true });
  await bridge.produceEvents(application.submitted());
  await training.until((events) => events.some(({ subject }) => subject === application.delivery));
  return application;
}
const refused = async (topic: string, cause: string) => {
  const { messages } = await bridge.support().listRefusedMessages({ topic });
  return messages.filter((message) => message.cause === cause).reduce((sum, { count }) => sum + Number(count), 0);
};

describe('a training application', () => {
  test('sends all requests to the training topic and none to its agency', async () => {
    const application = await sent();
    await bridge.produceEvents(application.withdrawn());
    const all = await training.until(
      (events) => events.filter(({ subject }) => subject === application.delivery).length > 1,
    );
    const types = all.filter(({ subject }) => subject === application.delivery).map(({ type }) => type);
    expect(types).toEqual(['md.cups.application.submitted.v1', 'md.cups.application.withdrawn.v1']);
    // A later request reaches the agency, so an earlier one would have been seen.
    await bridge.sent();
    expect(bridge.requestsOf(application.delivery)).toEqual([]);
    expect(await bridge.delivery(application.delivery)).toMatchObject({ training: true });
  });

  test('accepts replies of the training topic, and marks them as training for intake', async () => {
    const application = await sent();
    await bridge.world.replyInTraining(acknowledged(application.name), decided(application.name));
    expect(await bridge.deliveryEventTypes(application.delivery, 2)).toEqual([
      'DeliveryAcknowledged',
      'DeliveryDecided',
    ]);
    expect(bridge.eventsOf(application.delivery).map((event) => decodeEvent(event).data.ref?.training)).toEqual([
      true,
      true,
    ]);
    expect(await bridge.stateOf(application.delivery)).toBe('DELIVERY_STATE_ANSWERED');
  });

  test('refuses and counts a decision on the topic of its agency', async () => {
    const application = await sent();
    await bridge.world.reply('asp', decided(application.name));
    await eventually(async () => (await refused('agency.asp.replies', 'TRAINING_MISMATCH')) === 1);
    expect(bridge.eventsOf(application.delivery)).toEqual([]);
    expect(await bridge.stateOf(application.delivery)).toBe('DELIVERY_STATE_SENT');
  });

  test('reports refusals on the training topic, not to the agency', async () => {
    const application = await sent();
    await bridge.world.replyInTraining({ ...acknowledged(application.name), value: Buffer.from('{') });
    const isTold = ({ subject, type }: { subject: string; type: string }) =>
      subject === application.delivery && type === 'md.cups.reply.refused.v1';
    await training.until((events) => events.some(isTold));
    expect(bridge.requestsOf(application.delivery)).toEqual([]);
    const clerk = bridge.world.client(bridge.service, { role: 'agency-clerk', agency: 'agencies/asp' });
    expect(JSON.stringify(await clerk.listRefusedReplies({ agency: 'agencies/asp' }))).not.toContain(application.id);
  });

  test('is hidden from the clerk of its agency, and marked for support', async () => {
    const application = await sent();
    const clerk = bridge.world.client(bridge.service, { role: 'agency-clerk', agency: 'agencies/asp' });
    const names = (await clerk.listDeliveries({ pageSize: 200 })).deliveries.map(({ name }) => name);
    expect(names).not.toContain(application.delivery);
    const { deliveries } = await bridge.support().listDeliveries({ pageSize: 200 });
    expect(deliveries.find(({ name }) => name === application.delivery)).toMatchObject({ training: true });
  });
});

describe('a real application', () => {
  test('refuses and counts a decision on the training topic', async () => {
    const application = await bridge.sent();
    await bridge.world.replyInTraining(decided(application.name));
    await eventually(async () => (await refused('training.replies', 'TRAINING_MISMATCH')) === 1);
    const reports = await training.until((events) => events.some(({ subject }) => subject === 'agencies/asp'));
    expect(String(reports.find(({ subject }) => subject === 'agencies/asp')?.data)).toContain('TRAINING_MISMATCH');
    expect(bridge.eventsOf(application.delivery)).toEqual([]);
    expect(await bridge.untilSent(application.delivery)).toMatchObject({ training: false });
  });
});

test('sends nothing if intake and its event disagree about training', async () => {
  const application = newApplication('asp', false);
  bridge.world.submissions.set(
    `${application.name}/submissions/1`,
    submissionOf(application.name, 1, { training: true }),
  );
  await publishEvents(bridge.world.infrastructure, [application.submitted()]);
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryFailed']);
  expect(await bridge.delivery(application.delivery)).toMatchObject({ failCause: 'TRAINING_MISMATCH' });
  expect(bridge.world.served.has(`${application.name}/submissions/1`)).toBe(false);
  expect([...bridge.requestsOf(application.delivery), ...training.events].map(({ subject }) => subject)).not.toContain(
    application.delivery,
  );
});
