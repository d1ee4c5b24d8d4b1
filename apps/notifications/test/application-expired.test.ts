import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noticeContextResponse, intakeEvent, shareNotifications } from './harness.ts';

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => void (harness = await shareNotifications()));
afterAll(() => harness.stop());

test('ApplicationExpired of a filed application creates a notice', async () => {
  const id = harness.application(noticeContextResponse('', { state: 'STATE_EXPIRED' }));
  await harness.publish(intakeEvent(id, 1, 'ApplicationExpired', { fromState: 'STATE_DOCUMENTS_REQUESTED' }));
  expect((await harness.thread(id)).notices).toMatchObject([{ kind: 'application-expired', state: 'printable' }]);
});

test('ApplicationExpired of a draft creates no notice', async () => {
  const id = harness.application(noticeContextResponse(''));
  await harness.publish(intakeEvent(id, 1, 'ApplicationExpired', { fromState: 'STATE_DRAFT' }));
  expect(await harness.thread(id)).toMatchObject({ notices: [], lastSeqs: { applications: 1 } });
});
