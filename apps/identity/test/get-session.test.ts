import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataVersions } from '@cups/contracts';
import { watchPersonHasher, PERSON_HASH_KEY_SET } from '@cups/rpc';
import { eventually, idnp, silentLog } from '@cups/testing';
import { syntheticIdnp } from '../src/domain/synthetic-operators.ts';
import { shareWorld, problemWith } from './identity-world.ts';
import type { Identity, SharedWorld } from './identity-world.ts';

let world: SharedWorld;
beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());

describe('GetSession', () => {
  test('returns the session to its holder', async () => {
    const { session } = await world.client(await world.signIn('cu-006-manager')).getSession({});
    expect(session?.operator).toMatchObject({ name: 'operators/cu-006-manager', roles: ['ROLE_CENTRE_MANAGER'] });
  });

  test('rejects a missing, a forged and a malformed assertion', async () => {
    await expect(world.client().getSession({})).rejects.toEqual(problemWith('UNAUTHENTICATED'));
    const forged = world.keys.session({ role: 'support', operator: 'operators/support' }).token;
    await expect(world.client(forged).getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
    await expect(world.client(`${forged}x`).getSession({})).rejects.toEqual(problemWith('SESSION_INVALID'));
  });

  test('returns a new assertion only if its claims change', async () => {
    const token = await world.signIn('cu-006-manager');
    const keys = world.keys.forService('identity');
    expect((await world.client(token).getSession({})).assertion).toBe('');
    const session = await keys.verifySession(token);
    const before = keys.signSession({ ...session, roles: ['specialist'] });
    const { assertion } = await world.client(before).getSession({});
    expect(await keys.verifySession(assertion)).toEqual(session);
  });

  test('adds the keyed hash of the personal number to every assertion', async () => {
    const file = join(world.keys.dir, PERSON_HASH_KEY_SET);
    const hash = watchPersonHasher({ file, required: true, log: silentLog }).hash(syntheticIdnp('cu-001-manager'));
    const keys = world.keys.forService('identity');
    const token = await world.signIn('cu-001-manager');
    const { person, ...before } = await keys.verifySession(token);
    expect(person).toBe(hash);
    const { assertion } = await world.client(keys.signSession(before)).getSession({});
    const elsewhere = await world.client(token).switchCentre({ centre: 'centres/CU-002' });
    for (const current of [assertion, elsewhere.assertion])
      expect(await keys.verifySession(current)).toMatchObject({ person: hash });
  });

  test('rejects an expired session', async () => {
    const hours = (n: number) => new Date(Date.now() + n * 3_600_000);
    await world.withClock(async (setClock) => {
      setClock(hours(-7.9));
      const mine = world.client(await world.signIn('cu-008-specialist'));
      setClock(hours(0.05));
      await expect(mine.getSession({})).resolves.toBeDefined();
      setClock(hours(0.15));
      await expect(mine.getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
    });
  });
});

describe('a session at a centre', () => {
  test('ends when the centre closes', async () => {
    world.newCentre('CU-910', 'paused');
    const mine = world.client(await eventually(() => world.signIn('cu-910-specialist').catch(() => undefined)));
    await mine.getSession({});
    world.become('CU-910', 'closed');
    await eventually(() => world.identity.registry.current().get('CU-910')?.status === 'closed');
    await expect(mine.getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
  });
});

describe('a replica with lagging files', () => {
  let lagging: string;
  let behind: Identity;
  const ask = (sessionToken?: string) => world.client(sessionToken, { of: behind });
  beforeAll(async () => {
    lagging = join(world.folder, 'behind');
    cpSync(world.dataDir, lagging, { recursive: true });
    behind = await world.start({ dataDir: lagging, syncMs: 3_600_000 });
  });
  afterAll(() => behind.stop());

  test('reads operator, session and centre of another replica from the store', async () => {
    world.newCentre('CU-903');
    const token = await eventually(() => world.signIn('cu-903-specialist'));
    await expect(world.client(token).getSession({})).resolves.toBeDefined();
    await expect(ask().getCentre({ name: 'centres/CU-903' })).rejects.toEqual(problemWith('NOT_FOUND'));
    const { session } = await ask(token).getSession({});
    expect(session?.centre).toBe('centres/CU-903');
    expect((await ask(token).getCentre({ name: 'centres/CU-903' })).centre?.name).toBe('centres/CU-903');
  });

  test('begins a session at a centre that is not loaded yet', async () => {
    world.newCentre('CU-905');
    await eventually(() => world.signIn('cu-905-specialist'));
    const { session } = await ask().createSession({ provider: 'local', operator: 'cu-905-specialist' });
    expect(session?.centre).toBe('centres/CU-905');
  });

  test('records a mandate at a centre that is not loaded yet', async () => {
    world.newCentre('CU-913');
    const token = await eventually(() => world.signIn('cu-913-specialist'));
    const { mandate } = await ask(token).createMandate({
      requestId: randomUUID(),
      person: { idnp: idnp(91_300), givenName: 'Vera', familyName: 'Model' },
      scope: { themes: ['property'] },
      term: 'MANDATE_TERM_DAYS_31',
      ground: { kind: 'MANDATE_GROUND_PRESENT_AND_SIGNING' },
      language: 'ro',
    });
    expect(mandate).toMatchObject({ centre: 'centres/CU-913', training: false });
  });

  test('reads the opening of a centre from the store', async () => {
    world.newCentre('CU-911', 'planned');
    cpSync(world.path('CU-911'), join(lagging, 'centres', 'CU-911.yaml'));
    await eventually(() => behind.registry.current().has('CU-911'));
    // Its own file reaches the others by its store sync, the last one for an hour.
    const file = readFileSync(world.path('CU-911'), 'utf8').replaceAll('CU-911', 'CU-912');
    writeFileSync(join(lagging, 'centres', 'CU-912.yaml'), file);
    await eventually(() => world.identity.registry.current().has('CU-912'));
    // The seeder stores its operators shortly after the file is read.
    const refusal = () =>
      ask()
        .createSession({ provider: 'local', operator: 'cu-911-specialist' })
        .catch((error: unknown) => (error as { reason?: string }).reason);
    await eventually(async () => (await refusal()) === 'CENTRE_NOT_OPEN');
    world.become('CU-911', 'active');
    const token = await eventually(() => world.signIn('cu-911-specialist').catch(() => undefined));
    expect((await ask().getCentre({ name: 'centres/CU-911' })).centre?.status).toBe('CENTRE_STATUS_PLANNED');
    expect((await ask(token).getSession({})).session?.centre).toBe('centres/CU-911');
    expect((await ask(token).getCentre({ name: 'centres/CU-911' })).centre?.status).toBe('CENTRE_STATUS_ACTIVE');
  });

  test('reports a stale replica only to callers that know newer files', async () => {
    const caller = new DataVersions();
    const names = { operator: 'cu-906-specialist', centre: 'centres/CU-906', agency: 'agencies/newcomer' };
    const askNewest = (of: Identity, token?: string) => world.client(token, { of, versions: caller });
    const inviteTo = async (of: Identity) => {
      const supervisor = askNewest(of, await world.signIn('supervisor'));
      const person = { idnp: idnp(91_000), givenName: 'Vera', familyName: 'Model', agency: names.agency };
      return supervisor.inviteOperator(
        Object.assign({ requestId: randomUUID(), roles: ['ROLE_AGENCY_CLERK' as const] }, person),
      );
    };
    const tries = [
      () => askNewest(behind).createSession({ provider: 'local', operator: 'cu-909-specialist' }),
      () => askNewest(behind).getCentre({ name: 'centres/CU-909' }),
      () => inviteTo(behind),
    ];
    for (const attempt of tries) await expect(attempt()).rejects.not.toEqual(problemWith('STALE_REPLICA'));
    world.newCentre('CU-906');
    world.newAgency('newcomer', 'asp');
    await eventually(async () => {
      await askNewest(world.identity).getCentre({ name: names.centre });
      return (await askNewest(world.identity).createSession({ provider: 'local', operator: 'newcomer-clerk' })).session;
    });
    for (const attempt of tries) await expect(attempt()).rejects.toEqual(problemWith('STALE_REPLICA'));
    await expect(askNewest(world.identity).getCentre({ name: 'centres/CU-909' })).rejects.toEqual(
      problemWith('NOT_FOUND'),
    );
  });

  test('reports an ended session, even for an operator that it has not loaded', async () => {
    world.newCentre('CU-904');
    const token = await eventually(() => world.signIn('cu-904-specialist'));
    await world.client(token).deleteSession({});
    await expect(ask(token).getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
  });
});
