import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openIdentity, refused } from './identity.ts';
import type { World } from './identity.ts';

let world: World;
beforeAll(async () => {
  world = await openIdentity();
});
afterAll(() => world.close());

describe('a suspension', () => {
  const operator = 'operators/cu-009-specialist';

  test('ends sessions at once and refuses sign-in until it is lifted; old sessions stay ended', async () => {
    const mine = world.client(await world.signIn(operator));
    await mine.getSession({});
    const support = world.client(await world.signIn('operators/support'));
    const requestId = randomUUID();
    const done = await support.suspendOperator({ requestId, name: operator });
    expect(done).toMatchObject({ replayed: false, operator: { name: operator, suspended: true } });
    await expect(mine.getSession({})).rejects.toEqual(refused('OPERATOR_SUSPENDED'));
    await expect(world.signIn(operator)).rejects.toEqual(refused('OPERATOR_SUSPENDED'));
    const { operators } = await world.client().listOperators({ centre: 'centres/CU-009' });
    expect(operators.filter(({ suspended }) => suspended).map(({ name }) => name)).toEqual([operator]);

    const lifted = await support.reinstateOperator({ requestId: randomUUID(), name: operator });
    expect(lifted.operator?.suspended).toBe(false);
    await expect(mine.getSession({})).rejects.toEqual(refused('SESSION_EXPIRED'));
    await expect(world.client(await world.signIn(operator)).getSession({})).resolves.toBeDefined();

    const replay = await support.suspendOperator({ requestId, name: operator });
    expect(replay).toMatchObject({ replayed: true, operator: { suspended: false } });
    const again = await support.suspendOperator({ requestId: randomUUID(), name: operator });
    expect(again).toMatchObject({ replayed: false, operator: { suspended: true } });
    await support.reinstateOperator({ requestId: randomUUID(), name: operator });
  });

  test('takes a UUID that was used for nothing else', async () => {
    const support = world.client(await world.signIn('operators/support'));
    await expect(support.suspendOperator({ requestId: '1', name: operator })).rejects.toEqual(
      refused('REQUEST_ID_INVALID'),
    );
    const requestId = randomUUID();
    await support.suspendOperator({ requestId, name: 'operators/cu-010-specialist' });
    await expect(support.suspendOperator({ requestId, name: 'operators/cu-011-specialist' })).rejects.toEqual(
      refused('REQUEST_ID_REUSED'),
    );
    await expect(world.client(await world.signIn('cu-011-specialist')).getSession({})).resolves.toBeDefined();
  });

  test('is for support only, and for operators that exist', async () => {
    const requestId = randomUUID();
    for (const other of ['cu-001-specialist', 'cu-001-manager', 'supervisor', 'asp-clerk'])
      await expect(
        world.client(await world.signIn(other)).suspendOperator({ requestId, name: operator }),
      ).rejects.toEqual(refused('PERMISSION_DENIED'));
    await expect(world.client().suspendOperator({ requestId, name: operator })).rejects.toEqual(
      refused('UNAUTHENTICATED'),
    );
    const support = world.client(await world.signIn('operators/support'));
    await expect(support.suspendOperator({ requestId, name: 'operators/nobody' })).rejects.toEqual(
      refused('NOT_FOUND'),
    );
  });
});
