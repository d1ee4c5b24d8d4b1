import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noticeContextResponse, intakeEvent, shareNotifications } from './harness.ts';

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => void (harness = await shareNotifications()));
afterAll(() => harness.stop());

const ready = { ref: { state: 'STATE_READY' } } as const;

test.each([
  [false, 'result-corrected'],
  [true, 'result-revoked'],
] as const)('ResultChanged with revoked %s creates the notice %s', async (revoked, kind) => {
  const id = harness.application(noticeContextResponse('', { state: 'STATE_READY' }));
  await harness.publish(intakeEvent(id, 1, 'ResultChanged', { ...ready, revoked }));
  expect((await harness.thread(id)).notices).toMatchObject([{ kind, state: 'printable' }]);
});

test('ResultChanged that revokes a result creates the only notice of a pending one', async () => {
  const id = harness.application('unavailable');
  await harness.publish(intakeEvent(id, 1, 'ApplicationDecided', ready));
  expect((await harness.thread(id)).notices[0]).toMatchObject({ kind: 'result-ready', state: 'compose' });
  const revokeTime = { seconds: '1796000000', nanos: 0 };
  harness.answers.set(
    id,
    noticeContextResponse('ana@example.md', { state: 'STATE_READY', decision: { approved: true, revokeTime } }),
  );
  await harness.publish(intakeEvent(id, 2, 'ResultChanged', { ...ready, revoked: true }));
  const done = await harness.thread(id, (thread) => thread.notices.length === 2 && thread.timer === null);
  expect(done.notices.map(({ kind, state, failCause }) => [kind, state, failCause])).toEqual([
    ['result-ready', 'failed', 'superseded'],
    ['result-revoked', 'sent', undefined],
  ]);
  expect(() => harness.readMail(`${id}-1`)).toThrow('ENOENT');
});
