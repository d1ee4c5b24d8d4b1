import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ulid } from 'ulid';
import { noticeContextResponse, intakeEvent, shareNotifications } from './harness.ts';

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => void (harness = await shareNotifications()));
afterAll(() => harness.stop());

const refused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error;

test('GetSlip returns the page of a notice, also of an emailed one', async () => {
  const id = harness.application(noticeContextResponse('ana@example.md', { language: 'ru' }));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
  await harness.thread(id, ({ notices }) => notices[0]?.state === 'sent');
  const { html } = await harness.deskClient().getSlip({ name: `notices/${id}-1` });
  expect(html).toContain('<html lang="ru">');
  expect(html).toContain('<p class="number">ABCD-EFGH-JKMN-PX</p>');
});

test('GetSlip marks a slip as printed at its first reading only', async () => {
  const id = harness.application(noticeContextResponse(''));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
  await harness.thread(id);
  const notice = async () =>
    (await harness.deskClient().listNotices({ application: `applications/${id}` })).notices[0]!;
  expect(await notice()).toMatchObject({ state: 'NOTICE_STATE_PENDING', sendTime: null, channel: 'CHANNEL_SLIP' });
  await expect(harness.deskClient('centres/CU-002').getSlip({ name: `notices/${id}-1` })).rejects.toEqual(
    refused('NOT_FOUND'),
  );
  expect(await notice()).toMatchObject({ state: 'NOTICE_STATE_PENDING' });
  await Promise.all([1, 2, 3].map(() => harness.deskClient().getSlip({ name: `notices/${id}-1` })));
  const printed = await notice();
  expect(printed).toMatchObject({ state: 'NOTICE_STATE_SENT' });
  expect(printed.sendTime).not.toBeNull();
  const { revision } = await harness.thread(id);
  await harness.deskClient().getSlip({ name: `notices/${id}-1` });
  expect(await notice()).toEqual(printed);
  expect((await harness.thread(id)).revision).toBe(revision);
});

test('GetSlip returns NOT_FOUND for an unknown notice, application or malformed ID', async () => {
  const id = harness.application(noticeContextResponse(''));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
  await harness.thread(id);
  for (const name of [`notices/${id}-2`, `notices/${ulid()}-1`, 'notices/x'])
    await expect(harness.deskClient().getSlip({ name })).rejects.toEqual(refused('NOT_FOUND'));
});

test('GetSlip rejects supervisors, support and other services', async () => {
  const name = `notices/${ulid()}-1`;
  for (const role of ['supervisor', 'support'] as const)
    await expect(harness.deskClient(undefined, role).getSlip({ name })).rejects.toEqual(refused('PERMISSION_DENIED'));
  await expect(harness.deskClient(undefined, 'specialist', 'intake').getSlip({ name })).rejects.toEqual(
    refused('PERMISSION_DENIED'),
  );
});
