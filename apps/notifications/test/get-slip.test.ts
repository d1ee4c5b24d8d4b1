import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ulid } from 'ulid';
import { contactOf, happened, startNotifications } from './harness.ts';

let n: Awaited<ReturnType<typeof startNotifications>>;
beforeAll(async () => void (n = await startNotifications()));
afterAll(() => n.stop());

const refused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error;

test('GetSlip gives the page of a notice, also of one that went by mail', async () => {
  const id = n.application(contactOf('ana@example.md', { language: 'ru' }));
  await n.say(happened(id, 1, 'ApplicationSubmitted'));
  await n.thread(id, ({ notices }) => notices[0]?.state === 'sent');
  const { html } = await n.desk().getSlip({ name: `notices/${id}-1` });
  expect(html).toContain('<html lang="ru">');
  expect(html).toContain('<p class="number">ABCD-EFGH-JKMN-PX</p>');
});

test('A slip waits until it is read for the first time, which is when it is printed; reading it again changes nothing', async () => {
  const id = n.application(contactOf(''));
  await n.say(happened(id, 1, 'ApplicationSubmitted'));
  await n.thread(id);
  const notice = async () => (await n.desk().listNotices({ application: `applications/${id}` })).notices[0]!;
  expect(await notice()).toMatchObject({ state: 'NOTICE_STATE_PENDING', sendTime: null, channel: 'CHANNEL_SLIP' });
  await expect(n.desk('centres/CU-002').getSlip({ name: `notices/${id}-1` })).rejects.toEqual(refused('NOT_FOUND'));
  expect(await notice()).toMatchObject({ state: 'NOTICE_STATE_PENDING' });
  await Promise.all([1, 2, 3].map(() => n.desk().getSlip({ name: `notices/${id}-1` })));
  const printed = await notice();
  expect(printed).toMatchObject({ state: 'NOTICE_STATE_SENT' });
  expect(printed.sendTime).not.toBeNull();
  const { revision } = await n.thread(id);
  await n.desk().getSlip({ name: `notices/${id}-1` });
  expect(await notice()).toEqual(printed);
  expect((await n.thread(id)).revision).toBe(revision);
});

test('GetSlip of an absent notice is NOT_FOUND, of an absent application and of what no notice is called like too', async () => {
  const id = n.application(contactOf(''));
  await n.say(happened(id, 1, 'ApplicationSubmitted'));
  await n.thread(id);
  for (const name of [`notices/${id}-2`, `notices/${ulid()}-1`, 'notices/x'])
    await expect(n.desk().getSlip({ name })).rejects.toEqual(refused('NOT_FOUND'));
});

test('GetSlip is not for supervisors, support, or other services', async () => {
  const name = `notices/${ulid()}-1`;
  for (const role of ['supervisor', 'support'] as const)
    await expect(n.desk(undefined, role).getSlip({ name })).rejects.toEqual(refused('PERMISSION_DENIED'));
  await expect(n.desk(undefined, 'specialist', 'intake').getSlip({ name })).rejects.toEqual(
    refused('PERMISSION_DENIED'),
  );
});
