import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;

describe('WithdrawApplication', () => {
  test.each(['open', 'file'] as const)('withdraws an application once (after "%s")', async (method) => {
    const { name } = await at()[method](2);
    const given = { requestId: randomUUID(), name, reason: 'another wish' };
    const { application } = await at().withdrawApplication(given);
    expect(application).toMatchObject({
      state: 'STATE_WITHDRAWN',
      allowedActions: ['ACTION_CORRECT', 'ACTION_CHANGE_CONTACT'],
    });
    const again = at().withdrawApplication({ requestId: randomUUID(), name });
    await expect(again).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
  });

  test('rejects a reason over 500 characters', async () => {
    const { name } = await at().open(2);
    const withReason = (length: number) =>
      at().withdrawApplication({ requestId: randomUUID(), name, reason: 'x'.repeat(length) });
    await expect(withReason(501)).rejects.toMatchObject({
      violations: [{ field: '/reason', rule: 'MAX_LENGTH', params: { max: 500 } }],
    });
    expect((await withReason(500)).application!.state).toBe('STATE_WITHDRAWN');
  });

  test('keeps how the person stated the wish', async () => {
    const [signed, unsigned, silent] = [await at().file(2), await at().file(2), await at().file(2)];
    const unsignedReason = 'asked by telephone';
    await at().withdrawApplication({ requestId: randomUUID(), name: signed.name, statement: { signed: true } });
    await at().withdrawApplication({ requestId: randomUUID(), name: unsigned.name, statement: { unsignedReason } });
    await at().withdrawApplication({ requestId: randomUUID(), name: silent.name });
    const statementOf = async ({ name }: { name: string }) => (await at().history(name)).at(-1)!.withdrawalStatement;
    expect(await statementOf(signed)).toEqual({ signed: true, unsignedReason: '' });
    expect(await statementOf(unsigned)).toEqual({ signed: false, unsignedReason });
    expect(await statementOf(silent)).toBeNull();
  });

  test.each([
    [{ signed: false, unsignedReason: ' ' }, 'REQUIRED'],
    [{ signed: true, unsignedReason: 'asked by telephone' }, 'CONTRADICTION'],
    [{ signed: false, unsignedReason: 'x'.repeat(501) }, 'MAX_LENGTH'],
  ])('rejects a statement without its reason, or with a needless one (%#)', async (statement, rule) => {
    const { name } = await at().file(2);
    await expect(at().withdrawApplication({ requestId: randomUUID(), name, statement })).rejects.toMatchObject({
      violations: [{ field: '/statement/unsignedReason', rule }],
    });
    expect(await at().history(name)).toHaveLength(1);
  });

  test('ignores the case of the request ID', async () => {
    const { name } = await at().open(2);
    const requestId = randomUUID();
    await at().withdrawApplication({ requestId: requestId.toUpperCase(), name });
    expect((await at().withdrawApplication({ requestId, name })).replayed).toBe(true);
    expect((await at().history(name)).at(-1)?.cause).toBe(requestId);
  });

  test('treats a request ID per application', async () => {
    const [one, other] = [await at().open(2), await at().open(2)];
    const requestId = randomUUID();
    await at().withdrawApplication({ requestId, name: one.name });
    const second = await at().withdrawApplication({ requestId, name: other.name });
    expect(second).toMatchObject({ replayed: false, application: { state: 'STATE_WITHDRAWN' } });
  });

  test('accepts one of ten concurrent withdrawals and records it once', async () => {
    const { name } = await at().file(5);
    const race = await Promise.allSettled(
      Array.from({ length: 10 }, () => at().withdrawApplication({ requestId: randomUUID(), name })),
    );
    expect(race.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    expect((await at().history(name)).map(({ kind }) => kind)).toEqual(['submit', 'withdraw']);
  });
});
