import { connect as dial, createServer, type AddressInfo, type Socket } from 'node:net';
import { eventually, publishEvents, produceRaw, readTopic } from '@cups/testing';
import type { RunningService } from '@cups/process';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { AGENCIES, newApplication, openWorld, replyOf, submissionOf, typesOf, type World } from './world.ts';

let world: World;
let deliveryEvents: Awaited<ReturnType<typeof readTopic>>;
beforeEach(async () => {
  world = await openWorld();
  deliveryEvents = await readTopic(world.infrastructure, 'cups.deliveries');
});
afterEach(async () => {
  await deliveryEvents.stop();
  await world.close();
});

/** Creates an application whose request is on the agency's topic. */
async function sent(bridge: RunningService, agency: string) {
  const app = newApplication(agency);
  world.submissions.set(`${app.name}/submissions/1`, submissionOf(app.name, 1, { agency: `agencies/${agency}` }));
  await publishEvents(world.infrastructure, [app.submitted()]);
  const state = () => world.delivery(bridge, app.delivery).then((delivery) => delivery.state);
  await eventually(async () => (await state()) === 'DELIVERY_STATE_SENT', { timeoutMs: 30_000 });
  return app;
}
const acknowledgementOf = (name: string, agency: string) =>
  replyOf('md.cups.reply.acknowledged.v1', name, { submission: 1, agencyReference: 'A-1' }, { agency });
const isAcknowledged = ({ delivery }: { delivery: string }) =>
  typesOf(deliveryEvents.events, delivery).includes('DeliveryAcknowledged');

/** Opens a proxy to the store that counts occurrences of an ID. */
async function startCountingProxy(id: string) {
  const sockets = new Set<Socket>();
  const target = new URL(world.infrastructure.mongoUri.replace('mongodb:', 'http:'));
  let count = 0;
  const server = createServer((near) => {
    const far = dial(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => (near.destroy(), far.destroy()));
    }
    near.on('data', (bytes: Buffer) => {
      count += bytes.toString('latin1').split(id).length - 1;
      far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => void near.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    uri: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    close: () => (server.close(), sockets.forEach((socket) => socket.destroy())),
  };
}

test('counts 5,000 garbage messages in few entries, without blocking decisions', async () => {
  const bridge = await world.start();
  const support = world.client(bridge, { role: 'support' });
  const [own, other] = [await sent(bridge, 'asp'), await sent(bridge, 'cnas')];
  const unread = Array.from({ length: 2_500 }, (_, at) => ({ key: `k${at}`, value: 'garbage' }));
  const unfit = Array.from({ length: 2_500 }, (_, at) => {
    const unknown = acknowledgementOf(newApplication().name, 'asp');
    return { ...unknown, key: `x${at}`, value: '{' };
  });
  for (const many of [unread, unfit]) await produceRaw(world.infrastructure, 'agency.asp.replies', many);

  await world.reply('cnas', acknowledgementOf(other.name, 'cnas'));
  await world.reply('asp', acknowledgementOf(own.name, 'asp'));
  await deliveryEvents.until(() => isAcknowledged(other) && isAcknowledged(own), 90_000);

  await eventually(
    async () => {
      const { messages, totalSize } = await support.listRefusedMessages({ topic: 'agency.asp.replies' });
      // Three partitions, with one or two causes each.
      expect(messages.length).toBeLessThanOrEqual(9);
      expect(messages.reduce((sum, { count }) => sum + Number(count), 0)).toBe(5_000);
      for (const { offset, lastOffset } of messages) expect(Number(lastOffset)).toBeGreaterThanOrEqual(Number(offset));
      return totalSize === 5_000;
    },
    { timeoutMs: 60_000 },
  );
}, 200_000);

test('reports 20 of 3,000 invalid messages about a delivery, with few store reads', async () => {
  const bridge = await world.start();
  const own = await sent(bridge, 'asp');
  await world.stop(bridge);
  const proxy = await startCountingProxy(own.delivery.slice('deliveries/'.length));
  try {
    const counted = await world.start({ mongoUri: proxy.uri });
    const unusable = Array.from({ length: 3_000 }, () => ({ ...acknowledgementOf(own.name, 'asp'), value: '{' }));
    // A Kafka batch holds 1 MiB.
    for (let at = 0; at < 3_000; at += 1_000)
      await produceRaw(world.infrastructure, 'agency.asp.replies', unusable.slice(at, at + 1_000));
    await world.reply('asp', acknowledgementOf(own.name, 'asp'));
    await deliveryEvents.until(() => isAcknowledged(own), 60_000);
    expect(
      typesOf(deliveryEvents.events, own.delivery).filter((type) => type === 'DeliveryMessageRefused'),
    ).toHaveLength(20);
    // Each of the 20 is read, written with its event and removed from the outbox.
    expect(proxy.count()).toBeLessThan(500);
    await world.stop(counted);
  } finally {
    proxy.close();
  }
}, 120_000);

test('2,000 repeats about known or unknown deliveries block no other reply', async () => {
  const bridge = await world.start();
  const own = await sent(bridge, 'asp');
  const other = await sent(bridge, 'asp');
  await world.stop(bridge);
  const proxy = await startCountingProxy(own.delivery.slice('deliveries/'.length));
  try {
    const counted = await world.start({ mongoUri: proxy.uri });
    const decision = (outcome: 'approved' | 'rejected', id: string) =>
      replyOf(
        'md.cups.reply.decided.v1',
        own.name,
        { outcome, reason: { ro: 'Lipsește dreptul.' }, decideTime: new Date().toISOString() },
        { agency: 'asp', id },
      );
    await world.reply('asp', decision('rejected', 'first'));
    // A known ID without effect: reported once, and each repeat could be reported again.
    const second = decision('approved', 'second');
    const repeats = Array.from({ length: 2_000 }, () => second);
    const unknown = repeats.map(() => acknowledgementOf(newApplication().name, 'asp'));
    for (let at = 0; at < 2_000; at += 1_000) {
      await produceRaw(world.infrastructure, 'agency.asp.replies', repeats.slice(at, at + 1_000));
      await produceRaw(world.infrastructure, 'agency.asp.replies', unknown.slice(at, at + 1_000));
    }
    await world.reply('asp', acknowledgementOf(other.name, 'asp'));
    await deliveryEvents.until(() => isAcknowledged(other), 60_000);
    await eventually(
      async () => {
        const support = world.client(counted, { role: 'support' });
        const { messages } = await support.listRefusedMessages({ topic: 'agency.asp.replies' });
        return messages.reduce((sum, { count }) => sum + Number(count), 0) >= 2_000;
      },
      { timeoutMs: 60_000 },
    );
    // Handled one by one, each would be read at least once.
    expect(proxy.count()).toBeLessThan(500);
    await world.stop(counted);
  } finally {
    proxy.close();
  }
}, 150_000);

test('an agency with missing topics blocks no other', async () => {
  const bridge = await world.start({ dataDir: world.dataFor(['ansa', ...AGENCIES]), createTopics: false });
  for (const agency of AGENCIES) {
    const app = await sent(bridge, agency);
    await world.reply(agency, acknowledgementOf(app.name, agency));
    await deliveryEvents.until(() => isAcknowledged(app), 30_000);
  }
  // The log names the missing topics to create.
  const { infrastructure, log } = world;
  expect(log.text()).toContain(
    `${infrastructure.prefix}agency.ansa.requests and ${infrastructure.prefix}agency.ansa.replies must be`,
  );
  const scrape = await fetch(`http://127.0.0.1:${bridge.httpPort}/metrics`).then((response) => response.text());
  expect(scrape).toMatch(/agency_topics_missing\{[^}]*agency="ansa"[^}]*\} 2/);
}, 90_000);
