import { eventually, produce, produceRaw, readTopic } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newApplication, openWorld, replyOf, submissionOf, typesOf, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test('5,000 rubbish messages of one agency are a few counted entries, and hold up neither its decisions nor another’s', async () => {
  const bridge = await world.start();
  const told = await readTopic(world.place, 'cups.deliveries');
  const support = world.client(bridge, { role: 'support' });
  const [own, other] = [newApplication('asp'), newApplication('cnas')];
  for (const [app, agency] of [
    [own, 'asp'],
    [other, 'cnas'],
  ] as const) {
    world.submissions.set(`${app.name}/submissions/1`, submissionOf(app.name, 1, { agency: `agencies/${agency}` }));
    await produce(world.place, [app.submitted()]);
    await eventually(async () => (await world.delivery(bridge, app.delivery)).state === 'DELIVERY_STATE_SENT', {
      timeoutMs: 30_000,
    });
  }
  const unread = Array.from({ length: 2_500 }, (_, at) => ({ key: `k${at}`, value: 'rubbish' }));
  const acknowledged = replyOf('md.cups.reply.acknowledged.v1', own.name, { submission: 1, agencyReference: 'A-1' });
  const unknown = replyOf('md.cups.reply.acknowledged.v1', newApplication().name, {
    submission: 1,
    agencyReference: 'A-1',
  });
  const unfit = Array.from({ length: 2_500 }, (_, at) => ({ ...unknown, key: `x${at}`, value: '{' }));
  for (const many of [unread, unfit]) await produceRaw(world.place, 'agency.asp.replies', many as never);

  const began = performance.now();
  await world.reply(
    'cnas',
    replyOf('md.cups.reply.acknowledged.v1', other.name, { submission: 1, agencyReference: 'C-1' }, { agency: 'cnas' }),
  );
  await world.reply('asp', acknowledged);
  const heard = (app: typeof own) => typesOf(told.events, app.delivery).includes('DeliveryAcknowledged');
  await told.until(() => heard(other), 30_000);
  // The other agency's is through while what stands before the own one is still in work.
  expect(heard(own)).toBe(false);
  await told.until(() => heard(own), 30_000);
  expect(performance.now() - began).toBeLessThan(30_000);

  await eventually(async () => {
    const { messages, totalSize } = await support.listRefusedMessages({ topic: 'agency.asp.replies' });
    // Three partitions, and a cause or two in each.
    expect(messages.length).toBeLessThanOrEqual(9);
    expect(messages.reduce((sum, { count }) => sum + Number(count), 0)).toBe(5_000);
    for (const { offset, lastOffset } of messages) expect(Number(lastOffset)).toBeGreaterThanOrEqual(Number(offset));
    return totalSize === 5_000;
  });
  await told.stop();
}, 90_000);
