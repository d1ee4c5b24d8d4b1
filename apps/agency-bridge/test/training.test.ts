import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, publishEvents, readTopic } from '@cups/testing';
import { acknowledged, decided, decodeEvent, startBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication, submissionOf } from './world.ts';

/** Applications of a training: they go over topics of their own, and what is said there moves no real one. */

let bridge: Bridge;
let training: Awaited<ReturnType<typeof readTopic>>;
beforeAll(async () => {
  bridge = await startBridge();
  training = await readTopic(bridge.world.place, 'training.requests');
});
afterAll(async () => {
  await training.stop();
  await bridge.stop();
});

/** One of a training that was sent to whoever stands in for its agency. */
async function sent() {
  const application = bridge.fileable({ training: true });
  await bridge.produceEvents(application.submitted());
  await training.until((events) => events.some(({ subject }) => subject === application.delivery));
  return application;
}
const refused = async (topic: string, cause: string) => {
  const { messages } = await bridge.support().listRefusedMessages({ topic });
  return messages.filter((one) => one.cause === cause).reduce((sum, { count }) => sum + Number(count), 0);
};

describe('an application of a training', () => {
  test('Its requests, the last one too, go to the topic of trainings and none to its agency.', async () => {
    const application = await sent();
    await bridge.produceEvents(application.withdrawn());
    const all = await training.until(
      (events) => events.filter(({ subject }) => subject === application.delivery).length > 1,
    );
    const types = all.filter(({ subject }) => subject === application.delivery).map(({ type }) => type);
    expect(types).toEqual(['md.cups.application.submitted.v1', 'md.cups.application.withdrawn.v1']);
    // What is filed after it reaches the agency, so that what went there before would have been seen.
    await bridge.sent();
    expect(bridge.requestsOf(application.delivery)).toEqual([]);
    expect(await bridge.delivery(application.delivery)).toMatchObject({ training: true });
  });

  test('What is answered over the topic of trainings is taken, and intake is told that it is of a training.', async () => {
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

  test('A decision over the topic of its agency is refused and counted, and moves nothing.', async () => {
    const application = await sent();
    await bridge.world.reply('asp', decided(application.name));
    await eventually(async () => (await refused('agency.asp.replies', 'TRAINING_MISMATCH')) === 1);
    expect(bridge.eventsOf(application.delivery)).toEqual([]);
    expect(await bridge.stateOf(application.delivery)).toBe('DELIVERY_STATE_SENT');
  });

  test('What is refused of it is told over the topic of trainings, and the agency hears nothing.', async () => {
    const application = await sent();
    await bridge.world.replyInTraining({ ...acknowledged(application.name), value: Buffer.from('{') });
    const isTold = ({ subject, type }: { subject: string; type: string }) =>
      subject === application.delivery && type === 'md.cups.reply.refused.v1';
    await training.until((events) => events.some(isTold));
    expect(bridge.requestsOf(application.delivery)).toEqual([]);
    const clerk = bridge.world.client(bridge.service, { role: 'agency-clerk', agency: 'agencies/asp' });
    expect(JSON.stringify(await clerk.listRefusedReplies({ agency: 'agencies/asp' }))).not.toContain(application.id);
  });

  test('It is in no list of the clerk of its agency; support sees it, marked.', async () => {
    const application = await sent();
    const clerk = bridge.world.client(bridge.service, { role: 'agency-clerk', agency: 'agencies/asp' });
    const names = (await clerk.listDeliveries({ pageSize: 200 })).deliveries.map(({ name }) => name);
    expect(names).not.toContain(application.delivery);
    const { deliveries } = await bridge.support().listDeliveries({ pageSize: 200 });
    expect(deliveries.find(({ name }) => name === application.delivery)).toMatchObject({ training: true });
  });
});

describe('a real application', () => {
  test('A decision over the topic of trainings is refused and counted, and moves nothing.', async () => {
    const application = await bridge.sent();
    await bridge.world.replyInTraining(decided(application.name));
    await eventually(async () => (await refused('training.replies', 'TRAINING_MISMATCH')) === 1);
    const told = await training.until((events) => events.some(({ subject }) => subject === 'agencies/asp'));
    expect(String(told.find(({ subject }) => subject === 'agencies/asp')?.data)).toContain('TRAINING_MISMATCH');
    expect(bridge.eventsOf(application.delivery)).toEqual([]);
    expect(await bridge.untilSent(application.delivery)).toMatchObject({ training: false });
  });
});

test('Where intake holds an application for another thing than its event says, nothing goes anywhere.', async () => {
  const said = newApplication('asp', false);
  bridge.world.submissions.set(`${said.name}/submissions/1`, submissionOf(said.name, 1, { training: true }));
  await publishEvents(bridge.world.place, [said.submitted()]);
  expect(await bridge.deliveryEventTypes(said.delivery, 1)).toEqual(['DeliveryFailed']);
  expect(await bridge.delivery(said.delivery)).toMatchObject({ failCause: 'TRAINING_MISMATCH' });
  expect(bridge.world.served.has(`${said.name}/submissions/1`)).toBe(false);
  expect([...bridge.requestsOf(said.delivery), ...training.events].map(({ subject }) => subject)).not.toContain(
    said.delivery,
  );
});
