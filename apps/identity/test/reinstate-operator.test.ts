import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { shareWorld, problemWith } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

let world: SharedWorld;
beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());

describe('ReinstateOperator', () => {
  const name = 'operators/cu-009-specialist';

  test('allows sign-in again, and accepts an operator who was never suspended', async () => {
    const supervisor = world.client(await world.signIn('operators/supervisor'));
    for (const before of [false, true]) {
      if (before) await supervisor.suspendOperator({ requestId: randomUUID(), name });
      const lifted = await supervisor.reinstateOperator({ requestId: randomUUID(), name });
      expect(lifted).toMatchObject({ replayed: false, operator: { name, suspended: false } });
      await expect(world.client(await world.signIn(name)).getSession({})).resolves.toBeDefined();
    }
  });

  test('applies a request ID once and reports the replay', async () => {
    const supervisor = world.client(await world.signIn('operators/supervisor'));
    const requestId = randomUUID();
    await supervisor.reinstateOperator({ requestId, name });
    await supervisor.suspendOperator({ requestId: randomUUID(), name });
    expect(await supervisor.reinstateOperator({ requestId, name })).toMatchObject({
      replayed: true,
      operator: { suspended: true },
    });
  });

  test('requires a supervisor and an existing operator', async () => {
    const requestId = randomUUID();
    for (const other of ['cu-001-specialist', 'cu-001-manager', 'support', 'asp-clerk'])
      await expect(world.client(await world.signIn(other)).reinstateOperator({ requestId, name })).rejects.toEqual(
        problemWith('PERMISSION_DENIED'),
      );
    await expect(world.client().reinstateOperator({ requestId, name })).rejects.toEqual(problemWith('UNAUTHENTICATED'));
    const supervisor = world.client(await world.signIn('operators/supervisor'));
    await expect(supervisor.reinstateOperator({ requestId, name: 'operators/nobody' })).rejects.toEqual(
      problemWith('NOT_FOUND'),
    );
  });
});
