import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { followPersonHashes, PERSON_HASH_KEYS } from '@cups/rpc';
import { eventually, quietLog } from '@cups/testing';
import { syntheticIdnp } from '../src/domain/synthetic.ts';
import { openIdentity, refused } from './identity.ts';
import type { Identity, World } from './identity.ts';

let world: World;
beforeAll(async () => {
  world = await openIdentity();
});
afterAll(() => world.close());

describe('a session', () => {
  test('is read by its holder', async () => {
    const { session } = await world.client(await world.signIn('cu-006-manager')).getSession({});
    expect(session?.operator).toMatchObject({ name: 'operators/cu-006-manager', roles: ['ROLE_CENTRE_MANAGER'] });
  });

  test('is not there without an assertion, and not with a foreign one', async () => {
    await expect(world.client().getSession({})).rejects.toEqual(refused('UNAUTHENTICATED'));
    const forged = world.keys.session({ role: 'support', operator: 'operators/support' }).token;
    await expect(world.client(forged).getSession({})).rejects.toEqual(refused('SESSION_EXPIRED'));
    await expect(world.client(`${forged}x`).getSession({})).rejects.toEqual(refused('SESSION_INVALID'));
  });

  test('brings a new assertion where the one presented says other roles, and none where all of it is so', async () => {
    const token = await world.signIn('cu-006-manager');
    const keys = world.keys.of('identity');
    expect((await world.client(token).getSession({})).assertion).toBe('');
    const session = await keys.verifySession(token);
    const before = keys.signSession({ ...session, roles: ['specialist'] });
    const { assertion } = await world.client(before).getSession({});
    expect(await keys.verifySession(assertion)).toEqual(session);
  });

  test('says whose it is by a keyed hash of the number, at every centre, and brings it to an assertion of before', async () => {
    const file = join(world.keys.dir, PERSON_HASH_KEYS);
    const hash = followPersonHashes({ file, required: true, log: quietLog }).of(syntheticIdnp('cu-001-manager'));
    const keys = world.keys.of('identity');
    const token = await world.signIn('cu-001-manager');
    const { person, ...before } = await keys.verifySession(token);
    expect(person).toBe(hash);
    const { assertion } = await world.client(keys.signSession(before)).getSession({});
    const elsewhere = await world.client(token).switchCentre({ centre: 'centres/CU-002' });
    for (const one of [assertion, elsewhere.assertion])
      expect(await keys.verifySession(one)).toMatchObject({ person: hash });
  });

  test('is over when its time has passed', async () => {
    const hours = (n: number) => new Date(Date.now() + n * 3_600_000);
    await world.withClock(async (setClock) => {
      setClock(hours(-7.9));
      const mine = world.client(await world.signIn('cu-008-specialist'));
      setClock(hours(0.05));
      await expect(mine.getSession({})).resolves.toBeDefined();
      setClock(hours(0.15));
      await expect(mine.getSession({})).rejects.toEqual(refused('SESSION_EXPIRED'));
    });
  });
});

describe('a session at a centre', () => {
  test('ends when the centre is closed', async () => {
    world.newCentre('CU-910', 'paused');
    const mine = world.client(await eventually(() => world.signIn('cu-910-specialist').catch(() => undefined)));
    await mine.getSession({});
    world.become('CU-910', 'closed');
    await eventually(() => world.identity.registry.current().get('CU-910')?.status === 'closed');
    await expect(mine.getSession({})).rejects.toEqual(refused('SESSION_EXPIRED'));
  });
});

describe('a replica whose files lag behind', () => {
  let lagging: string;
  let behind: Identity;
  const ask = (sessionToken?: string) => world.client(sessionToken, { of: behind });
  beforeAll(async () => {
    lagging = join(world.folder, 'behind');
    cpSync(world.dataDir, lagging, { recursive: true });
    behind = await world.start({ dataDir: lagging, syncMs: 3_600_000 });
  });
  afterAll(() => behind.stop());

  test('says that it does not know an operator yet, and not that the session has ended', async () => {
    world.newCentre('CU-903');
    const token = await eventually(() => world.signIn('cu-903-specialist'));
    await expect(world.client(token).getSession({})).resolves.toBeDefined();
    await expect(ask(token).getSession({})).rejects.toEqual(refused('UNKNOWN_HERE'));
    await expect(ask(token).getCentre({ name: 'centres/CU-903' })).rejects.toEqual(refused('UNKNOWN_HERE'));
    await expect(ask().getCentre({ name: 'centres/CU-903' })).rejects.toEqual(refused('NOT_FOUND'));

    cpSync(world.path('CU-903'), join(lagging, 'centres', 'CU-903.yaml'));
    await eventually(() => ask(token).getSession({}));
    expect((await ask(token).getCentre({ name: 'centres/CU-903' })).centre?.name).toBe('centres/CU-903');
  });

  test('says that it does not know yet that a centre has opened', async () => {
    world.newCentre('CU-911', 'planned');
    cpSync(world.path('CU-911'), join(lagging, 'centres', 'CU-911.yaml'));
    await eventually(() => behind.registry.current().has('CU-911'));
    // What it alone knows reaches the others by its look at the store, which is its last one for an hour.
    const file = readFileSync(world.path('CU-911'), 'utf8').replaceAll('CU-911', 'CU-912');
    writeFileSync(join(lagging, 'centres', 'CU-912.yaml'), file);
    await eventually(() => world.identity.registry.current().has('CU-912'));
    world.become('CU-911', 'active');
    const token = await eventually(() => world.signIn('cu-911-specialist').catch(() => undefined));
    await expect(ask(token).getSession({})).rejects.toEqual(refused('UNKNOWN_HERE'));
    await expect(ask(token).getCentre({ name: 'centres/CU-911' })).rejects.toEqual(refused('UNKNOWN_HERE'));
    expect((await ask().getCentre({ name: 'centres/CU-911' })).centre?.status).toBe('CENTRE_STATUS_PLANNED');
  });

  test('says that a session has ended when it has, whether it knows the operator or not', async () => {
    world.newCentre('CU-904');
    const token = await eventually(() => world.signIn('cu-904-specialist'));
    await expect(ask(token).getSession({})).rejects.toEqual(refused('UNKNOWN_HERE'));
    await world.client(token).deleteSession({});
    await expect(ask(token).getSession({})).rejects.toEqual(refused('SESSION_EXPIRED'));
  });
});
