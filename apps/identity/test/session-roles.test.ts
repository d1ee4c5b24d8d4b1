import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AUTHN_CONTEXTS } from '@cups/test-idp/saml';
import { familyName, idnp } from '@cups/testing';
import { startWorld, problemWith } from './identity-world.ts';
import type { Client, Identity, World } from './identity-world.ts';
import { createSamlResponse, beginSamlSignIn, createSamlIdp, ORIGIN } from './saml-idp.ts';
import type { ResponseOverrides, SamlIdp } from './saml-idp.ts';

let world: World;
let idp: SamlIdp;
let identity: Identity;
/** Another process on the same store, which takes rights from attributes. */
let attributeIdentity: Identity;
let supervisor: Client;
beforeAll(async () => {
  world = await startWorld();
  idp = await createSamlIdp(world);
  identity = await world.start(idp.settings());
  const settings = idp.settings();
  Object.assign(settings.signIn!.saml, { roles: 'attributes' });
  attributeIdentity = await world.start(settings);
  supervisor = world.client(await world.signIn('supervisor'));
});
afterAll(async () => {
  await attributeIdentity.stop();
  await identity.stop();
  await world.close();
});

async function signIn(person: string, assertion: ResponseOverrides['assertion'] = {}, of = identity) {
  const client = world.client(undefined, { of });
  const begun = await beginSamlSignIn(client);
  const parameters = await createSamlResponse(idp, begun, person, { assertion });
  return client.completeSignIn({ provider: 'mpass', origin: ORIGIN, attempt: begun.attempt, parameters });
}

const multiFactor = { method: AUTHN_CONTEXTS.strong };
const CU_001 = 'centres/CU-001';
const CU_002 = 'centres/CU-002';
type Role = 'ROLE_SPECIALIST' | 'ROLE_CENTRE_MANAGER' | 'ROLE_SUPERVISOR' | 'ROLE_SUPPORT';

async function invite(n: number, places: Record<string, Role[]>): Promise<string> {
  let name = '';
  for (const [centre, roles] of Object.entries(places)) {
    const person = { idnp: idnp(n), givenName: 'Ana', familyName: familyName(n) };
    const { member } = await supervisor.inviteOperator({ requestId: randomUUID(), centre, roles, ...person });
    name = member!.name;
  }
  return name;
}
const setRoles = (name: string, roles: Role[], centre = '') =>
  supervisor.updateOperatorRoles({ requestId: randomUUID(), name, centre, roles });
const claimsOf = (assertion: string) => world.keys.forService('gateway').verifySession(assertion);
const rolesIn = (assertion: string, of = identity) =>
  world
    .client(assertion, { of })
    .getSession({})
    .then(({ session }) => session?.operator?.roles);

describe('a role that requires a second factor', () => {
  test('is never granted to a session that began without one', async () => {
    const name = await invite(300, { [CU_001]: ['ROLE_SPECIALIST'], [CU_002]: ['ROLE_SPECIALIST'] });
    const { assertion } = await signIn(idnp(300));
    await setRoles(name, ['ROLE_SUPERVISOR', 'ROLE_SUPPORT']);

    const own = world.client(assertion, { of: identity });
    const current = await own.getSession({});
    expect(current.session?.operator?.roles).toEqual(['ROLE_SPECIALIST']);
    expect(current.assertion).toBe('');
    const switched = await own.switchCentre({ centre: CU_002 });
    expect(switched.session?.operator?.roles).toEqual(['ROLE_SPECIALIST']);
    expect(await claimsOf(switched.assertion)).toMatchObject({ roles: ['specialist'], centre: CU_002 });
    const appoint = world.client(switched.assertion, { of: identity }).inviteOperator({
      requestId: randomUUID(),
      roles: ['ROLE_SUPERVISOR'],
      ...{ idnp: idnp(301), givenName: 'Ion', familyName: 'Exemplu' },
    });
    await expect(appoint).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    await expect(signIn(idnp(300))).rejects.toEqual(problemWith('SECOND_FACTOR_REQUIRED'));
  });

  test('follows the stored roles in a session that began with one', async () => {
    const name = await invite(302, { [CU_001]: ['ROLE_SPECIALIST'] });
    const { assertion } = await signIn(idnp(302), multiFactor);
    expect(await rolesIn(assertion)).toEqual(['ROLE_SPECIALIST']);
    await setRoles(name, ['ROLE_SUPERVISOR']);
    expect(await rolesIn(assertion)).toEqual(['ROLE_SPECIALIST', 'ROLE_SUPERVISOR']);
    await setRoles(name, []);
    expect(await rolesIn(assertion)).toEqual(['ROLE_SPECIALIST']);
  });
});

describe('a session with rights from attributes', () => {
  const rightsAttribute = (...values: string[]) => ({ attributes: { OperatorCUPS: values } });

  test('has only the roles that store and provider both grant', async () => {
    await invite(310, { [CU_001]: ['ROLE_SPECIALIST', 'ROLE_CENTRE_MANAGER'], [CU_002]: ['ROLE_SPECIALIST'] });
    const asserted = rightsAttribute('CU-001:specialist', 'CU-002:centre-manager');
    const { session, assertion } = await signIn(idnp(310), asserted, attributeIdentity);
    expect(session?.operator).toMatchObject({ roles: ['ROLE_SPECIALIST'], centres: [CU_001] });
    expect(await claimsOf(assertion)).toMatchObject({ roles: ['specialist'] });
    const own = world.client(assertion, { of: attributeIdentity });
    const { session: current } = await own.getSession({});
    expect(current?.operator?.roles).toEqual(['ROLE_SPECIALIST']);
    expect(current?.centres.map(({ name }) => name)).toEqual([CU_001]);
    await expect(own.switchCentre({ centre: CU_002 })).rejects.toEqual(problemWith('PERMISSION_DENIED'));
  });

  test('has a platform role only if the provider asserts it', async () => {
    const name = await invite(311, { [CU_001]: ['ROLE_SPECIALIST'] });
    await setRoles(name, ['ROLE_SUPERVISOR']);
    const desk = await signIn(idnp(311), rightsAttribute('CU-001:specialist'), attributeIdentity);
    expect(desk.session?.operator?.roles).toEqual(['ROLE_SPECIALIST']);
    const both = await signIn(
      idnp(311),
      { ...multiFactor, ...rightsAttribute('CU-001:specialist', 'supervisor') },
      attributeIdentity,
    );
    expect(both.session?.operator?.roles).toEqual(['ROLE_SPECIALIST', 'ROLE_SUPERVISOR']);
    const platform = await signIn(idnp(311), { ...multiFactor, ...rightsAttribute('supervisor') }, attributeIdentity);
    expect(platform.session).toMatchObject({ operator: { roles: ['ROLE_SUPERVISOR'], centres: [] }, centre: '' });
    await expect(
      signIn(idnp(311), { ...multiFactor, ...rightsAttribute('support') }, attributeIdentity),
    ).rejects.toEqual(problemWith('OPERATOR_UNKNOWN'));
  });

  test('ends when the store revokes the last asserted right', async () => {
    const name = await invite(312, { [CU_001]: ['ROLE_SPECIALIST', 'ROLE_CENTRE_MANAGER'] });
    const { assertion } = await signIn(idnp(312), rightsAttribute('CU-001:centre-manager'), attributeIdentity);
    expect(await rolesIn(assertion, attributeIdentity)).toEqual(['ROLE_CENTRE_MANAGER']);
    await setRoles(name, ['ROLE_SPECIALIST'], CU_001);
    await expect(rolesIn(assertion, attributeIdentity)).rejects.toEqual(problemWith('SESSION_EXPIRED'));
  });
});
