import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { syntheticIdnp } from '../src/domain/synthetic-operators.ts';
import { startWorld, problemWith } from './identity-world.ts';
import type { Client, Identity, World } from './identity-world.ts';
import { expectRefusal } from './expect-refusal.ts';

/** Sign-in and sign-out with a scripted OpenID provider. */

const ORIGIN = 'https://cups.example';
const specialist = syntheticIdnp('cu-001-specialist');
const CLIENT_ID = 'cups-test';
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

type Claims = Record<string, unknown>;
interface TokenOverrides {
  claims?: Claims;
  header?: Claims;
  key?: KeyObject;
  token?: (valid: string) => string;
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const newKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

async function startOidcProvider() {
  const { privateKey, publicKey } = newKey();
  const jwk = publicKey.export({ format: 'jwk' });
  const codes = new Map<string, string>();
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const code = new URLSearchParams(Buffer.concat(chunks).toString()).get('code') ?? '';
      const body = req.url?.includes('configuration')
        ? metadata()
        : req.url === '/jwks'
          ? { keys: [{ ...jwk, kid: 'k', alg: 'RS256', use: 'sig' }] }
          : { access_token: 'a', token_type: 'bearer', id_token: codes.get(code) };
      res.setHeader('Content-Type', 'application/json');
      res.end(JSON.stringify(body));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const metadata = () => ({
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    authorization_response_iss_parameter_supported: true,
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
  });
  const signed = (
    defaults: Claims,
    { claims = {}, header = {}, key = privateKey, token = (valid) => valid }: TokenOverrides,
  ): string => {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: issuer, aud: CLIENT_ID, sub: 's', iat: now, exp: now + 120, ...defaults, ...claims };
    const body = `${encoded({ alg: 'RS256', kid: 'k', ...header })}.${encoded(all)}`;
    return token(`${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`);
  };
  /** Returns a code that can be exchanged for the token. */
  const codeFor = (nonce: string, overrides: TokenOverrides): string => {
    const code = randomUUID();
    codes.set(code, signed({ auth_time: Math.floor(Date.now() / 1000), nonce, idnp: specialist }, overrides));
    return code;
  };
  /** Returns a logout token. */
  const logoutToken = (target: Claims, overrides: TokenOverrides = {}): string =>
    signed(
      { jti: randomUUID(), events: { [LOGOUT_EVENT]: {} }, ...target },
      { ...overrides, header: { typ: 'logout+jwt', ...overrides.header } },
    );
  return {
    issuer,
    codeFor,
    logoutToken,
    close: () => new Promise((done) => (server.closeAllConnections(), server.close(done))),
  };
}

let world: World;
let provider: Awaited<ReturnType<typeof startOidcProvider>>;
let identity: Identity;
let client: Client;
beforeAll(async () => {
  world = await startWorld();
  provider = await startOidcProvider();
  const { signIn } = world.config();
  identity = await world.start({
    providers: ['local', 'oidc'],
    signIn: {
      ...signIn,
      oidc: {
        ...signIn.oidc,
        issuer: provider.issuer,
        clientId: CLIENT_ID,
        clientSecret: () => 'secret',
        mfaAcr: ['high'],
      },
    },
  });
  client = world.client(undefined, { of: identity });
});
afterAll(async () => {
  await identity.stop();
  await provider.close();
  await world.close();
});

async function begin(more: { forceAuthn?: boolean } = {}) {
  const { attempt, next } = await client.beginSignIn({ provider: 'oidc', origin: ORIGIN, returnTo: '/find', ...more });
  const query = new URL(next?.redirectUrl ?? '').searchParams;
  return { attempt, query, state: query.get('state') ?? '', nonce: query.get('nonce') ?? '' };
}

async function signIn(
  overrides: TokenOverrides = {},
  more: { forceAuthn?: boolean; parameters?: Record<string, string> } = {},
) {
  const { attempt, state, nonce } = await begin(more);
  const parameters = { code: provider.codeFor(nonce, overrides), state, iss: provider.issuer, ...more.parameters };
  return client.completeSignIn({ provider: 'oidc', origin: ORIGIN, attempt, parameters });
}

const expectRefused = (work: () => Promise<unknown>, cause: string, reason?: string): Promise<void> =>
  expectRefusal(identity, work, cause, reason);

describe('a sign-in by OpenID Connect', () => {
  test('uses the code flow with PKCE and returns the session of the person', async () => {
    const { query } = await begin({ forceAuthn: true });
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: 'code',
      client_id: CLIENT_ID,
      redirect_uri: `${ORIGIN}/auth/oidc/callback`,
      code_challenge_method: 'S256',
      prompt: 'login',
    });
    const { session, returnTo } = await signIn();
    expect([session?.operator?.name, returnTo]).toEqual(['operators/cu-001-specialist', '/find']);
  });

  test('accepts small clock skew, an explicit token type, and the own client as azp', async () => {
    await signIn({ claims: { iat: inSeconds(50), auth_time: inSeconds(50) } });
    for (const typ of ['JWT', 'jwt']) await signIn({ header: { typ } });
    await signIn({ claims: { azp: CLIENT_ID } });
    await signIn({ claims: { aud: [CLIENT_ID, 'somebody-else'], azp: CLIENT_ID } });
  });

  test('requires a second factor (acr or amr) for platform roles', async () => {
    const idnp = syntheticIdnp('supervisor');
    await expectRefused(() => signIn({ claims: { idnp } }), 'second-factor', 'SECOND_FACTOR_REQUIRED');
    await signIn({ claims: { idnp, acr: 'high' } });
    await signIn({ claims: { idnp, amr: ['pwd', 'mfa'] } });
  });
});

const foreignKey = newKey().privateKey;
const unsigned = (valid: string): string => `${encoded({ alg: 'none' })}.${valid.split('.')[1]}.`;
const signedWithHmac = (valid: string): string => {
  const body = `${encoded({ alg: 'HS256', kid: 'k' })}.${valid.split('.')[1]}`;
  return `${body}.${createHmac('sha256', 'secret').update(body).digest('base64url')}`;
};
const tampered = (valid: string): string => {
  const [head, body = '', signature] = valid.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  return `${head}.${encoded({ ...claims, sub: 'somebody-else' })}.${signature}`;
};
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe('an invalid response is rejected and counted by cause:', () => {
  const old = Math.floor(Date.now() / 1000) - 600;
  test.each<[string, string, TokenOverrides]>([
    ['a token without a signature', 'algorithm', { token: unsigned }],
    ['a token signed with the client secret', 'algorithm', { token: signedWithHmac }],
    ['a token of another key', 'signature', { key: foreignKey }],
    ['a tampered token', 'signature', { token: tampered }],
    ['a token for another client', 'audience', { claims: { aud: 'somebody-else' } }],
    ['a token of another issuer', 'issuer', { claims: { iss: 'https://else.example' } }],
    ['the nonce of another attempt', 'cross-attempt', { claims: { nonce: 'used-before' } }],
    ['a token without a nonce', 'token', { claims: { nonce: undefined } }],
    ['an expired token', 'expired', { claims: { exp: old, iat: old - 60 } }],
    ['a token issued to another client', 'audience', { claims: { azp: 'somebody-else' } }],
    [
      'a token for several audiences, issued to another client',
      'audience',
      { claims: { aud: [CLIENT_ID, 'x'], azp: 'x' } },
    ],
    ['a token issued in the future', 'not-yet-valid', { claims: { iat: inSeconds(120), exp: inSeconds(240) } }],
    ['a token that is not valid yet', 'not-yet-valid', { claims: { nbf: inSeconds(120) } }],
    ['a token with a future auth_time', 'not-yet-valid', { claims: { auth_time: inSeconds(120) } }],
    ['a logout token', 'token', { header: { typ: 'logout+jwt' } }],
    ['a logout token with a full media type', 'token', { header: { typ: 'application/logout+jwt' } }],
    ['an access token', 'token', { header: { typ: 'at+jwt' } }],
    ['a token whose type is not a string', 'token', { header: { typ: ['JWT'] } }],
    ['a person claim that is not an IDNP', 'malformed', { claims: { idnp: 'somebody' } }],
    ['a person without an invitation', 'unknown-person', { claims: { idnp: '2900000000000' } }],
  ])('%s', async (_, cause, overrides) => {
    await expectRefused(
      () => signIn(overrides),
      cause,
      cause === 'unknown-person' ? 'OPERATOR_UNKNOWN' : 'SIGN_IN_REFUSED',
    );
  });

  test('the state of another attempt, and a used one', async () => {
    const [first, second] = [await begin(), await begin()];
    const parameters = { code: provider.codeFor(first.nonce, {}), state: first.state, iss: provider.issuer };
    const complete = (attempt: string) =>
      client.completeSignIn({ provider: 'oidc', origin: ORIGIN, attempt, parameters });
    await expectRefused(() => complete(second.attempt), 'cross-attempt');
    await complete(first.attempt);
    await expectRefused(() => complete(first.attempt), 'attempt', 'SIGN_IN_EXPIRED');
  });

  test('a response of another provider, or without an issuer (mix-up)', async () => {
    await expectRefused(() => signIn({}, { parameters: { iss: 'https://else.example' } }), 'issuer');
    const { attempt, state, nonce } = await begin();
    const parameters = { code: provider.codeFor(nonce, {}), state };
    await expectRefused(
      () => client.completeSignIn({ provider: 'oidc', origin: ORIGIN, attempt, parameters }),
      'token',
    );
  });

  test('a missing reauthentication, and a cancelled sign-in', async () => {
    const early = { claims: { auth_time: Math.floor(Date.now() / 1000) - 600 } };
    await expectRefused(() => signIn(early, { forceAuthn: true }), 'reauthentication-missing');
    await expectRefused(() => signIn({}, { parameters: { error: 'access_denied' } }), 'provider');
  });

  test('an unavailable provider has a reason of its own', async () => {
    const { signIn: settings } = world.config();
    const oidc = { ...settings.oidc, issuer: 'http://127.0.0.1:9', clientId: CLIENT_ID, clientSecret: () => 'secret' };
    const isolated = await world.start({ providers: ['oidc'], signIn: { ...settings, oidc } });
    const begun = world
      .client(undefined, { of: isolated })
      .beginSignIn({ provider: 'oidc', origin: ORIGIN, returnTo: '/' });
    await expect(begun).rejects.toEqual(problemWith('IDENTITY_PROVIDER_UNAVAILABLE'));
    await isolated.stop();
  });
});

describe('a sign-out that starts at the provider', () => {
  const continueSignOut = (token: string) =>
    client.continueSignOut({ provider: 'oidc', origin: ORIGIN, parameters: { logout_token: token } });
  const isSessionValid = async (assertion: string): Promise<boolean> =>
    world
      .client(assertion, { of: identity })
      .getSession({})
      .then(
        () => true,
        ({ reason }: { reason: string }) => (expect(reason).toBe('SESSION_EXPIRED'), false),
      );

  test('ends the named session only', async () => {
    const sid = randomUUID();
    const named = await signIn({ claims: { sid } });
    const other = await signIn({ claims: { sid: randomUUID() } });
    const done = await continueSignOut(provider.logoutToken({ sid }));
    expect(done).toEqual({ endedSessions: [named.session?.id], next: null });
    expect([await isSessionValid(named.assertion), await isSessionValid(other.assertion)]).toEqual([false, true]);
    expect((await continueSignOut(provider.logoutToken({ sid }))).endedSessions).toEqual([]);
  });

  test('ends all sessions of the subject if it names no session', async () => {
    const sub = randomUUID();
    const sessions = [await signIn({ claims: { sub } }), await signIn({ claims: { sub, sid: 'x' } })];
    const other = await signIn({ claims: { sub: randomUUID() } });
    const { endedSessions } = await continueSignOut(provider.logoutToken({ sub }, { header: { typ: 'JWT' } }));
    expect(endedSessions.sort()).toEqual(sessions.map(({ session }) => session?.id).sort());
    expect(await isSessionValid(other.assertion)).toBe(true);
  });

  test.each<[string, string, TokenOverrides]>([
    ['has no signature', 'algorithm', { token: unsigned }],
    ['is signed with the client secret', 'algorithm', { token: signedWithHmac }],
    ['is signed by another key', 'signature', { key: foreignKey }],
    ['names an unknown key', 'signature', { header: { kid: 'other' } }],
    ['is tampered with', 'signature', { token: tampered }],
    ['is for another client', 'audience', { claims: { aud: 'somebody-else' } }],
    ['is of another provider', 'issuer', { claims: { iss: 'https://else.example' } }],
    ['has expired', 'expired', { claims: { exp: inSeconds(-61) } }],
    ['was issued long ago', 'expired', { claims: { iat: inSeconds(-700), exp: inSeconds(9999) } }],
    ['was issued in the future', 'not-yet-valid', { claims: { iat: inSeconds(120) } }],
    ['has no iat', 'token', { claims: { iat: undefined } }],
    ['has no exp', 'token', { claims: { exp: undefined } }],
    ['is an access token', 'token', { header: { typ: 'at+jwt' } }],
    ['is an ID token', 'token', { claims: { events: undefined, nonce: 'n' } }],
    ['has a nonce', 'token', { claims: { nonce: 'n' } }],
    ['has no event', 'token', { claims: { events: undefined } }],
    ['has another event', 'token', { claims: { events: { 'https://else.example/event': {} } } }],
    ['has the event as a string', 'token', { claims: { events: { [LOGOUT_EVENT]: 'yes' } } }],
    ['has no jti', 'token', { claims: { jti: undefined } }],
    ['names neither session nor subject', 'token', { claims: { sid: undefined, sub: undefined } }],
    ['names a session by a list', 'token', { claims: { sid: ['a'], sub: undefined } }],
    ['has no claims', 'malformed', { token: () => 'a.b.c' }],
    ['is encrypted', 'malformed', { token: () => 'a.b.c.d.e' }],
    ['is empty', 'malformed', { token: () => '' }],
  ])('ends nothing if the token %s', async (_, cause, overrides) => {
    const sid = randomUUID();
    const { assertion } = await signIn({ claims: { sid } });
    await expectRefused(() => continueSignOut(provider.logoutToken({ sid }, overrides)), cause);
    expect(await isSessionValid(assertion)).toBe(true);
  });

  test('ends nothing for a replayed token', async () => {
    const sub = randomUUID();
    const token = provider.logoutToken({ sub });
    await continueSignOut(token);
    const { assertion } = await signIn({ claims: { sub } });
    await expectRefused(() => continueSignOut(token), 'replayed');
    expect(await isSessionValid(assertion)).toBe(true);
  });
});
