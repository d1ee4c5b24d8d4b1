import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@cups/testing';
import { sampleDataDir, shareWorld, problemWith } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

let world: SharedWorld;
beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());

describe('CreateSession', () => {
  test('returns a session of eight hours and a matching assertion', async () => {
    const { session, assertion } = await world
      .client()
      .createSession({ provider: 'local', operator: 'cu-001-specialist' });
    expect(session?.operator).toMatchObject({
      name: 'operators/cu-001-specialist',
      roles: ['ROLE_SPECIALIST'],
      centre: 'centres/CU-001',
    });
    const seconds = Number(session?.expireTime?.seconds) - Number(session?.createTime?.seconds);
    expect(seconds).toBe(8 * 3600);
    expect(await world.keys.forService('gateway').verifySession(assertion)).toMatchObject({
      operator: 'operators/cu-001-specialist',
      roles: ['specialist'],
      centre: 'centres/CU-001',
      sid: session?.id,
      language: 'ro',
    });
  });

  test('returns a session without a centre for an agency clerk', async () => {
    const claims = await world.keys.forService('gateway').verifySession(await world.signIn('operators/asp-clerk'));
    expect(claims).toMatchObject({ roles: ['agency-clerk'], agency: 'agencies/asp' });
    expect(claims.centre).toBeUndefined();
    const begun = await world.client().createSession({ provider: 'local', operator: 'operators/asp-clerk' });
    expect(begun.session?.agency).toMatchObject({
      name: 'agencies/asp',
      displayName: { ro: 'Agenția Servicii Publice', en: 'Public Services Agency' },
    });
    const other = await world.client().createSession({ provider: 'local', operator: 'operators/cu-001-specialist' });
    expect(other.session?.agency).toBeNull();
  });

  test('accepts the clerk of a new agency without a restart', async () => {
    const text = readFileSync(join(sampleDataDir, 'agencies', 'asp.yaml'), 'utf8').replace('code: asp', 'code: fisc');
    await expect(world.signIn('operators/fisc-clerk')).rejects.toEqual(problemWith('UNAUTHENTICATED'));
    writeFileSync(join(world.dataDir, 'agencies', 'fisc.yaml'), text);
    const assertion = await eventually(() => world.signIn('operators/fisc-clerk').catch(() => undefined));
    const claims = await world.keys.forService('gateway').verifySession(assertion);
    expect(claims).toMatchObject({ roles: ['agency-clerk'], agency: 'agencies/fisc' });
  });

  test('rejects planned and closed centres, and accepts a training centre', async () => {
    for (const status of ['planned', 'closed', 'training']) world.newCentre(`CU-91${status.length}`, status);
    await eventually(() => world.signIn('cu-918-specialist').catch(() => undefined));
    const createSession = async (operator: string) => world.client().createSession({ provider: 'local', operator });
    const { session, assertion } = await createSession('cu-918-specialist');
    expect(session).toMatchObject({ training: true });
    expect((await world.client(assertion).getSession({})).session).toMatchObject({ training: true });
    expect((await createSession('cu-001-specialist')).session).toMatchObject({ training: false });
    await expect(world.signIn('cu-917-specialist')).rejects.toEqual(problemWith('CENTRE_NOT_OPEN'));
    await expect(world.signIn('cu-916-specialist')).rejects.toEqual(problemWith('CENTRE_CLOSED'));
  });

  test('lists inherited centres in the session, unchanged for its lifetime', async () => {
    for (const code of ['CU-921', 'CU-922']) world.newCentre(code);
    await eventually(() => world.signIn('cu-922-specialist').catch(() => undefined));
    const early = await world.signIn('cu-922-specialist');
    world.write('CU-921', world.textOf('CU-921').replace('status: active', 'status: closed\ntransferTo: CU-922'));
    const { assertion } = await eventually(async () => {
      const created = await world.client().createSession({ provider: 'local', operator: 'cu-922-specialist' });
      return created.session?.inheritedCentres.length === 1 && created;
    });
    const inheritedCentres = ['centres/CU-921'];
    expect(await world.keys.forService('gateway').verifySession(assertion)).toMatchObject({
      centre: 'centres/CU-922',
      inheritedCentres,
    });
    expect((await world.client(assertion).getSession({})).session).toMatchObject({ inheritedCentres });
    expect((await world.client(early).getSession({})).session).toMatchObject({ inheritedCentres: [] });
    const { centre } = await world.client().getCentre({ name: 'centres/CU-921' });
    expect(centre).toMatchObject({ status: 'CENTRE_STATUS_CLOSED', transferTo: 'centres/CU-922' });
  });

  test('rejects an unknown provider and unknown operators', async () => {
    const gateway = world.client();
    await expect(gateway.createSession({ provider: 'mpass', operator: 'cu-001-specialist' })).rejects.toEqual(
      problemWith('IDENTITY_PROVIDER_UNKNOWN'),
    );
    for (const operator of ['', 'operators/nobody', '__proto__', 'operators/operators/support', '../support'])
      await expect(gateway.createSession({ provider: 'local', operator })).rejects.toEqual(
        problemWith('UNAUTHENTICATED'),
      );
  });
});
