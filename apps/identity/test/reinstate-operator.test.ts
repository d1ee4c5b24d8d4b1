import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openIdentity, refused } from './identity.ts';
import type { World } from './identity.ts';

let world: World;
beforeAll(async () => {
  world = await openIdentity();
});
afterAll(() => world.close());

describe('lifting a suspension', () => {
  const name = 'operators/cu-009-specialist';

  test('lets the operator sign in again, also one who was never suspended', async () => {
    const support = world.client(await world.signIn('operators/support'));
    for (const before of [false, true]) {
      if (before) await support.suspendOperator({ requestId: randomUUID(), name });
      const lifted = await support.reinstateOperator({ requestId: randomUUID(), name });
      expect(lifted).toMatchObject({ replayed: false, operator: { name, suspended: false } });
      await expect(world.client(await world.signIn(name)).getSession({})).resolves.toBeDefined();
    }
  });

  test('is done once for a request id, and says so when it is asked again', async () => {
    const support = world.client(await world.signIn('operators/support'));
    const requestId = randomUUID();
    await support.reinstateOperator({ requestId, name });
    await support.suspendOperator({ requestId: randomUUID(), name });
    expect(await support.reinstateOperator({ requestId, name })).toMatchObject({
      replayed: true,
      operator: { suspended: true },
    });
  });

  test('is for support only, and for operators that exist', async () => {
    const requestId = randomUUID();
    for (const other of ['cu-001-specialist', 'cu-001-manager', 'supervisor', 'asp-clerk'])
      await expect(world.client(await world.signIn(other)).reinstateOperator({ requestId, name })).rejects.toEqual(
        refused('PERMISSION_DENIED'),
      );
    await expect(world.client().reinstateOperator({ requestId, name })).rejects.toEqual(refused('UNAUTHENTICATED'));
    const support = world.client(await world.signIn('operators/support'));
    await expect(support.reinstateOperator({ requestId, name: 'operators/nobody' })).rejects.toEqual(
      refused('NOT_FOUND'),
    );
  });
});
