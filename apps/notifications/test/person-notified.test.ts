import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noticeContextResponse, intakeEvent, shareNotifications } from './harness.ts';

/** PersonNotified: a colleague notified the applicant of the content of a notice. */

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => void (harness = await shareNotifications()));
afterAll(() => harness.stop());

test('PersonNotified marks its notice only, once, with time and method', async () => {
  const id = harness.application(noticeContextResponse(''));
  const time = new Date(Date.now() - 1000);
  const personNotified = intakeEvent(
    id,
    3,
    'PersonNotified',
    { method: 'NOTIFICATION_METHOD_IN_PERSON', notice: `notices/${id}-1` },
    { time },
  );
  await harness.publish(
    intakeEvent(id, 1, 'ApplicationSubmitted'),
    intakeEvent(id, 2, 'DocumentsRequested', { answerBy: '2026-12-20' }),
    personNotified,
    personNotified,
    intakeEvent(id, 4, 'ApplicationInProgress'),
  );
  await harness.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 4);
  const { notices } = await harness.deskClient().listNotices({ application: `applications/${id}` });
  expect(notices.map(({ notifyMethod }) => notifyMethod)).toEqual(['in-person', '']);
  expect(Number(notices[0]!.notifyTime!.seconds)).toBe(Math.floor(time.getTime() / 1000));
});

test('PersonNotified of a notice of another application changes nothing', async () => {
  const [mine, other] = [
    harness.application(noticeContextResponse('')),
    harness.application(noticeContextResponse('')),
  ];
  await harness.publish(intakeEvent(other, 1, 'ApplicationSubmitted'), intakeEvent(mine, 1, 'ApplicationSubmitted'));
  await harness.thread(other);
  const about = { method: 'NOTIFICATION_METHOD_PHONE', notice: `notices/${other}-1` } as const;
  await harness.publish(intakeEvent(mine, 2, 'PersonNotified', about));
  await harness.thread(mine, ({ lastSeqs }) => lastSeqs?.['applications'] === 2);
  const { notices } = await harness.deskClient().listNotices({ application: `applications/${other}` });
  expect(notices.map(({ notifyMethod }) => notifyMethod)).toEqual(['']);
});
