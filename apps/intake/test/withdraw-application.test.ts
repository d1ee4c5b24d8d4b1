import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

/** WithdrawApplication: a draft is discarded, or what was filed is taken back. */

const scene = useIntake();
const { at } = scene;

test.each(['open', 'file'] as const)('An application that the desk did %s is withdrawn, once.', async (did) => {
  const { name } = await at()[did](2);
  const given = { requestId: randomUUID(), name, reason: 'another wish' };
  const { application } = await at().withdrawApplication(given);
  expect(application).toMatchObject({ state: 'STATE_WITHDRAWN', allowedActions: ['ACTION_CORRECT'] });
  const again = at().withdrawApplication({ requestId: randomUUID(), name });
  await expect(again).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
});

test('A reason of more than 500 characters is refused.', async () => {
  const { name } = await at().open(2);
  const withReason = (length: number) =>
    at().withdrawApplication({ requestId: randomUUID(), name, reason: 'x'.repeat(length) });
  await expect(withReason(501)).rejects.toMatchObject({
    violations: [{ field: '/reason', rule: 'MAX_LENGTH', params: { most: 500 } }],
  });
  expect((await withReason(500)).application!.state).toBe('STATE_WITHDRAWN');
});

test('The same request id in another case is the same withdrawal.', async () => {
  const { name } = await at().open(2);
  const requestId = randomUUID();
  await at().withdrawApplication({ requestId: requestId.toUpperCase(), name });
  expect((await at().withdrawApplication({ requestId, name })).replayed).toBe(true);
  expect((await at().history(name)).at(-1)?.cause).toBe(requestId);
});

test('A request id that did something to one application says nothing about another.', async () => {
  const [one, other] = [await at().open(2), await at().open(2)];
  const requestId = randomUUID();
  await at().withdrawApplication({ requestId, name: one.name });
  const second = await at().withdrawApplication({ requestId, name: other.name });
  expect(second).toMatchObject({ replayed: false, application: { state: 'STATE_WITHDRAWN' } });
});

test('Of ten racing withdrawals without an etag one wins, and the history holds it once.', async () => {
  const { name } = await at().file(5);
  const race = await Promise.allSettled(
    Array.from({ length: 10 }, () => at().withdrawApplication({ requestId: randomUUID(), name })),
  );
  expect(race.filter(({ status }) => status === 'fulfilled').length).toBe(1);
  expect((await at().history(name)).map(({ kind }) => kind)).toEqual(['submit', 'withdraw']);
});
