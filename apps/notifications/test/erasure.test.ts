import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { captureLog, captureMetrics, readJournal } from '@cups/testing';
import { Erasure } from '../src/erasure.ts';
import { intakeEvent, noticeContextResponse, shareNotifications } from './harness.ts';

/** The end of notices: with their application, or with their own term. */

const YEARS_MS = 10 * 365 * 86_400_000;
let harness: Awaited<ReturnType<typeof shareNotifications>>;
let journal: Awaited<ReturnType<typeof readJournal>>;
beforeAll(async () => {
  harness = await shareNotifications();
  const { kafkaBrokers: brokers, prefix } = harness.config;
  journal = await readJournal({ brokers, prefix }, 'notifications');
});
afterAll(async () => {
  await journal.stop();
  await harness.stop();
});

async function sendNotice(): Promise<string> {
  const id = harness.application(noticeContextResponse('ana@example.org'));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted', { submission: `applications/${id}/submissions/1` }));
  await harness.thread(id, ({ notices }) => notices[0]?.state === 'sent');
  return id;
}

const erasureEntry = async (id: string, count: number) =>
  (await journal.until(({ key }) => key === id, count)).filter(({ action }) => action === 'erase-notices');

test('an erased application ends its notices and their key, once, and takes no later ones', async () => {
  const id = await sendNotice();
  const erased = intakeEvent(id, 2, 'ApplicationErased', { cause: 'requested', rule: 'closed-applications' });
  await harness.publish(erased, erased);
  const thread = await harness.thread(id, ({ eraseTime }) => eraseTime !== undefined);
  expect(thread).toMatchObject({ notices: [], timer: null });
  expect(thread.journalSalt).toBeUndefined();
  await harness.publish(intakeEvent(id, 3, 'ApplicationDecided'), intakeEvent(id, 4, 'ApplicationClosed'));
  await harness.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 4);
  expect((await harness.threads.get(id, { scope: 'service' }))?.notices).toEqual([]);
  expect(await harness.dataKeys.find(id)).toBeUndefined();
  expect(await harness.dataKeys.isDestroyed(id)).toBe(true);
  expect(await erasureEntry(id, 3)).toMatchObject([
    { resource: `applications/${id}`, actor: 'services/notifications', ground: 'person-request', result: 'erased' },
  ]);
});

test('an erasure of an application without notices is recorded and leaves no key', async () => {
  const id = harness.application('unknown');
  await harness.publish(intakeEvent(id, 1, 'ApplicationErased', { cause: 'expired', rule: 'ended-drafts' }));
  await harness.thread(id, ({ eraseTime }) => eraseTime !== undefined);
  expect(await erasureEntry(id, 1)).toMatchObject([{ ground: 'retention-rule' }]);
  expect(await harness.dataKeys.isDestroyed(id)).toBe(true);
});

test('notices whose application never ended are erased at their own term', async () => {
  const id = await sendNotice();
  const { threads, dataKeys } = harness;
  const log = captureLog('notifications');
  const erasure = new Erasure({
    ...{ threads, dataKeys, log: log.log, metrics: captureMetrics('notifications').metrics },
    now: () => new Date(),
  });
  expect(await erasure.expire(new Date(Date.now() - YEARS_MS), 50)).toBe(0);
  // In batches: each continues after the one before.
  while ((await erasure.expire(new Date(Date.now() + 60_000), 2)) === 2);
  const thread = (await threads.get(id, { scope: 'service' }))!;
  expect(thread).toMatchObject({ notices: [] });
  expect(thread.eraseTime).toBeDefined();
  // The next event publishes the entry: this process has no relay.
  await harness.publish(intakeEvent(id, 2, 'ApplicationClosed'));
  expect(await erasureEntry(id, 3)).toHaveLength(1);
  expect(await erasure.expire(new Date(Date.now() + 60_000), 50)).toBe(0);
});
