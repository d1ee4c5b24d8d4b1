import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { eventually, familyName, idnp } from '@cups/testing';
import { startWorld, problemWith } from './identity-world.ts';
import type { Client, World } from './identity-world.ts';

let world: World;
let supervisor: Client;
beforeAll(async () => {
  world = await startWorld();
  supervisor = world.client(await world.signIn('supervisor'));
  for (const code of ['CU-931', 'CU-932', 'CU-933']) world.newCentre(code, code === 'CU-932' ? 'paused' : 'planned');
  await eventually(() => world.identity.registry.current().has('CU-933'));
  world.become('CU-932', 'closed');
  await eventually(() => world.identity.registry.current().get('CU-932')?.status === 'closed');
});
afterAll(() => world.close());

const [PLANNED, CLOSED, OPEN] = ['centres/CU-931', 'centres/CU-932', 'centres/CU-003'];

/** Invites an operator to these centres; the first is the home centre. */
async function invite(
  n: number,
  centres: string[],
  platformRole?: 'ROLE_SUPERVISOR' | 'ROLE_SUPPORT',
): Promise<string> {
  const person = { idnp: idnp(n), givenName: 'Ana', familyName: familyName(n) };
  let name = '';
  for (const centre of centres) {
    const invitation = { requestId: randomUUID(), centre, roles: ['ROLE_SPECIALIST' as const] };
    name = (await supervisor.inviteOperator(Object.assign(invitation, person))).member!.name;
  }
  if (platformRole) await supervisor.updateOperatorRoles({ requestId: randomUUID(), name, roles: [platformRole] });
  return name;
}

const signIn = (operator: string, centre = '') => world.client().createSession({ provider: 'local', operator, centre });

describe('an operator whose home centre is not open yet', () => {
  test('signs in at another open workplace', async () => {
    const { session, assertion } = await signIn(await invite(320, [PLANNED!, OPEN!]));
    expect(session).toMatchObject({ centre: OPEN, operator: { roles: ['ROLE_SPECIALIST'] } });
    expect((await world.client(assertion).getSession({})).session?.centre).toBe(OPEN);
  });

  test('cannot sign in at the home centre, or without an open workplace', async () => {
    const name = await invite(321, [PLANNED!, 'centres/CU-933']);
    await expect(signIn(name)).rejects.toEqual(problemWith('CENTRE_NOT_OPEN'));
    await expect(signIn(name, PLANNED)).rejects.toEqual(problemWith('CENTRE_NOT_OPEN'));
    await expect(signIn(name, CLOSED)).rejects.toEqual(problemWith('PERMISSION_DENIED'));
  });

  test.each(['ROLE_SUPERVISOR', 'ROLE_SUPPORT'] as const)('needs no open workplace as %s', async (role) => {
    const { session, assertion } = await signIn(await invite(role === 'ROLE_SUPPORT' ? 322 : 323, [PLANNED!], role));
    expect(session).toMatchObject({ centre: '', operator: { roles: [role] } });
    expect((await world.client(assertion).getSession({})).session).toMatchObject({
      centre: '',
      operator: { roles: [role] },
    });
  });

  test('is listed by the local provider while any workplace is open', async () => {
    const [there, nowhere] = [await invite(324, [PLANNED!, OPEN!]), await invite(325, [PLANNED!])];
    const { operators } = await world.client().listOperators({ pageSize: 200 });
    const names = operators.map(({ name }) => name);
    expect([names.includes(there), names.includes(nowhere)]).toEqual([true, false]);
  });
});

test('an operator of a closed home centre signs in at another open workplace only', async () => {
  for (const code of ['CU-934', 'CU-935']) world.newCentre(code);
  await eventually(() => world.identity.registry.current().has('CU-935'));
  const [first, second] = ['centres/CU-934', 'centres/CU-935'];
  const name = await invite(326, [first!, second!]);
  const { assertion } = await signIn(name);
  const close = async (code: string) => {
    for (const status of ['paused', 'closed']) {
      world.become(code, status);
      await eventually(() => world.identity.registry.current().get(code)?.status === status);
    }
  };
  await close('CU-934');
  await expect(world.client(assertion).getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
  expect((await signIn(name)).session?.centre).toBe(second);
  await close('CU-935');
  await expect(signIn(name)).rejects.toEqual(problemWith('CENTRE_CLOSED'));
});
