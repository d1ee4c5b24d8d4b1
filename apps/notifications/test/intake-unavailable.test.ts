import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noticeContextResponse, intakeEvent, startNotifications } from './harness.ts';

let harness: Awaited<ReturnType<typeof startNotifications>>;
beforeAll(async () => void (harness = await startNotifications()));
afterAll(() => harness.stop());

const refused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error;
const ready = { ref: { state: 'STATE_READY' } } as const;

test('a notice waits while intake is unavailable, without blocking other applications', async () => {
  const [id, other] = [harness.application('unavailable'), harness.application(noticeContextResponse(''))];
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'), intakeEvent(other, 1, 'ApplicationSubmitted'));
  await harness.thread(other);
  const waiting = await harness.thread(id);
  expect(waiting.notices[0]).toMatchObject({ state: 'compose', failCause: 'intake-unavailable' });
  const { notices } = await harness.deskClient().listNotices({ application: `applications/${id}` });
  expect(notices[0]).toMatchObject({ state: 'NOTICE_STATE_PENDING', text: '', failCause: '' });
  await expect(harness.deskClient().getSlip({ name: `notices/${id}-1` })).rejects.toEqual(refused('NOT_FOUND'));
  await harness.publish(intakeEvent(id, 2, 'ApplicationDecided', ready));
  await harness.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 2);
  harness.answers.set(id, noticeContextResponse('ana@example.md', { state: 'STATE_READY' }));
  const done = await harness.thread(id, (thread) => thread.notices.every(({ state }) => state === 'sent'));
  expect(done.notices).toHaveLength(2);
  expect(done.timer).toBeNull();
  expect(harness.readMail(`${id}-1`).text).toContain('Ana Exemplu');
  expect(harness.readMail(`${id}-2`).text).toContain('Ana Exemplu');
});

test('the first response of a recovered intake resumes all waiting notices', async () => {
  const slow = await startNotifications({ retryMs: 60_000 });
  try {
    const ids = [1, 2, 3].map(() => slow.application('unavailable'));
    await slow.publish(...ids.map((id) => intakeEvent(id, 1, 'ApplicationSubmitted')));
    for (const id of ids) {
      const { notices } = await slow.thread(id);
      expect(notices[0]).toMatchObject({ state: 'compose', failCause: 'intake-unavailable' });
    }
    for (const id of ids) slow.answers.set(id, noticeContextResponse(''));
    const other = slow.application(noticeContextResponse(''));
    await slow.publish(intakeEvent(other, 1, 'ApplicationSubmitted'));
    // Each would wait for one minute.
    for (const id of ids) await slow.thread(id, ({ notices }) => notices[0]?.state === 'printable');
    expect(slow.log.lines).toContainEqual(expect.objectContaining({ event: 'notices-resumed', count: 3 }));
  } finally {
    await slow.stop();
  }
});

test('a notice about an application unknown to intake fails with a code', async () => {
  const id = harness.application('unknown');
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
  expect((await harness.thread(id)).notices[0]).toMatchObject({ state: 'failed', failCause: 'application-unknown' });
  const { notices } = await harness.deskClient().listNotices({ application: `applications/${id}` });
  expect(notices[0]).toMatchObject({ state: 'NOTICE_STATE_FAILED', failCause: 'application-unknown' });
});
