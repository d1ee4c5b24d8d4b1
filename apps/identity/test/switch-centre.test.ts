import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { shareWorld, problemWith } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

let world: SharedWorld;
beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());

const claimsOf = (token: string) => world.keys.forService('gateway').verifySession(token);
const MANAGER = 'cu-001-manager';

describe('a manager of two centres', () => {
  test('signs in at the first; the session lists both', async () => {
    const { session, assertion } = await world.client().createSession({ provider: 'local', operator: MANAGER });
    expect(session).toMatchObject({
      operator: { displayName: 'Test Manager Lozova', language: 'ro', centres: ['centres/CU-001', 'centres/CU-002'] },
      centre: 'centres/CU-001',
      centres: [{ name: 'centres/CU-001', displayName: 'Lozova' }, { name: 'centres/CU-002' }],
    });
    expect(await claimsOf(assertion)).toMatchObject({ centre: 'centres/CU-001', language: 'ro' });
  });

  test('can sign in at the second, and at no other', async () => {
    const at = (centre: string) => world.client().createSession({ provider: 'local', operator: MANAGER, centre });
    expect(await claimsOf((await at('centres/CU-002')).assertion)).toMatchObject({ centre: 'centres/CU-002' });
    await expect(at('centres/CU-003')).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    await expect(at('CU-002')).rejects.toMatchObject({ violations: [{ field: '/centre', rule: 'RESOURCE_NAME' }] });
  });

  test('switches the centre of the same session, with the same expiry', async () => {
    const before = await world.signIn(MANAGER);
    const was = (await world.client(before).getSession({})).session!;
    const { session, assertion } = await world.client(before).switchCentre({ centre: 'centres/CU-002' });
    expect(session).toMatchObject({ id: was.id, centre: 'centres/CU-002', expireTime: was.expireTime });
    const [old, now] = [await claimsOf(before), await claimsOf(assertion)];
    expect(now).toEqual({ ...old, centre: 'centres/CU-002' });
    expect((await world.client(assertion).getSession({})).session).toEqual(session);

    expect((await world.client(assertion).switchCentre({ centre: 'centres/CU-002' })).session).toEqual(session);
    const back = await world.client(assertion).switchCentre({ centre: 'centres/CU-001' });
    expect(back.session).toEqual(was);
  });

  test('ends the session at both centres on sign-out', async () => {
    const before = await world.signIn(MANAGER);
    const { assertion } = await world.client(before).switchCentre({ centre: 'centres/CU-002' });
    await world.client(assertion).deleteSession({});
    for (const token of [before, assertion]) {
      await expect(world.client(token).getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
      await expect(world.client(token).switchCentre({ centre: 'centres/CU-001' })).rejects.toEqual(
        problemWith('SESSION_EXPIRED'),
      );
    }
  });
});

describe('SwitchCentre rejects', () => {
  test.each([
    ['a centre of others', 'centres/CU-005', 'PERMISSION_DENIED'],
    ['an unknown centre', 'centres/CU-999', 'PERMISSION_DENIED'],
    ['an empty name', '', 'INVALID_ARGUMENT'],
    ['a name of another resource', 'agencies/asp', 'INVALID_ARGUMENT'],
  ])('%s', async (_what, centre, reason) => {
    const token = await world.signIn(MANAGER);
    await expect(world.client(token).switchCentre({ centre })).rejects.toEqual(problemWith(reason));
  });

  test('operators of one centre or of none', async () => {
    for (const operator of ['cu-001-specialist', 'support', 'asp-clerk']) {
      const token = await world.signIn(operator);
      await expect(world.client(token).switchCentre({ centre: 'centres/CU-002' })).rejects.toEqual(
        problemWith('PERMISSION_DENIED'),
      );
    }
  });

  test('callers without a session, other services, and suspended operators', async () => {
    const to = { centre: 'centres/CU-004' };
    await expect(world.client().switchCentre(to)).rejects.toEqual(problemWith('UNAUTHENTICATED'));
    const token = await world.signIn('cu-003-manager');
    await expect(world.client(token, { from: 'intake' }).switchCentre(to)).rejects.toEqual(
      problemWith('PERMISSION_DENIED'),
    );
    const supervisor = world.client(await world.signIn('supervisor'));
    await world.secondManagers(supervisor, ['CU-003', 'CU-004']);
    await supervisor.suspendOperator({ requestId: randomUUID(), name: 'operators/cu-003-manager' });
    await expect(world.client(token).switchCentre(to)).rejects.toEqual(problemWith('OPERATOR_SUSPENDED'));
  });

  test('a closed centre, whose sessions end while others continue', async () => {
    const { operators } = await world.client().listOperators({ pageSize: 200 });
    // Other files create the centres from CU-900 on.
    const isSample = (centre: string) => centre < 'centres/CU-900';
    const both = operators.filter(({ centres }) => centres.length === 2 && centres.every(isSample)).at(-1)!;
    const [home, second] = both.centres as [string, string];
    const at = async (centre: string) =>
      (await world.client().createSession({ provider: 'local', operator: both.name, centre })).assertion;
    const [here, there] = [await at(home), await at(second)];
    world.become(second.slice('centres/'.length), 'closed');
    await eventually(() => world.identity.registry.current().get(second.slice('centres/'.length))?.status === 'closed');
    await expect(world.client(here).switchCentre({ centre: second })).rejects.toEqual(problemWith('CENTRE_CLOSED'));
    await expect(world.client(there).getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
    await expect(world.client(there).switchCentre({ centre: home })).rejects.toEqual(problemWith('SESSION_EXPIRED'));
    expect((await world.client(here).getSession({})).session).toMatchObject({ centre: home });
  });
});

describe('ListSignInProviders', () => {
  test('returns names in three languages without a session', async () => {
    const { providers } = await world.client().listSignInProviders({});
    expect(providers).toMatchObject([
      {
        name: 'local',
        displayName: { ro: expect.stringMatching(/./), ru: expect.stringMatching(/./) },
        listsOperators: true,
      },
    ]);
  });

  test('allows the gateway only', async () => {
    await expect(world.client(undefined, { from: 'intake' }).listSignInProviders({})).rejects.toEqual(
      problemWith('PERMISSION_DENIED'),
    );
  });
});
