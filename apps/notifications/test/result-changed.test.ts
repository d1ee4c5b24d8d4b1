import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contactOf, happened, startNotifications } from './harness.ts';

let n: Awaited<ReturnType<typeof startNotifications>>;
beforeAll(async () => void (n = await startNotifications()));
afterAll(() => n.stop());

const ready = { ref: { state: 'STATE_READY' } } as const;

test.each([
  [false, 'result-corrected'],
  [true, 'result-revoked'],
] as const)('ResultChanged with revoked %s tells the person: %s', async (revoked, kind) => {
  const id = n.application(contactOf('', { state: 'STATE_READY' }));
  await n.say(happened(id, 1, 'ResultChanged', { ...ready, revoked }));
  expect((await n.thread(id)).notices).toMatchObject([{ kind, state: 'printable' }]);
});

test('ResultChanged that revokes a result of which the person was not told yet is told alone', async () => {
  const id = n.application('unavailable');
  await n.say(happened(id, 1, 'ApplicationDecided', ready));
  expect((await n.thread(id)).notices[0]).toMatchObject({ kind: 'result-ready', state: 'compose' });
  const revokeTime = { seconds: '1796000000', nanos: 0 };
  n.answers.set(id, contactOf('ana@example.md', { state: 'STATE_READY', decision: { approved: true, revokeTime } }));
  await n.say(happened(id, 2, 'ResultChanged', { ...ready, revoked: true }));
  const done = await n.thread(id, (thread) => thread.notices.length === 2 && thread.timer === null);
  expect(done.notices.map(({ kind, state, failCause }) => [kind, state, failCause])).toEqual([
    ['result-ready', 'failed', 'overtaken'],
    ['result-revoked', 'sent', undefined],
  ]);
  expect(() => n.readMail(`${id}-1`)).toThrow('ENOENT');
});
