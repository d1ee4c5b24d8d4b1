import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { JournalEvents } from '@cups/contracts/gen/events/cups.journal.v1.ts';
import { newUlid } from '@cups/contracts/node';
import { eventCodec, fromTimestamp, toTimestamp } from '@cups/contracts/proto';
import { openKeys } from '@cups/rpc';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { eventually, idnp, readTopic } from '@cups/testing';
import { MAX_DEVICES_PER_OPERATOR } from '../src/devices/devices.ts';
import { problemWith, startWorld } from './identity-world.ts';
import type { Client, World } from './identity-world.ts';

const { decode } = eventCodec<JournalEvents>('cups.journal.v1');
/** Entries of different documents come in any order. */
const byAction = (one: { action: string }, other: { action: string }) => one.action.localeCompare(other.action);
const DAY_MS = 24 * 3_600_000;

let world: World;
let store: Store;
let keyStore: Store;
beforeAll(async () => {
  world = await startWorld();
  const { mongoUri: uri, prefix } = world.where;
  store = openStore({ uri, database: `${prefix}cups-identity`, log: world.log.log });
  keyStore = openStore({ uri, database: `${prefix}cups-identity-keys`, log: world.log.log });
  await eventually(() => storedOf('nobody').then(() => true));
  await eventually(() => keyOf('nothing').then(() => true));
});
afterAll(async () => {
  await store.close();
  await keyStore.close();
  await world.close();
});

const newDevice = (): string => `devices/${newUlid(new Date())}`;
const desk = async (operator: string): Promise<Client> => world.client(await world.signIn(operator));
const contact = async (client: Client, name: string, chainHead = ''): Promise<Buffer> =>
  (await client.contactDevice({ name, chainHead })).keyShare!;
const storedOf = (operator: string) => store.collection('devices').find({ operator }).toArray();
const keyOf = (id: unknown) => keyStore.collection('dataKeys').findOne({ _id: id as never });
const verify = (grant: string) => openKeys({ dir: world.keys.dir, service: 'intake' }).verifyOfflineGrant(grant);

describe('a contact', () => {
  test('returns one key share for an operator and device, and a grant of 72 hours', async () => {
    const [mine, other] = [await desk('cu-001-specialist'), await desk('cu-001-manager')];
    const name = newDevice();
    const chainHead = randomUUID();
    const first = await mine.contactDevice({ name });
    const again = await mine.contactDevice({ name, chainHead });
    expect(first.keyShare).toHaveLength(32);
    expect(again.keyShare).toEqual(first.keyShare);
    expect(await contact(other, name)).not.toEqual(first.keyShare);
    expect(await contact(mine, newDevice())).not.toEqual(first.keyShare);

    const grant = await verify(again.offlineGrant);
    expect(grant).toMatchObject({ operator: 'operators/cu-001-specialist', device: name, centre: 'centres/CU-001' });
    expect(grant.chainHead).toBe(chainHead);
    expect((await verify(first.offlineGrant)).chainHead).toBeUndefined();
    expect(fromTimestamp(again.expireTime)).toEqual(grant.expireTime);
    expect(grant.expireTime.getTime() - grant.anchorTime.getTime()).toBe(3 * DAY_MS);
    expect(Math.abs(fromTimestamp(again.serverTime)!.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test('returns the same share to two windows at once', async () => {
    const mine = await desk('cu-002-specialist');
    const name = newDevice();
    const shares = await Promise.all(Array.from({ length: 6 }, () => contact(mine, name)));
    expect(new Set(shares.map((share) => share.toString('hex'))).size).toBe(1);
    expect(await storedOf('cu-002-specialist')).toHaveLength(1);
  });

  test('stores the share sealed only', async () => {
    const mine = await desk('cu-002-manager');
    const share = await contact(mine, newDevice());
    const [stored] = await storedOf('cu-002-manager');
    const text = JSON.stringify(stored);
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      expect(text).not.toContain(share.toString(encoding));
    expect(await keyOf(stored!._id)).toBeDefined();
    const lines = JSON.stringify(world.log.lines);
    expect(lines).not.toContain(share.toString('base64url'));
  });

  test('rejects malformed names and chain heads, and operators without a centre', async () => {
    const mine = await desk('cu-001-specialist');
    for (const name of ['', 'devices/x', 'devices/01jz0000000000000000000001', 'sessions/01JZ0000000000000000000001'])
      await expect(mine.contactDevice({ name })).rejects.toEqual(problemWith('INVALID_ARGUMENT'));
    await expect(mine.contactDevice({ name: newDevice(), chainHead: 'x' })).rejects.toEqual(
      problemWith('INVALID_ARGUMENT'),
    );
    for (const operator of ['supervisor', 'support', 'asp-clerk'])
      await expect((await desk(operator)).contactDevice({ name: newDevice() })).rejects.toEqual(
        problemWith('PERMISSION_DENIED'),
      );
    await expect(world.client().contactDevice({ name: newDevice() })).rejects.toEqual(problemWith('UNAUTHENTICATED'));
  });

  test('rejects an ended session', async () => {
    const mine = await desk('cu-001-specialist');
    await mine.deleteSession({});
    await expect(mine.contactDevice({ name: newDevice() })).rejects.toEqual(problemWith('SESSION_EXPIRED'));
  });

  test('ends the device without contact for longest above the limit', async () => {
    const mine = await desk('cu-003-specialist');
    const names = Array.from({ length: MAX_DEVICES_PER_OPERATOR + 1 }, newDevice);
    const shares: Buffer[] = [];
    for (const name of names) shares.push(await contact(mine, name));
    const active = (await storedOf('cu-003-specialist')).filter(({ state }) => state === 'active');
    expect(active.map(({ device }) => `devices/${device}`).sort()).toEqual(names.slice(1).sort());
    expect(await contact(mine, names[1]!)).toEqual(shares[1]);
    expect(await contact(mine, names[0]!)).not.toEqual(shares[0]);
  });
});

describe('the key share is destroyed', () => {
  /** Whether no copy of the store reveals the share of the operator's only device. */
  async function expectDestroyed(operator: string): Promise<void> {
    for (const stored of await storedOf(operator)) {
      expect(stored).not.toHaveProperty('keyShare');
      expect(await keyOf(stored._id)).toBeNull();
    }
  }

  test('by sign-out of its own operator only', async () => {
    const [mine, other] = [await desk('cu-004-specialist'), await desk('cu-004-manager')];
    const name = newDevice();
    const [share, others] = [await contact(mine, name), await contact(other, name)];
    await mine.deleteDevice({ name });
    await expectDestroyed('cu-004-specialist');
    expect(await contact(other, name)).toEqual(others);
    await mine.deleteDevice({ name });
    await mine.deleteDevice({ name: newDevice() });
    expect(await contact(mine, name)).not.toEqual(share);
  });

  test('by a suspension, and a later contact has another one', async () => {
    const mine = await desk('cu-005-specialist');
    const name = newDevice();
    const share = await contact(mine, name);
    const supervisor = await desk('supervisor');
    const operator = 'operators/cu-005-specialist';
    const requestId = randomUUID();
    await supervisor.suspendOperator({ requestId, name: operator });
    await expectDestroyed('cu-005-specialist');
    await expect(mine.contactDevice({ name })).rejects.toEqual(problemWith('OPERATOR_SUSPENDED'));
    await expectDestroyed('cu-005-specialist');
    await supervisor.reinstateOperator({ requestId: randomUUID(), name: operator });
    await expect(mine.contactDevice({ name })).rejects.toEqual(problemWith('SESSION_EXPIRED'));
    const later = await desk('cu-005-specialist');
    const next = await contact(later, name);
    expect(next).not.toEqual(share);
    // A repeat of the suspension, which has ended, destroys nothing new.
    await supervisor.suspendOperator({ requestId, name: operator });
    expect(await contact(later, name)).toEqual(next);
  });

  test('at the next contact if the suspension could not', async () => {
    const mine = await desk('cu-006-specialist');
    const name = newDevice();
    const share = await contact(mine, name);
    const operators = store.collection('operators');
    const one = { _id: 'cu-006-specialist' as never };
    await operators.updateOne(one, { $set: { status: 'suspended' } });
    await expect(mine.contactDevice({ name })).rejects.toEqual(problemWith('OPERATOR_SUSPENDED'));
    await expectDestroyed('cu-006-specialist');
    await operators.updateOne(one, { $set: { status: 'active' } });
    expect(await contact(mine, name)).not.toEqual(share);
  });

  test('by a suspension at a centre where it was used, and by no other', async () => {
    const mine = await desk('cu-003-manager');
    const { session } = await mine.getSession({});
    const [home, away] = session!.operator!.centres as [string, string];
    const [here, there] = [newDevice(), newDevice()];
    const shares = [await contact(mine, here), await contact(mine, there)];
    const switched = world.client((await mine.switchCentre({ centre: away })).assertion);
    expect(await contact(switched, there)).toEqual(shares[1]);
    const supervisor = await desk('supervisor');
    await world.secondManagers(supervisor, [away.slice('centres/'.length)]);
    const name = 'operators/cu-003-manager';
    await supervisor.suspendOperator({ requestId: randomUUID(), name, centre: away });
    await expect(switched.contactDevice({ name: there })).rejects.toEqual(problemWith('OPERATOR_SUSPENDED'));
    const atHome = world.client(
      (await world.client().createSession({ provider: 'local', operator: name, centre: home })).assertion,
    );
    expect(await contact(atHome, here)).toEqual(shares[0]);
    expect(await contact(atHome, there)).not.toEqual(shares[1]);
  });

  test('by the end of work at the centre', async () => {
    const supervisor = await desk('supervisor');
    const { member } = await supervisor.inviteOperator({
      requestId: randomUUID(),
      ...{ idnp: idnp(4711), givenName: 'Ana', familyName: 'Munteanu' },
      ...{ centre: 'centres/CU-008', roles: ['ROLE_SPECIALIST'] },
    });
    const name = newDevice();
    const mine = await desk(member!.name);
    await contact(mine, name);
    await supervisor.removeOperator({ requestId: randomUUID(), name: member!.name, centre: 'centres/CU-008' });
    await expectDestroyed(member!.name.slice('operators/'.length));
    await expect(mine.contactDevice({ name })).rejects.toEqual(problemWith('SESSION_EXPIRED'));
  });

  test('and never survives a suspension that runs at the same time', async () => {
    const supervisor = await desk('supervisor');
    const name = 'operators/cu-009-specialist';
    for (let round = 0; round < 5; round += 1) {
      const mine = await desk(name);
      const contacts = Array.from({ length: 4 }, () =>
        mine.contactDevice({ name: newDevice() }).catch(() => undefined),
      );
      await supervisor.suspendOperator({ requestId: randomUUID(), name });
      await Promise.all(contacts);
      const active = (await storedOf('cu-009-specialist')).filter(({ state }) => state === 'active');
      expect(active).toEqual([]);
      await supervisor.reinstateOperator({ requestId: randomUUID(), name });
    }
  });

  test('by sign-out although its data key was lost', async () => {
    const name = newDevice();
    const share = await contact(await desk('cu-016-specialist'), name);
    const [{ _id: id }] = (await storedOf('cu-016-specialist')) as unknown as [{ _id: string }];
    await keyStore.collection('dataKeys').deleteOne({ _id: id as never });
    // Another process has not kept the key in memory.
    const other = await world.start();
    try {
      const mine = world.client(await world.signIn('cu-016-specialist'), { of: other });
      await expect(mine.contactDevice({ name })).rejects.toEqual(problemWith('INTERNAL'));
      await mine.deleteDevice({ name });
      expect(await contact(mine, name)).not.toEqual(share);
      await keyStore.collection('dataKeys').deleteOne({ _id: id as never });
      const supervisor = world.client(await world.signIn('supervisor'), { of: other });
      const revocation = { requestId: randomUUID(), name, operator: 'operators/cu-016-specialist' };
      expect((await supervisor.revokeDevice(revocation)).device).toMatchObject({ state: 'DEVICE_STATE_REVOKED' });
    } finally {
      await other.stop();
    }
  });

  test('30 days after the last contact', async () => {
    const mine = await desk('cu-010-specialist');
    const name = newDevice();
    await contact(mine, name);
    const [{ _id: id }] = (await storedOf('cu-010-specialist')) as unknown as [{ _id: string }];
    await world.withClock(async (setClock) => {
      setClock(new Date(Date.now() + 31 * DAY_MS));
      await eventually(async () => (await storedOf('cu-010-specialist')).length === 0);
    });
    expect(await keyOf(id)).toBeNull();
  });
});

describe('a manager', () => {
  test('lists the devices of the own centre, newest first, without shares', async () => {
    const [mine, manager] = [await desk('cu-011-specialist'), await desk('cu-011-manager')];
    const [first, second] = [newDevice(), newDevice()];
    const share = await contact(mine, first);
    await contact(mine, second);
    const foreign = await desk('cu-012-specialist');
    await contact(foreign, newDevice());
    const centre = 'centres/CU-011';
    const { devices } = await manager.listDevices({ centre });
    const common = { operator: 'operators/cu-011-specialist', centre, state: 'DEVICE_STATE_ACTIVE', revokeTime: null };
    expect(devices).toMatchObject([
      { name: second, ...common },
      { name: first, ...common },
    ]);
    expect(devices[0]!.operatorDisplayName).not.toBe('');
    expect(JSON.stringify(devices)).not.toContain(share.toString('base64url'));
    const page = await manager.listDevices({ centre, pageSize: 1 });
    const next = await manager.listDevices({ centre, pageSize: 1, pageToken: page.nextPageToken });
    expect([...page.devices, ...next.devices].map(({ name }) => name)).toEqual([second, first]);
    await expect(manager.listDevices({ centre: 'centres/CU-012' })).rejects.toEqual(problemWith('NOT_FOUND'));
    expect((await manager.listDevices({})).devices).toEqual(devices);
    await expect(mine.listDevices({ centre })).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    const all = await (await desk('supervisor')).listDevices({ pageSize: 200 });
    expect(new Set(all.devices.map((device) => device.centre)).size).toBeGreaterThan(1);
  });

  test('revokes a device for good, and the others stay', async () => {
    const topic = await readTopic(world.where, 'cups.journal.identity');
    const [mine, manager] = [await desk('cu-013-specialist'), await desk('cu-013-manager')];
    const [lost, kept] = [newDevice(), newDevice()];
    const [, share] = [await contact(mine, lost), await contact(mine, kept)];
    const request = { requestId: randomUUID(), name: lost, operator: 'operators/cu-013-specialist' };
    const { device } = await manager.revokeDevice(request);
    expect(device).toMatchObject({ state: 'DEVICE_STATE_REVOKED', revokedBy: 'operators/cu-013-manager' });
    await expect(mine.contactDevice({ name: lost })).rejects.toEqual(problemWith('DEVICE_REVOKED'));
    await mine.deleteDevice({ name: lost });
    await expect(mine.contactDevice({ name: lost })).rejects.toEqual(problemWith('DEVICE_REVOKED'));
    expect(await contact(mine, kept)).toEqual(share);
    const again = await manager.revokeDevice({ ...request, requestId: randomUUID() });
    expect(again.device).toEqual(device);
    const revoked = (await storedOf('cu-013-specialist')).find(({ state }) => state === 'revoked')!;
    expect(revoked).not.toHaveProperty('keyShare');
    expect(await keyOf(revoked._id)).toBeNull();
    const { devices } = await manager.listDevices({ centre: 'centres/CU-013' });
    expect(devices.map(({ name, state }) => [name, state])).toEqual([
      [kept, 'DEVICE_STATE_ACTIVE'],
      [lost, 'DEVICE_STATE_REVOKED'],
    ]);
    const isOwn = (event: (typeof topic.events)[number]): boolean => {
      const entry = decode(event)?.data.entry;
      return entry?.resource === 'operators/cu-013-specialist' && entry.action.endsWith('-device');
    };
    await topic.until((events) => events.filter(isOwn).length === 3);
    await topic.stop();
    expect(
      topic.events
        .filter(isOwn)
        .map((event) => decode(event)!.data.entry!)
        .sort(byAction),
    ).toMatchObject([
      { action: 'register-device', actor: 'operators/cu-013-specialist', ground: 'session' },
      { action: 'register-device', centre: 'centres/CU-013' },
      { action: 'revoke-device', actor: 'operators/cu-013-manager', ground: 'staff-administration' },
    ]);
  });

  test('cannot revoke a device of another centre, and a specialist none', async () => {
    const [mine, foreign] = [await desk('cu-014-specialist'), await desk('cu-013-manager')];
    const name = newDevice();
    await contact(mine, name);
    const request = { requestId: randomUUID(), name, operator: 'operators/cu-014-specialist' };
    await expect(foreign.revokeDevice(request)).rejects.toEqual(problemWith('NOT_FOUND'));
    await expect(mine.revokeDevice(request)).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    const supervisor = await desk('supervisor');
    await expect(supervisor.revokeDevice({ ...request, operator: 'operators/cu-014-manager' })).rejects.toEqual(
      problemWith('NOT_FOUND'),
    );
    await expect(supervisor.revokeDevice({ ...request, requestId: 'x' })).rejects.toEqual(
      problemWith('REQUEST_ID_INVALID'),
    );
    await contact(mine, name);
    await supervisor.revokeDevice(request);
    await expect(mine.contactDevice({ name })).rejects.toEqual(problemWith('DEVICE_REVOKED'));
  });

  test('sees the mark of a revoked device for 30 days', async () => {
    const [mine, supervisor] = [await desk('cu-015-specialist'), await desk('supervisor')];
    const name = newDevice();
    await contact(mine, name);
    await supervisor.revokeDevice({ requestId: randomUUID(), name, operator: 'operators/cu-015-specialist' });
    await world.withClock(async (setClock) => {
      setClock(new Date(Date.now() + 31 * DAY_MS));
      await eventually(async () => (await storedOf('cu-015-specialist')).length === 0);
    });
  });
});

test('destroyed shares are counted by their cause', async () => {
  await eventually(async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${world.identity.httpPort}/metrics`)).text();
    for (const cause of ['signed-out', 'suspended', 'revoked', 'too-many', 'expired'])
      expect(metrics).toMatch(new RegExp(`cups_identity_devices_ended_total\\{cause="${cause}".*\\} [1-9]`));
    return true;
  });
});

describe('the check of contacts', () => {
  const intake = () => world.client(undefined, { from: 'intake' });
  const contactOf = async (client: Client, operator: string, device: string) => {
    const { offlineGrant } = await client.contactDevice({ name: device });
    return { operator, device, anchorTime: toTimestamp((await verify(offlineGrant)).anchorTime) };
  };

  test('tells contacts of an ended key share from those of one that exists', async () => {
    const operator = 'operators/cu-016-specialist';
    const mine = await desk('cu-016-specialist');
    const [kept, signedOut, revoked] = [newDevice(), newDevice(), newDevice()];
    const names = [kept, signedOut, revoked];
    const contacts = await Promise.all(names.map((device) => contactOf(mine, operator, device)));
    const before = { ...contacts[0]!, anchorTime: toTimestamp(new Date(Date.now() - 3_600_000)) };
    const foreign = { ...contacts[0]!, operator: 'operators/cu-016-manager' };
    const unknown = { ...contacts[0]!, device: newDevice() };
    const check = async () =>
      (await intake().checkContacts({ contacts: [...contacts, before, foreign, unknown] })).ended;
    // Contacts from before the share were made with another one.
    expect(await check()).toEqual([false, false, false, true, true, true]);
    await mine.deleteDevice({ name: signedOut });
    await (await desk('cu-016-manager')).revokeDevice({ requestId: randomUUID(), name: revoked, operator });
    expect(await check()).toEqual([false, true, true, true, true, true]);
    const supervisor = await desk('supervisor');
    await supervisor.suspendOperator({ requestId: randomUUID(), name: operator });
    expect(await check()).toEqual([true, true, true, true, true, true]);
  });

  test('is for intake, of 1 to 50 well-formed contacts', async () => {
    const one = { operator: 'operators/x', device: newDevice(), anchorTime: toTimestamp(new Date()) };
    expect(await intake().checkContacts({ contacts: Array.from({ length: 50 }, () => one) })).toMatchObject({
      ended: Array.from({ length: 50 }, () => true),
    });
    const invalid = [
      [],
      Array.from({ length: 51 }, () => one),
      [{ ...one, anchorTime: null }],
      [{ ...one, device: 'x' }],
    ];
    for (const contacts of invalid)
      await expect(intake().checkContacts({ contacts })).rejects.toEqual(problemWith('INVALID_ARGUMENT'));
    const session = await world.signIn('cu-016-manager');
    await expect(world.client(session).checkContacts({ contacts: [one] })).rejects.toEqual(
      problemWith('PERMISSION_DENIED'),
    );
  });
});
