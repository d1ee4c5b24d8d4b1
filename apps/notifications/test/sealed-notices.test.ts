import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { ulid } from 'ulid';
import { intakeEvent, noticeContextResponse, startNotifications } from './harness.ts';

const EMAIL = 'ana.sigilata@example.md';
const TRACKING_NUMBER = 'ABCD-EFGH-JKMN-PX';

let harness: Awaited<ReturnType<typeof startNotifications>>;
beforeAll(async () => void (harness = await startNotifications({}, { backfillIntervalMs: 100 })));
afterAll(() => harness.stop());

/** The document as stored, as text with one character per byte. */
async function readStored(id: string): Promise<{ schemaVersion: number; text: string }> {
  const stored = await harness.store.collection<{ _id: string; schemaVersion: number }>('threads').findOne({ _id: id });
  const text = JSON.stringify(stored, (_name, value: unknown) => {
    const bytes = (value as { type?: string; data?: number[] } | null)?.data;
    return Array.isArray(bytes) ? Buffer.from(bytes).toString('latin1') : value;
  });
  return { schemaVersion: stored!.schemaVersion, text };
}

async function sendNotice(): Promise<string> {
  const id = harness.application(noticeContextResponse(EMAIL));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
  await harness.thread(id, ({ notices }) => notices[0]?.state === 'sent');
  return id;
}

test('a stored notice shows neither address, text nor tracking number, and the desk reads it', async () => {
  const id = await sendNotice();
  const { text } = await readStored(id);
  for (const value of [EMAIL, 'Ana Exemplu', TRACKING_NUMBER, 'Extras de']) expect(text).not.toContain(value);
  const { notices } = await harness.deskClient().listNotices({ application: `applications/${id}` });
  expect(notices[0]!.text).toContain('Ana Exemplu');
  expect(harness.readMail(`${id}-1`).text).toContain(TRACKING_NUMBER);
  expect(await harness.dataKeys.find(id)).toBeDefined();
});

test('a thread of an earlier release is read, and sealed in the background', async () => {
  const id = await sendNotice();
  const { notices, journalSalt } = await harness.thread(id);
  const former = ulid();
  const threads = harness.store.collection<{ _id: string }>('threads');
  const stored = (await threads.findOne({ _id: id }))!;
  await threads.insertOne({ ...stored, _id: former, notices, journalSalt, schemaVersion: 1 } as never);
  const listed = await harness.deskClient().listNotices({ application: `applications/${former}` });
  expect(listed.notices[0]!.text).toContain('Ana Exemplu');
  await eventually(async () => (await readStored(former)).schemaVersion === 3);
  expect((await readStored(former)).text).not.toContain(EMAIL);
  const { notices: after } = await harness.thread(former);
  expect(after).toEqual(notices);
});

test('a notice is unreadable once the key of its thread is destroyed', async () => {
  const id = await sendNotice();
  await harness.dataKeys.destroy(id);
  const { erased, notices } = await harness.thread(id);
  expect(erased).toBe(true);
  expect(notices[0]).not.toHaveProperty('text');
});
