import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { validateRequest } from '@cups/agency-contract';
import type { RunningService } from '@cups/process';
import { eventually, publishEvents, readTopic } from '@cups/testing';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

/** Reminders: on the topic of an agency that accepts them, and in the page of an agency without a system. */

const REMINDED = 'md.cups.application.reminded.v1';
const BOUND = { timeoutMs: 30_000 };

let world: World;
let service: RunningService;
let requests: Awaited<ReturnType<typeof readTopic>>;
beforeAll(async () => {
  world = await openWorld();
  const dataDir = world.dataFor(['asp', 'cnas', 'arhiva']);
  world.changeAgency(dataDir, 'asp', { acceptsReminders: true });
  world.changeAgency(dataDir, 'arhiva', { channel: 'page' });
  service = await world.start({ dataDir });
  requests = await readTopic(world.infrastructure, 'agency.asp.requests', 'agency.cnas.requests');
});
afterAll(async () => {
  await requests.stop();
  await world.close();
});

async function sent(agency: string) {
  const application = world.fileable(agency);
  await publishEvents(world.infrastructure, [application.submitted()]);
  await eventually(async () => (await read(application.delivery))?.state === 'DELIVERY_STATE_SENT', BOUND);
  return application;
}
const read = (name: string) => world.delivery(service, name).catch(() => undefined);
const stepsOf = async (name: string) => ((await read(name))?.reminders ?? []).map(({ step }) => step);
const messagesOf = (name: string) =>
  requests.events.filter(({ subject, type }) => subject === name && type === REMINDED);

test('reminds a system that accepts reminders, once for each step, without personal data', async () => {
  const application = await sent('asp');
  const first = application.escalated({ step: 'unacknowledged', dueDate: '' });
  await publishEvents(world.infrastructure, [first, first, application.escalated(), application.escalated()]);
  await requests.until(() => messagesOf(application.delivery).length === 2);
  // A later message shows that nothing came in between.
  await publishEvents(world.infrastructure, [application.withdrawn()]);
  await requests.until((all) =>
    all.some(({ type, subject }) => type.includes('withdrawn') && subject === application.delivery),
  );
  const messages = messagesOf(application.delivery);
  const contents = messages.map(({ data }) => JSON.parse(data.toString()) as Record<string, unknown>);
  expect(contents).toMatchObject([{ step: 'unacknowledged' }, { step: 'term-75', dueDate: '2026-12-20' }]);
  expect(Object.keys(contents[1]!).sort()).toEqual(['application', 'dueDate', 'remindTime', 'step']);
  for (const content of contents) expect(validateRequest(REMINDED, content).ok).toBe(true);
  expect(new Set(messages.map(({ id }) => id)).size).toBe(2);
});

test('surprises no system of an earlier contract, but keeps the reminder', async () => {
  const application = await sent('cnas');
  await publishEvents(world.infrastructure, [application.escalated()]);
  await eventually(async () => (await stepsOf(application.delivery)).length === 1, BOUND);
  await publishEvents(world.infrastructure, [application.withdrawn()]);
  await requests.until((all) =>
    all.some(({ type, subject }) => type.includes('withdrawn') && subject === application.delivery),
  );
  expect(messagesOf(application.delivery)).toEqual([]);
});

test('shows the reminder to the clerks of an agency without a system', async () => {
  const application = await sent('arhiva');
  await publishEvents(world.infrastructure, [application.escalated()]);
  await eventually(async () => (await stepsOf(application.delivery)).length === 1, BOUND);
  expect((await read(application.delivery))!.reminders).toMatchObject([{ step: 'term-75', dueDate: '2026-12-20' }]);
});

test('leaves out steps that concern others, and ended deliveries', async () => {
  const application = await sent('asp');
  await publishEvents(world.infrastructure, [
    application.escalated({ actions: ['notify-person'] }),
    application.withdrawn(),
    application.escalated(),
    application.closed(),
  ]);
  await eventually(async () => (await read(application.delivery))?.state === 'DELIVERY_STATE_CANCELLED', BOUND);
  expect(await stepsOf(application.delivery)).toEqual([]);
});
