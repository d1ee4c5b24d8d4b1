import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { eventually, familyName, idnp, captureLog, createTestKeys } from '@cups/testing';
import { syntheticIdnp } from '../src/domain/synthetic-operators.ts';
import { startWorld, problemWith } from './identity-world.ts';
import type { Client, World } from './identity-world.ts';

let world: World;
let store: Store;
let supervisor: Client;
let manager: Client;
let support: Client;
beforeAll(async () => {
  world = await startWorld();
  const { mongoUri: uri, prefix } = world.where;
  store = openStore({ uri, database: `${prefix}cups-identity`, log: captureLog('test').log });
  const at = async (operator: string) => world.client(await world.signIn(operator));
  [supervisor, manager, support] = [await at('supervisor'), await at('cu-001-manager'), await at('support')];
});
afterAll(async () => {
  await store.close();
  await world.close();
});

const CU_001 = 'centres/CU-001';
const invitation = (n: number, more: object = {}) =>
  Object.assign(
    { requestId: randomUUID(), centre: CU_001, roles: ['ROLE_SPECIALIST' as const] },
    { idnp: idnp(n), givenName: 'Ana', familyName: familyName(n) },
    more,
  );
const changeRequest = (name: string, more: object = {}) =>
  Object.assign({ requestId: randomUUID(), name, centre: CU_001 }, more);
const invite = async (client: Client, n: number, more: object = {}): Promise<string> =>
  (await client.inviteOperator(invitation(n, more))).member!.name;

describe('InviteOperator', () => {
  test('creates one person per number, which is never shown or logged', async () => {
    const request = invitation(1);
    const { member, replayed } = await manager.inviteOperator(request);
    expect(replayed).toBe(false);
    expect(member).toMatchObject({
      displayName: 'Ana Exemplu-B',
      roles: ['ROLE_SPECIALIST'],
      status: 'STAFF_STATUS_INVITED',
      idnpLastDigits: idnp(1).slice(-4),
      invitedBy: 'operators/cu-001-manager',
      centre: CU_001,
    });
    expect(await manager.inviteOperator(request)).toMatchObject({ replayed: true, member: { name: member!.name } });
    await expect(manager.inviteOperator(invitation(1))).rejects.toEqual(problemWith('ALREADY_EXISTS'));
    const elsewhere = await supervisor.inviteOperator(invitation(1, { centre: 'centres/CU-002' }));
    expect(elsewhere.member).toMatchObject({ name: member!.name, centre: 'centres/CU-002' });
    const token = await world.signIn(member!.name);
    expect((await world.client(token).getSession({})).session?.operator?.centres).toEqual([CU_001, 'centres/CU-002']);
    const got = await manager.getOperator({ name: member!.name, centre: CU_001 });
    expect(got.member).toMatchObject({ status: 'STAFF_STATUS_ACTIVE' });
    expect(got.member?.lastSignInTime).not.toBeNull();
    const everything = JSON.stringify(await store.collection('operators').find({}).toArray()) + world.log.text();
    expect(everything).not.toContain(idnp(1));
  });

  test.each<[string, object, string]>([
    ['an emoji', { givenName: '🙂' }, '/givenName'],
    ['a bidirectional override', { familyName: 'Ana\u202E' }, '/familyName'],
    ['a zero-width space', { familyName: 'A\u200Bna' }, '/familyName'],
    ['a digit', { familyName: 'Ana 2' }, '/familyName'],
    ['a spreadsheet formula', { familyName: '-Ana' }, '/familyName'],
  ])('rejects %s in a name', async (_, more, field) => {
    const violations = [{ field, rule: 'PERSON_NAME' }];
    await expect(manager.inviteOperator(invitation(70, more))).rejects.toMatchObject({ violations });
  });

  test('creates one person for concurrent invitations', async () => {
    const names = await Promise.all([
      invite(supervisor, 2, { centre: 'centres/CU-003' }),
      invite(supervisor, 2, { centre: 'centres/CU-004' }),
    ]);
    expect(new Set(names).size).toBe(1);
  });

  test('requires permission, a valid number and an existing centre', async () => {
    await expect(manager.inviteOperator(invitation(3, { centre: 'centres/CU-009' }))).rejects.toEqual(
      problemWith('NOT_FOUND'),
    );
    const asManager = { roles: ['ROLE_CENTRE_MANAGER' as const] };
    await expect(manager.inviteOperator(invitation(3, asManager))).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    await expect(support.inviteOperator(invitation(3))).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    await expect(manager.inviteOperator(invitation(3, { idnp: '2900000000000' }))).rejects.toEqual(
      problemWith('IDNP_INVALID'),
    );
    await expect(supervisor.inviteOperator(invitation(3, { centre: 'centres/CU-999' }))).rejects.toEqual(
      problemWith('NOT_FOUND'),
    );
  });
});

describe('a staff change', () => {
  test('at one centre ends only the sessions there', async () => {
    const name = await invite(supervisor, 10, { roles: ['ROLE_SPECIALIST'] });
    await invite(supervisor, 10, { centre: 'centres/CU-002' });
    const at = async (centre: string) =>
      world.client((await world.client().createSession({ provider: 'local', operator: name, centre })).assertion);
    const [here, there] = [await at(CU_001), await at('centres/CU-002')];
    await manager.suspendOperator(changeRequest(name, { reason: 'Lost her card.' }));
    await expect(here.getSession({})).rejects.toEqual(problemWith('OPERATOR_SUSPENDED'));
    expect((await there.getSession({})).session?.operator?.centres).toEqual(['centres/CU-002']);
    await expect(at(CU_001)).rejects.toEqual(problemWith('OPERATOR_SUSPENDED'));
    await manager.reinstateOperator(changeRequest(name));
    await expect(here.getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
    await supervisor.updateOperatorRoles(changeRequest(name, { roles: ['ROLE_SPECIALIST', 'ROLE_CENTRE_MANAGER'] }));
    const again = await at(CU_001);
    expect((await again.getSession({})).session?.operator?.roles).toEqual(['ROLE_SPECIALIST', 'ROLE_CENTRE_MANAGER']);
    await expect(manager.suspendOperator(changeRequest(name))).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    await supervisor.removeOperator(changeRequest(name));
    await expect(again.getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
    await there.getSession({});
    const { actions } = await supervisor.listOperatorActions({ name });
    expect(actions.map(({ action }) => action)).toEqual([
      ...['removed', 'roles-changed', 'reinstated', 'suspended', 'signed-in', 'signed-in', 'invited', 'invited'],
    ]);
    expect(actions[4]).toMatchObject({ centre: 'centres/CU-002' });
    expect(actions[3]).toMatchObject({ actor: 'operators/cu-001-manager', reason: 'Lost her card.' });
  });

  test('of oneself is rejected, and a centre keeps one manager', async () => {
    await expect(manager.removeOperator(changeRequest('operators/cu-001-manager'))).rejects.toEqual(
      problemWith('SELF_CHANGE_NOT_ALLOWED'),
    );
    await expect(supervisor.suspendOperator(changeRequest('operators/supervisor', { centre: '' }))).rejects.toEqual(
      problemWith('SELF_CHANGE_NOT_ALLOWED'),
    );
    const centre = 'centres/CU-007';
    const first = 'operators/cu-007-manager';
    await expect(supervisor.removeOperator(changeRequest(first, { centre }))).rejects.toEqual(
      problemWith('LAST_MANAGER'),
    );
    const second = await invite(supervisor, 20, { centre, roles: ['ROLE_CENTRE_MANAGER'] });
    const both = await Promise.allSettled([
      supervisor.removeOperator(changeRequest(first, { centre })),
      supervisor.suspendOperator(changeRequest(second, { centre: '' })),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('keeps a supervisor if two remove each other concurrently', async () => {
    const platform = { centre: '', roles: ['ROLE_SUPERVISOR' as const] };
    const name = await invite(supervisor, 21, platform);
    const other = world.client(await world.signIn(name));
    const whole = (target: string) => changeRequest(target, { centre: '' });
    const both = await Promise.allSettled([
      supervisor.updateOperatorRoles(whole(name)),
      other.removeOperator(whole('operators/supervisor')),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refusal = both.find((result) => result.status === 'rejected');
    expect(refusal?.reason).toEqual(problemWith('LAST_SUPERVISOR'));
    if (both[1].status === 'rejected') return;
    // Later tests need the removed supervisor.
    const { member } = await other.getOperator({ name: 'operators/supervisor' });
    const { givenName, familyName } = member!;
    const again = { requestId: randomUUID(), idnp: syntheticIdnp('supervisor'), givenName, familyName };
    await other.inviteOperator(Object.assign(again, { roles: platform.roles }));
  });

  test('shows absences to colleagues, and details to support with a reason', async () => {
    const name = await invite(manager, 30);
    const absence = { fromDate: '2026-01-01', toDate: '2999-01-01', standIn: 'operators/cu-001-manager' };
    await manager.setAbsence(changeRequest(name, { absence }));
    const colleague = world.client(await world.signIn('cu-001-specialist'));
    const { members } = await colleague.listCentreOperators({ centre: CU_001 });
    expect(members.find((member) => member.name === name)).toMatchObject({
      absence,
      idnpLastDigits: '',
      givenName: '',
    });
    await expect(colleague.getOperator({ name, centre: CU_001 })).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    await expect(support.getOperator({ name, centre: CU_001 })).rejects.toEqual(problemWith('INVALID_ARGUMENT'));
    await support.getOperator({ name, centre: CU_001, reason: 'Ticket 12' });
    const { actions } = await manager.listOperatorActions({ name, centre: CU_001 });
    expect(actions[0]).toMatchObject({ action: 'viewed', actor: 'operators/support', reason: 'Ticket 12' });
    expect(world.log.lines).toContainEqual(
      expect.objectContaining({ event: 'staff-record-viewed', reason: 'Ticket 12' }),
    );
  });
});

test('former staff stay visible with their history, but not as stand-ins', async () => {
  const [name, away] = [await invite(manager, 60), await invite(manager, 61)];
  await invite(supervisor, 60, { centre: 'centres/CU-002' });
  const absence = { fromDate: '2026-01-01', toDate: '2999-01-01', standIn: name };
  await manager.setAbsence(changeRequest(away, { absence }));
  await manager.removeOperator(changeRequest(name, { reason: 'Moved.' }));
  await supervisor.suspendOperator(changeRequest(name, { centre: '', reason: 'Of no concern there.' }));
  const { members } = await manager.listCentreOperators({ centre: CU_001, former: true });
  const former = members.find((member) => member.name === name);
  const shown = {
    displayName: 'Ana Exemplu-Ga',
    idnpLastDigits: '',
    status: 'STAFF_STATUS_UNSPECIFIED',
    lastSignInTime: null,
  };
  expect(former).toMatchObject(Object.assign({ leaveTime: expect.anything() }, shown));
  const { actions } = await manager.listOperatorActions({ name, centre: CU_001 });
  expect(actions.map(({ action, reason }) => [action, reason])).toEqual([
    ['removed', 'Moved.'],
    ['invited', ''],
  ]);
  await expect(manager.getOperator({ name, centre: CU_001 })).rejects.toEqual(problemWith('NOT_FOUND'));
  await expect(manager.listOperatorActions({ name, centre: 'centres/CU-002' })).rejects.toEqual(
    problemWith('NOT_FOUND'),
  );
  const stranger = world.client(await world.signIn('cu-005-manager'));
  await expect(stranger.listOperatorActions({ name, centre: 'centres/CU-005' })).rejects.toEqual(
    problemWith('NOT_FOUND'),
  );
  const colleague = world.client(await world.signIn('cu-001-specialist'));
  await expect(colleague.listCentreOperators({ centre: CU_001, former: true })).rejects.toEqual(
    problemWith('PERMISSION_DENIED'),
  );
  expect((await manager.getOperator({ name: away, centre: CU_001 })).member?.absence?.standIn).toBe('');
});

test('the ops CLI appoints supervisors and imports staff with an outcome per row', async () => {
  const tool = world.client(undefined, { from: 'ops' });
  const boss = { idnp: idnp(40), givenName: 'Vera', familyName: 'Model', actor: 'root', reason: 'First.' };
  expect(await tool.appointSupervisor(boss)).toMatchObject({ changed: true, member: { roles: ['ROLE_SUPERVISOR'] } });
  expect(await tool.appointSupervisor(boss)).toMatchObject({ changed: false });
  const row = (line: number, n: number, more: object = {}) =>
    Object.assign(
      { line, idnp: idnp(n), givenName: 'Ion', familyName: 'Probă', centre: CU_001, roles: ['specialist'] },
      more,
    );
  const rows = [row(2, 41), row(3, 42, { roles: ['king'] }), row(4, 41, { centre: 'centres/CU-002' })];
  const outcomesOf = async (more: object) =>
    (await tool.importOperators(Object.assign({ rows, actor: 'root' }, more))).outcomes.map(({ outcome }) => outcome);
  expect(await outcomesOf({})).toEqual(['left-out', 'refused', 'left-out']);
  expect(await outcomesOf({ partial: true, dryRun: true })).toEqual(['invited', 'refused', 'invited']);
  expect(await outcomesOf({ partial: true })).toEqual(['invited', 'refused', 'invited']);
  expect(await outcomesOf({ partial: true })).toEqual(['unchanged', 'refused', 'unchanged']);
  // An agency clerk, a formula, another person's number, a second agency, a centre for a clerk, the role of a machine.
  const ofAgency = { centre: '', roles: ['agency-clerk'], agency: 'agencies/asp' };
  const hard = [
    row(2, 43, ofAgency),
    row(3, 44, { familyName: '=HYPERLINK("x")' }),
    row(4, 43, { givenName: 'Vasile', familyName: 'Altul' }),
    row(5, 43, Object.assign({}, ofAgency, { agency: 'agencies/cnas' })),
    row(6, 43),
    row(7, 45, Object.assign({}, ofAgency, { roles: ['agency-system'] })),
    row(8, 45, Object.assign({}, ofAgency, { roles: ['agency-clerk', 'agency-system'] })),
    row(9, 45, { roles: ['agency-system'] }),
  ];
  const { outcomes } = await tool.importOperators({ rows: hard, actor: 'root', partial: true });
  expect(outcomes.map(({ outcome, reason, field }) => [outcome, reason, field])).toEqual([
    ['invited', '', ''],
    ['refused', 'INVALID_ARGUMENT', 'familyName'],
    ['refused', 'INVALID_ARGUMENT', 'familyName'],
    ['refused', 'ROLES_CONFLICT', ''],
    ['refused', 'ROLES_CONFLICT', ''],
    ...Array.from({ length: 3 }, () => ['refused', 'INVALID_ARGUMENT', 'roles']),
  ]);
  await expect(world.client().appointSupervisor(boss)).rejects.toEqual(problemWith('PERMISSION_DENIED'));
});

test('a document of an earlier release keeps its suspension and is completed', async () => {
  const operators = store.collection<{ _id: string }>('operators');
  const old = { schemaVersion: 1, revision: 1, eventSeq: 0, outboxSeq: 0, outbox: [], requests: [] };
  const times = { createTime: new Date(), updateTime: new Date(), revokeTime: new Date() };
  await operators.insertOne(Object.assign({ _id: 'cu-950-specialist', suspended: true }, old, times));
  world.newCentre('CU-950');
  await eventually(async () => {
    const { operators: offered } = await world.client().listOperators({ centre: 'centres/CU-950' });
    return offered.length === 2 && offered.some(({ suspended }) => suspended);
  });
  await expect(world.signIn('cu-950-specialist')).rejects.toEqual(problemWith('OPERATOR_SUSPENDED'));
});

test('personal numbers follow a key change, and an invalid key file is ignored', async () => {
  const file = join(world.keys.dir, 'identity-persons.jwks');
  const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: object[] };
  const key = (kid: string, use: string, byte: number) => {
    const k = Buffer.alloc(32, byte).toString('base64url');
    return { kty: 'oct', kid, use, k };
  };
  const next = [key('next-enc', 'enc', 7), key('next-sig', 'sig', 8)];
  const put = (all: object[]) => writeFileSync(file, JSON.stringify({ keys: all }), { mode: 0o600 });
  const tool = world.client(undefined, { from: 'ops' });
  const follow = (count: number) =>
    eventually(
      async () => {
        const { kids, waiting } = await tool.inspectPersonKeys({});
        return kids.length === count && waiting === 0;
      },
      { timeoutMs: 60_000 },
    );

  const before = await invite(manager, 50);
  // An earlier release stored one hash as a string, and no key names.
  const id = before.split('/')[1]!;
  const operators = store.collection<{ _id: string; person: { hash: string[] } }>('operators');
  const [hash] = (await operators.findOne({ _id: id }))!.person.hash;
  await operators.updateOne({ _id: id }, { $set: { 'person.hash': hash }, $unset: { 'person.keys': 1 } });
  await expect(manager.inviteOperator(invitation(50))).rejects.toEqual(problemWith('ALREADY_EXISTS'));

  const desk = world.client(await world.signIn('cu-001-specialist'));
  const mandate = await grantMandate(desk, 57);

  put([...next, ...keys]);
  await follow(4);
  // A process with old keys only must create the same document, in either order.
  const others = createTestKeys();
  writeFileSync(join(others.dir, 'identity-persons.jwks'), JSON.stringify({ keys }), { mode: 0o600 });
  const personKeysFile = join(others.dir, 'identity-persons.jwks');
  const behind = await world.start({ personKeysFile });
  try {
    const behindClient = world.client(await world.signIn('cu-001-manager'), { of: behind });
    const pairs = [51, 52, 53, 54].map((n) => Promise.allSettled([invite(manager, n), invite(behindClient, n)]));
    for (const pair of await Promise.all(pairs)) {
      expect(pair.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
    // A person created there is found here, although this process hashes with another key first.
    const otherManager = world.client(await world.signIn('cu-002-manager'));
    const created = await invite(behindClient, 56);
    expect(await invite(otherManager, 56, { centre: 'centres/CU-002' })).toBe(created);
  } finally {
    await behind.stop();
    others.remove();
  }
  await follow(4);

  put(next);
  await follow(2);
  await expect(manager.inviteOperator(invitation(50))).rejects.toEqual(problemWith('ALREADY_EXISTS'));
  // Mandates follow too: their texts open, and the person's new hash finds them.
  const found = await desk.listMandates({ idnp: mandate.person!.idnp });
  expect(found.mandates.map(({ name }) => name)).toEqual([mandate.name]);
  writeFileSync(file, 'no keys at all');
  const metrics = () =>
    fetch(`http://127.0.0.1:${world.identity.httpPort}/metrics`).then((response) => response.text());
  await eventually(async () => /cups_key_set_reload_failed\{file="persons".*\} 1/.test(await metrics()));
  await invite(manager, 55);
}, 180_000);

/** Records a mandate of the n-th person. */
async function grantMandate(desk: ReturnType<World['client']>, n: number) {
  const { mandate } = await desk.createMandate({
    requestId: randomUUID(),
    person: { idnp: idnp(n), givenName: 'Ana', familyName: familyName(n) },
    scope: { themes: ['property'] },
    term: 'MANDATE_TERM_DAYS_31',
    ground: { kind: 'MANDATE_GROUND_PRESENT_AND_SIGNING' },
    language: 'ro',
  });
  return mandate!;
}
