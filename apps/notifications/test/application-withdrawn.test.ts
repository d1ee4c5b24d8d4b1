import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noticeContextResponse, intakeEvent, shareNotifications } from './harness.ts';

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => void (harness = await shareNotifications()));
afterAll(() => harness.stop());

test('ApplicationWithdrawn of a filed application creates a notice', async () => {
  const id = harness.application(noticeContextResponse('', { state: 'STATE_WITHDRAWN' }));
  await harness.publish(intakeEvent(id, 1, 'ApplicationWithdrawn', { fromState: 'STATE_SUBMITTED' }));
  expect((await harness.thread(id)).notices).toMatchObject([{ kind: 'application-withdrawn', state: 'printable' }]);
});

test('ApplicationWithdrawn of a draft creates no notice', async () => {
  const id = harness.application(noticeContextResponse(''));
  await harness.publish(intakeEvent(id, 1, 'ApplicationWithdrawn', { fromState: 'STATE_DRAFT' }));
  expect(await harness.thread(id)).toMatchObject({ notices: [], lastSeqs: { applications: 1 } });
});
