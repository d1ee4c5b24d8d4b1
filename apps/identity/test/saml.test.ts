import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { syntheticIdnp } from '../src/domain/synthetic.ts';
import { openIdentity } from './identity.ts';
import type { Client, Identity, World } from './identity.ts';
import { answerOf, beginAt, openIdp, ORIGIN } from './idp.ts';
import type { Idp } from './idp.ts';

let world: World;
let idp: Idp;
let identity: Identity;
let client: Client;
beforeAll(async () => {
  world = await openIdentity();
  idp = await openIdp(world);
  identity = await world.start(idp.settings());
  client = world.client(undefined, { of: identity });
});
afterAll(async () => {
  await identity.stop();
  await world.close();
});

const specialist = syntheticIdnp('cu-001-specialist');

describe('a sign-in by SAML', () => {
  test('gives a session of whom the assertion names', async () => {
    const begun = await beginAt(client);
    const parameters = await answerOf(idp, begun, specialist);
    const done = await client.completeSignIn({ provider: 'mpass', origin: ORIGIN, attempt: begun.attempt, parameters });
    expect(done.session?.operator?.name).toBe('operators/cu-001-specialist');
    expect(done.returnTo).toBe('/');
  });
});
