import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Problem } from '@cups/problem';
import { idnp } from '@cups/testing';
import { startWorld, problemWith } from './identity-world.ts';
import type { Client, World } from './identity-world.ts';

let world: World;
let supervisor: Client;
let manager: Client;
beforeAll(async () => {
  world = await startWorld();
  supervisor = world.client(await world.signIn('supervisor'));
  manager = world.client(await world.signIn('cu-001-manager'));
});
afterAll(() => world.close());

const [CU_001, CU_002, CU_003] = ['centres/CU-001', 'centres/CU-002', 'centres/CU-003'];
type Roles = ('ROLE_SPECIALIST' | 'ROLE_SUPERVISOR' | 'ROLE_SUPPORT' | 'ROLE_AGENCY_CLERK')[];
const specialist: Roles = ['ROLE_SPECIALIST'];
const personOf = (n: number, more: object = {}) =>
  Object.assign({ idnp: idnp(n), givenName: 'Ștefana', familyName: 'Exemplu-Probă' }, more);
const invitation = (n: number, more: object = {}) =>
  Object.assign({ requestId: randomUUID(), centre: CU_001, roles: specialist }, personOf(n, more));

/** Invites a person elsewhere, as a supervisor. */
async function inviteKnown(n: number, more: object = { centre: CU_002 }): Promise<string> {
  const { member } = await supervisor.inviteOperator(invitation(n, more));
  return member!.name;
}
const refusalOf = async (work: () => Promise<unknown>) => {
  const error = (await work().then(
    () => ({}),
    (failed: unknown) => failed,
  )) as Problem;
  const { reason, message, violations, metadata } = error;
  return { reason, message, violations, metadata };
};

describe('an invitation by a manager', () => {
  test('is rejected with the same problem for every known person', async () => {
    await inviteKnown(401, { centre: '', roles: ['ROLE_SUPERVISOR'] });
    await inviteKnown(402, { centre: '', roles: ['ROLE_SUPPORT'] });
    await inviteKnown(403, { centre: '', roles: ['ROLE_AGENCY_CLERK'], agency: 'agencies/asp' });
    const works = await inviteKnown(404);
    await supervisor.updateOperatorRoles({
      requestId: randomUUID(),
      name: await inviteKnown(406),
      roles: ['ROLE_SUPPORT'],
    });
    await supervisor.suspendOperator({ requestId: randomUUID(), name: await inviteKnown(407), centre: '' });
    const gone = await inviteKnown(408);
    await supervisor.removeOperator({ requestId: randomUUID(), name: gone, centre: '' });
    const otherNames = { givenName: 'Ana', familyName: 'Altul' };
    const refusals = await Promise.all(
      [
        ...[invitation(401), invitation(402), invitation(403), invitation(406)],
        ...[401, 402, 403, 404, 406, 407, 408].map((n) => invitation(n, otherNames)),
        invitation(404, { familyName: 'Altul' }),
        invitation(404, { givenName: 'Ana' }),
      ].map((request) => refusalOf(() => manager.inviteOperator(request))),
    );
    expect(refusals[0]).toMatchObject({ reason: 'INVITATION_REFUSED', violations: [] });
    for (const refusal of refusals) expect(refusal).toEqual(refusals[0]);
    for (const name of [works, gone]) {
      const { actions } = await supervisor.listOperatorActions({ name });
      expect(actions.filter(({ centre }) => centre === CU_001)).toEqual([]);
    }
  });

  test('is rejected alike for a person at the limit of workplaces', async () => {
    for (let n = 1; n <= 20; n += 1) {
      await inviteKnown(410, { centre: `centres/CU-${String(n + 1).padStart(3, '0')}` });
    }
    await expect(manager.inviteOperator(invitation(410))).rejects.toEqual(problemWith('INVITATION_REFUSED'));
  });

  test('returns the typed names and nothing else until the first sign-in', async () => {
    const name = await inviteKnown(420);
    await world.signIn(name);
    const typed = { givenName: 'Stefana', familyName: 'EXEMPLU PROBA', language: 'ru' };
    const request = invitation(420, typed);
    const unknown = (await manager.inviteOperator(invitation(421, typed))).member!;
    const { member } = await manager.inviteOperator(request);
    const shown = { displayName: 'Stefana EXEMPLU PROBA', status: 'STAFF_STATUS_INVITED', lastSignInTime: null };
    const invited = { invitedBy: 'operators/cu-001-manager', suspended: false, idnpLastDigits: idnp(420).slice(-4) };
    expect(member).toMatchObject({ ...typed, ...shown, ...invited, name });
    expect(Number(member!.inviteTime?.seconds)).toBeGreaterThan(Date.now() / 1000 - 60);
    const [known, other] = [member!, unknown].map((found) =>
      Object.assign({}, found, { name: '', idnpLastDigits: '', inviteTime: null }),
    );
    expect(known).toEqual(other);
    expect((await manager.inviteOperator(request)).member).toEqual(member);

    await supervisor.suspendOperator({ requestId: randomUUID(), name, centre: '', reason: 'Of no concern there.' });
    const hidden = { status: 'STAFF_STATUS_INVITED', lastSignInTime: null, language: '', suspended: false };
    expect((await manager.getOperator({ name, centre: CU_001 })).member).toMatchObject({ ...hidden, ...invited });
    const { members } = await manager.listCentreOperators({ centre: CU_001, pageSize: 200 });
    expect(members.find((found) => found.name === name)).toMatchObject({ ...hidden, ...invited });
    const actionsOf = async () => (await manager.listOperatorActions({ name, centre: CU_001 })).actions;
    expect((await actionsOf()).map(({ action }) => action)).toEqual(['invited']);
    const whole = await supervisor.getOperator({ name, centre: CU_001 });
    expect(whole.member).toMatchObject({ status: 'STAFF_STATUS_SUSPENDED', language: 'ro', suspended: true });
    await supervisor.reinstateOperator({ requestId: randomUUID(), name, centre: '' });

    const own = world.client(await world.signIn(name));
    await own.switchCentre({ centre: CU_001 });
    const arrived = (await manager.getOperator({ name, centre: CU_001 })).member!;
    expect(arrived).toMatchObject({ status: 'STAFF_STATUS_ACTIVE', language: 'ro', lastSignInTime: expect.anything() });
    expect((await actionsOf()).map(({ action }) => action)).toEqual(['signed-in', 'invited']);
  });

  test('of a person who never signed in shows only the actions of the centre', async () => {
    const name = await inviteKnown(430);
    await manager.inviteOperator(invitation(430));
    const change = () => ({ requestId: randomUUID(), name, centre: CU_001 });
    await manager.suspendOperator(change());
    await manager.reinstateOperator(change());
    await supervisor.updateOperatorRoles({ requestId: randomUUID(), name, roles: ['ROLE_SUPPORT'] });
    await manager.removeOperator(change());
    const { actions } = await manager.listOperatorActions({ name, centre: CU_001 });
    expect(new Set(actions.map(({ action }) => action))).toEqual(
      new Set(['removed', 'reinstated', 'suspended', 'invited']),
    );
  });

  test('of a member of the own team reports ALREADY_EXISTS', async () => {
    await manager.inviteOperator(invitation(440));
    await expect(manager.inviteOperator(invitation(440))).rejects.toEqual(problemWith('ALREADY_EXISTS'));
  });
});

describe('an invitation by a supervisor', () => {
  test('accepts platform staff, and one changed name', async () => {
    const boss = await inviteKnown(450, { centre: '', roles: ['ROLE_SUPERVISOR'] });
    const { member } = await supervisor.inviteOperator(invitation(450, { familyName: 'Altul' }));
    expect(member).toMatchObject({ name: boss, familyName: 'Exemplu-Probă', centre: CU_001 });
  });

  test('reports the cause: other names, or an agency clerk', async () => {
    await inviteKnown(451);
    const wrong = invitation(451, { centre: CU_003, givenName: 'Ana', familyName: 'Altul' });
    await expect(supervisor.inviteOperator(wrong)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/familyName', rule: 'CONTRADICTION' }],
    });
    await inviteKnown(452, { centre: '', roles: ['ROLE_AGENCY_CLERK'], agency: 'agencies/asp' });
    await expect(supervisor.inviteOperator(invitation(452))).rejects.toEqual(problemWith('ROLES_CONFLICT'));
  });
});

test('the ops CLI appoints no supervisor with the number of another person', async () => {
  await inviteKnown(460);
  const tool = world.client(undefined, { from: 'ops' });
  const boss = Object.assign(personOf(460, { givenName: 'Vera', familyName: 'Model' }), {
    actor: 'root',
    reason: 'First.',
  });
  await expect(tool.appointSupervisor(boss)).rejects.toEqual(problemWith('INVALID_ARGUMENT'));
});

test('a person of another centre looks like an unknown person to a manager', async () => {
  const name = await inviteKnown(470);
  const at = (target: string) => ({ requestId: randomUUID(), name: target, centre: CU_001 });
  for (const call of [
    (target: string) => manager.suspendOperator(at(target)),
    (target: string) => manager.removeOperator(at(target)),
    (target: string) => manager.updateOperatorRoles(Object.assign(at(target), { roles: specialist })),
    (target: string) => manager.getOperator({ name: target, centre: CU_001 }),
    (target: string) => manager.listOperatorActions({ name: target, centre: CU_001 }),
    (target: string) =>
      manager.setAbsence(Object.assign(at(target), { absence: { fromDate: '2026-01-01', toDate: '2026-01-02' } })),
  ]) {
    const [known, unknown] = await Promise.all([
      refusalOf(() => call(name)),
      refusalOf(() => call('operators/nobody')),
    ]);
    expect(known).toMatchObject({ reason: 'NOT_FOUND' });
    expect(known).toEqual(unknown);
  }
});
