import type { ReceivedEvent } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import type { RunningService } from '@cups/process';
import { eventually, publishEvents, readTopic } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { acknowledged, decided } from './bridge.ts';
import { newApplication, openWorld, submissionOf, typesOf } from './world.ts';
import type { World } from './world.ts';

/** Tests state that survives restarts: parked messages, and applications with an agency whose file is missing. */

let world: World;
let deliveryEvents: Awaited<ReturnType<typeof readTopic>>;
let agencyRequests: Awaited<ReturnType<typeof readTopic>>;
beforeAll(async () => {
  world = await openWorld();
  deliveryEvents = await readTopic(world.infrastructure, 'cups.deliveries');
  agencyRequests = await readTopic(world.infrastructure, 'agency.asp.requests');
});
afterAll(async () => {
  await deliveryEvents.stop();
  await agencyRequests.stop();
  await world.close();
});

async function sent(bridge: RunningService) {
  const application = newApplication();
  world.submissions.set(`${application.name}/submissions/1`, submissionOf(application.name));
  await publishEvents(world.infrastructure, [application.submitted()]);
  await eventually(async () => (await world.delivery(bridge, application.delivery)).state === 'DELIVERY_STATE_SENT');
  return application;
}

test('keeps parked messages across a restart, and handles them in order after release', async () => {
  const bad = new Set(['poison']);
  const handler = (real: (event: ReceivedEvent) => Promise<HandlerResult>) => (event: ReceivedEvent) =>
    bad.has(event.id) ? Promise.reject(new TypeError('a fault of ours')) : real(event);
  const retryPolicy = { maxAttempts: 1, handlerTimeoutMs: 10_000, releasePollIntervalMs: 100 };
  const parkedOf = async (bridge: RunningService) => (await world.operator(bridge).listParkedKeys({})).keys;

  const faulty = await world.start({}, { handler, retryPolicy });
  const { name, id, delivery } = await sent(faulty);
  await world.reply('asp', acknowledged(name, 'poison'));
  await eventually(async () => (await parkedOf(faulty)).length === 1);
  await world.stop(faulty);
  await world.reply('asp', decided(name));

  const fixedBridge = await world.start({}, { retryPolicy });
  await eventually(async () => (await parkedOf(fixedBridge))[0]?.count === 2, { timeoutMs: 30_000 });
  expect(typesOf(deliveryEvents.events, delivery)).toEqual([]);
  const key = { topic: 'agency.asp.replies', key: `${id}-asp`, actor: 'ana', reason: 'fixed by a release' };
  await world.operator(fixedBridge).releaseParkedKey(key);
  await deliveryEvents.until((events) => typesOf(events, delivery).length === 2);
  expect(typesOf(deliveryEvents.events, delivery)).toEqual(['DeliveryAcknowledged', 'DeliveryDecided']);
  await eventually(async () => (await parkedOf(fixedBridge)).length === 0);
  // Later messages are handled immediately.
  await world.reply('asp', acknowledged(name, 'late'));
  await deliveryEvents.until((events) => typesOf(events, delivery).length === 3);
  await world.stop(fixedBridge);
}, 90_000);

test('loses nothing while the file of an agency is missing', async () => {
  const before = await world.start();
  const [withdrawn, open] = [await sent(before), await sent(before)];
  await world.stop(before);

  const without = await world.start({ dataDir: world.dataFor(['cnas']) });
  const later = newApplication();
  world.submissions.set(`${later.name}/submissions/1`, submissionOf(later.name));
  await publishEvents(world.infrastructure, [withdrawn.withdrawn(), later.submitted()]);
  await world.reply('asp', decided(open.name));
  await eventually(async () => (await world.delivery(without, later.delivery)).deferCause === 'AGENCY_UNKNOWN');
  // The withdrawal is sent anyway, because the request is on its topic.
  await agencyRequests.until((events) => events.filter(({ subject }) => subject === withdrawn.delivery).length === 2);
  expect((await world.delivery(without, open.delivery)).state).toBe('DELIVERY_STATE_SENT');
  const support = world.client(without, { role: 'support' });
  await expect(support.getAgencyActivity({ name: 'agencies/asp' })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  // Identity knew the agency when its clerk signed in; this replica may lag.
  const clerk = world.client(without, { role: 'agency-clerk', agency: 'agencies/asp' });
  await expect(clerk.getAgencyActivity({ name: 'agencies/asp' })).rejects.toMatchObject({ reason: 'STALE_REPLICA' });
  await expect(clerk.getAgencyActivity({ name: 'agencies/cnas' })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  await world.stop(without);

  const back = await world.start();
  const stateOf = async ({ delivery }: { delivery: string }) => (await world.delivery(back, delivery)).state;
  await eventually(async () => (await stateOf(later)) === 'DELIVERY_STATE_SENT', { timeoutMs: 30_000 });
  await eventually(async () => (await stateOf(open)) === 'DELIVERY_STATE_ANSWERED', { timeoutMs: 30_000 });
}, 120_000);
