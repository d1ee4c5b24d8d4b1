import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { familyName, idnp } from '@cups/testing';
import { shareWorld, problemWith } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

let world: SharedWorld;
beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());

describe('SuspendOperator', () => {
  const operator = 'operators/cu-009-specialist';

  test('ends sessions for good and blocks sign-in until reinstatement', async () => {
    const mine = world.client(await world.signIn(operator));
    await mine.getSession({});
    const supervisor = world.client(await world.signIn('operators/supervisor'));
    const requestId = randomUUID();
    const done = await supervisor.suspendOperator({ requestId, name: operator });
    expect(done).toMatchObject({ replayed: false, operator: { name: operator, suspended: true } });
    await expect(mine.getSession({})).rejects.toEqual(problemWith('OPERATOR_SUSPENDED'));
    await expect(world.signIn(operator)).rejects.toEqual(problemWith('OPERATOR_SUSPENDED'));
    const { operators } = await world.client().listOperators({ centre: 'centres/CU-009' });
    expect(operators.filter(({ suspended }) => suspended).map(({ name }) => name)).toEqual([operator]);

    const lifted = await supervisor.reinstateOperator({ requestId: randomUUID(), name: operator });
    expect(lifted.operator?.suspended).toBe(false);
    await expect(mine.getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
    await expect(world.client(await world.signIn(operator)).getSession({})).resolves.toBeDefined();

    const replay = await supervisor.suspendOperator({ requestId, name: operator });
    expect(replay).toMatchObject({ replayed: true, operator: { suspended: false } });
    const again = await supervisor.suspendOperator({ requestId: randomUUID(), name: operator });
    expect(again).toMatchObject({ replayed: false, operator: { suspended: true } });
    await supervisor.reinstateOperator({ requestId: randomUUID(), name: operator });
  });

  test.each([
    ['a supervisor', '', ['ROLE_SUPERVISOR' as const]],
    ['a manager', 'centres/CU-011', ['ROLE_CENTRE_MANAGER' as const]],
  ])('blocks staff changes by %s with an earlier assertion', async (what, centre, roles) => {
    const supervisor = world.client(await world.signIn('operators/supervisor'));
    const person = (n: number) => ({ idnp: idnp(n), givenName: 'Ana', familyName: familyName(n) });
    const invitation = { requestId: randomUUID(), centre, roles };
    const n = what.length;
    const { member } = await supervisor.inviteOperator(Object.assign(invitation, person(700 + n)));
    const mine = world.client(await world.signIn(member!.name));
    const invite = (another: number) =>
      mine.inviteOperator({
        ...{ requestId: randomUUID(), centre: centre || 'centres/CU-011', roles: ['ROLE_SPECIALIST'] },
        ...person(another),
      });
    await invite(800 + n);
    await supervisor.suspendOperator({ requestId: randomUUID(), name: member!.name });
    await expect(invite(900 + n)).rejects.toEqual(problemWith('OPERATOR_SUSPENDED'));
  });

  test('requires a UUID that was not used for another request', async () => {
    const supervisor = world.client(await world.signIn('operators/supervisor'));
    const name = 'operators/cu-010-specialist';
    await expect(supervisor.suspendOperator({ requestId: '1', name })).rejects.toEqual(
      problemWith('REQUEST_ID_INVALID'),
    );
    const requestId = randomUUID();
    await supervisor.suspendOperator({ requestId, name });
    const there = { requestId, name, centre: 'centres/CU-010' };
    await expect(supervisor.suspendOperator(there)).rejects.toEqual(problemWith('REQUEST_ID_REUSED'));
  });

  test('requires a supervisor and an existing operator', async () => {
    const requestId = randomUUID();
    for (const other of ['cu-001-specialist', 'cu-001-manager', 'support', 'asp-clerk'])
      await expect(
        world.client(await world.signIn(other)).suspendOperator({ requestId, name: operator }),
      ).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    await expect(world.client().suspendOperator({ requestId, name: operator })).rejects.toEqual(
      problemWith('UNAUTHENTICATED'),
    );
    const supervisor = world.client(await world.signIn('operators/supervisor'));
    await expect(supervisor.suspendOperator({ requestId, name: 'operators/nobody' })).rejects.toEqual(
      problemWith('NOT_FOUND'),
    );
  });
});
