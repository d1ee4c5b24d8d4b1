import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noticeContextResponse, intakeEvent, newerEvent, shareNotifications } from './harness.ts';

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => void (harness = await shareNotifications()));
afterAll(() => harness.stop());

test.each([
  'ApplicationInProgress',
  'DocumentsSupplied',
  'ResultHandedOver',
  'ApplicationClosed',
  'DeskAlertRaised',
  'PersonNotified',
  'ContactChanged',
] as const)('%s is counted, without a notice', async (type) => {
  const id = harness.application(noticeContextResponse('ana@example.md'));
  await harness.publish(intakeEvent(id, 1, type));
  expect(await harness.thread(id)).toMatchObject({ notices: [], lastSeqs: { applications: 1 } });
});

test('an event of a later release is counted at any position, without a notice', async () => {
  const id = harness.application(noticeContextResponse(''));
  await harness.publish(newerEvent(id, 1), intakeEvent(id, 2, 'ApplicationSubmitted'), newerEvent(id, 3));
  await harness.publish(intakeEvent(id, 4, 'ApplicationDecided', { ref: { state: 'STATE_READY' } }));
  const { notices } = await harness.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 4);
  expect(notices.map(({ id: notice, kind }) => [notice, kind])).toEqual([
    [`${id}-2`, 'application-submitted'],
    [`${id}-4`, 'result-ready'],
  ]);
});
