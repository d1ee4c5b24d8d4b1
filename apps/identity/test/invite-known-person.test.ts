import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Problem } from '@cups/problem';
import { idnp } from '@cups/testing';
import { startWorld, problemWith } from './identity-world.ts';
import type { Client, World } from './identity-world.ts';

/** Invitations of people whom the platform knows already, from elsewhere. */

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

/** Somebody whom a supervisor has invited elsewhere. */
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
  test('is refused in one way, whatever is known of the person', async () => {
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
    const false_ = { givenName: 'Ana', familyName: 'Altul' };
    const told = await Promise.all(
      [
        ...[invitation(401), invitation(402), invitation(403), invitation(406)],
        ...[401, 402, 403, 404, 406, 407, 408].map((n) => invitation(n, false_)),
        invitation(404, { familyName: 'Altul' }),
        invitation(404, { givenName: 'Ana' }),
      ].map((request) => refusalOf(() => manager.inviteOperator(request))),
    );
    expect(told[0]).toMatchObject({ reason: 'INVITATION_REFUSED', violations: [] });
    for (const one of told) expect(one).toEqual(told[0]);
    for (const name of [works, gone]) {
      const { actions } = await supervisor.listOperatorActions({ name });
      expect(actions.filter(({ centre }) => centre === CU_001)).toEqual([]);
    }
  });

  test('is refused in the same way to a person who has as many places as one may', async () => {
    for (let n = 1; n <= 20; n += 1) {
      await inviteKnown(410, { centre: `centres/CU-${String(n + 1).padStart(3, '0')}` });
    }
    await expect(manager.inviteOperator(invitation(410))).rejects.toEqual(problemWith('INVITATION_REFUSED'));
  });

  test('answers about a person from elsewhere what was typed, and shows no more of them until they come', async () => {
    const name = await inviteKnown(420);
    await world.signIn(name);
    const typed = { givenName: 'Stefana', familyName: 'EXEMPLU PROBA', language: 'ru' };
    const request = invitation(420, typed);
    const unknown = (await manager.inviteOperator(invitation(421, typed))).member!;
    const { member } = await manager.inviteOperator(request);
    const shown = { displayName: 'Stefana EXEMPLU PROBA', status: 'STAFF_STATUS_INVITED', lastSignInTime: null };
    const ours = { invitedBy: 'operators/cu-001-manager', suspended: false, idnpEnd: idnp(420).slice(-4) };
    expect(member).toMatchObject({ ...typed, ...shown, ...ours, name });
    expect(Number(member!.inviteTime?.seconds)).toBeGreaterThan(Date.now() / 1000 - 60);
    const [same, other] = [member!, unknown].map((one) =>
      Object.assign({}, one, { name: '', idnpEnd: '', inviteTime: null }),
    );
    expect(same).toEqual(other);
    expect((await manager.inviteOperator(request)).member).toEqual(member);

    await supervisor.suspendOperator({ requestId: randomUUID(), name, centre: '', why: 'Of no concern there.' });
    const hidden = { status: 'STAFF_STATUS_INVITED', lastSignInTime: null, language: '', suspended: false };
    expect((await manager.getOperator({ name, centre: CU_001 })).member).toMatchObject({ ...hidden, ...ours });
    const { members } = await manager.listCentreOperators({ centre: CU_001, pageSize: 200 });
    expect(members.find((one) => one.name === name)).toMatchObject({ ...hidden, ...ours });
    const acts = async () => (await manager.listOperatorActions({ name, centre: CU_001 })).actions;
    expect((await acts()).map(({ action }) => action)).toEqual(['invited']);
    const whole = await supervisor.getOperator({ name, centre: CU_001 });
    expect(whole.member).toMatchObject({ status: 'STAFF_STATUS_SUSPENDED', language: 'ro', suspended: true });
    await supervisor.reinstateOperator({ requestId: randomUUID(), name, centre: '' });

    const own = world.client(await world.signIn(name));
    await own.switchCentre({ centre: CU_001 });
    const come = (await manager.getOperator({ name, centre: CU_001 })).member!;
    expect(come).toMatchObject({ status: 'STAFF_STATUS_ACTIVE', language: 'ro', lastSignInTime: expect.anything() });
    expect((await acts()).map(({ action }) => action)).toEqual(['signed-in', 'invited']);
  });

  test('whose person never came leaves what the centre did, and nothing else of them', async () => {
    const name = await inviteKnown(430);
    await manager.inviteOperator(invitation(430));
    const there = () => ({ requestId: randomUUID(), name, centre: CU_001 });
    await manager.suspendOperator(there());
    await manager.reinstateOperator(there());
    await supervisor.updateOperatorRoles({ requestId: randomUUID(), name, roles: ['ROLE_SUPPORT'] });
    await manager.removeOperator(there());
    const { actions } = await manager.listOperatorActions({ name, centre: CU_001 });
    expect(new Set(actions.map(({ action }) => action))).toEqual(
      new Set(['removed', 'reinstated', 'suspended', 'invited']),
    );
  });

  test('of a person of the own team is told so, by the right names', async () => {
    await manager.inviteOperator(invitation(440));
    await expect(manager.inviteOperator(invitation(440))).rejects.toEqual(problemWith('ALREADY_EXISTS'));
  });
});

describe('an invitation by a supervisor', () => {
  test('reaches a person with a role for the platform, and one of whom one name has changed', async () => {
    const boss = await inviteKnown(450, { centre: '', roles: ['ROLE_SUPERVISOR'] });
    const { member } = await supervisor.inviteOperator(invitation(450, { familyName: 'Altul' }));
    expect(member).toMatchObject({ name: boss, familyName: 'Exemplu-Probă', centre: CU_001 });
  });

  test('says what is wrong: another name, a clerk of an agency', async () => {
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

test('the tool appoints nobody as supervisor under the number of a person of another name', async () => {
  await inviteKnown(460);
  const tool = world.client(undefined, { from: 'operator' });
  const boss = Object.assign(personOf(460, { givenName: 'Vera', familyName: 'Model' }), { by: 'root', why: 'First.' });
  await expect(tool.appointSupervisor(boss)).rejects.toEqual(problemWith('INVALID_ARGUMENT'));
});

test('a person who does not work at the centre is told of like one whom nobody knows', async () => {
  const name = await inviteKnown(470);
  const at = (of: string) => ({ requestId: randomUUID(), name: of, centre: CU_001 });
  for (const call of [
    (of: string) => manager.suspendOperator(at(of)),
    (of: string) => manager.removeOperator(at(of)),
    (of: string) => manager.updateOperatorRoles(Object.assign(at(of), { roles: specialist })),
    (of: string) => manager.getOperator({ name: of, centre: CU_001 }),
    (of: string) => manager.listOperatorActions({ name: of, centre: CU_001 }),
    (of: string) =>
      manager.setAbsence(Object.assign(at(of), { absence: { fromDate: '2026-01-01', toDate: '2026-01-02' } })),
  ]) {
    const [there, nobody] = await Promise.all([refusalOf(() => call(name)), refusalOf(() => call('operators/nobody'))]);
    expect(there).toMatchObject({ reason: 'NOT_FOUND' });
    expect(there).toEqual(nobody);
  }
});
