import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { Problem } from '@cups/problem';
import request from 'supertest';
import { MORNING, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Browsers on the way to an identity provider and back, with a fake identity. */

let gateway: Gateway;
let requests: Record<string, unknown>[];
let problem: Problem | undefined;
/** Sessions that identity reports as ended. */
let ended: string[];

const form = { form: { url: 'https://idp.example/login', fields: { SAMLRequest: 'PHg+', RelayState: '"><script>' } } };
const session = {
  id: '01JDZ3V7Q8R9S0T1V2W3X4Y5Z6',
  operator: { name: 'operators/cu-001-specialist', displayName: 'Ana Exemplu', roles: ['ROLE_SPECIALIST' as const] },
  createTime: MORNING,
  expireTime: MORNING,
};

beforeAll(async () => {
  const answer = async <T>(request: unknown, given: T): Promise<T> => {
    requests.push(request as Record<string, unknown>);
    if (problem) throw problem;
    return Promise.resolve(given);
  };
  gateway = await startGateway({
    identity: {
      BeginSignIn: (request) => answer(request, { attempt: 'secret', next: form }),
      CompleteSignIn: (request) => answer(request, { session, assertion: 'a.b.c', returnTo: '/find' }),
      BeginSignOut: (request) => answer(request, { provider: 'mpass', attempt: 'leaving' }),
      ContinueSignOut: (request) => answer(request, { endedSessions: ended, next: form }),
      GetProviderMetadata: (request) =>
        answer(request, { contentType: 'application/samlmetadata+xml', content: '<md:EntityDescriptor/>' }),
    },
  });
});
afterAll(() => gateway.stop());

/** Sends a browser navigation, without cookies by default. */
function navigate(path: string, headers: Record<string, string> = {}) {
  ended = [session.id];
  requests = [];
  problem = undefined;
  return request(gateway.url).get(path).redirects(0).set(headers);
}

const cookies = (reply: request.Response): string[] => [reply.headers['set-cookie'] ?? []].flat();
const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  request(gateway.url)
    .post(path)
    .redirects(0)
    .set({ 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'https://idp.example', ...headers })
    .send(body);

describe('start of a sign-in', () => {
  test('returns a form page with an external script and a SameSite=None cookie', async () => {
    const reply = await navigate('/auth/mpass/start?returnTo=/find&centre=CU-002&language=ru&forceAuthn=true');
    expect(requests[0]).toMatchObject({
      provider: 'mpass',
      origin: gateway.url,
      returnTo: '/find',
      centre: 'centres/CU-002',
      language: 'ru',
      forceAuthn: true,
    });
    expect(reply.status).toBe(200);
    expect(reply.headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; form-action https://idp.example; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(reply.text).toContain('action="https://idp.example/login"');
    expect(reply.text).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(reply.text).not.toMatch(/<script>|onload/);
    expect(cookies(reply)).toEqual(['cups-attempt=secret; Path=/; HttpOnly; Secure; SameSite=None; Max-Age=600']);
    expect((await navigate('/auth/post.js')).text).toContain('submit()');
  });

  test.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    '/api/v1/sessions',
    '/auth/mpass/logout',
    'find',
    '',
    '/\t/evil.example',
    '/find\r\nSet-Cookie: cups-session=x',
    '/..//evil.example',
    '/%2e%2e/api/v1/sessions',
    `/${'a'.repeat(500)}`,
    'javascript:alert(1)',
  ])('returns to the start page when the return path %j is invalid', async (returnTo) => {
    await navigate(`/auth/mpass/start?returnTo=${encodeURIComponent(returnTo)}`);
    expect(requests[0]).toMatchObject({ returnTo: '/' });
  });

  test('rejects a request from a frame', async () => {
    const reply = await navigate('/auth/mpass/start', { 'Sec-Fetch-Dest': 'iframe' });
    expect([reply.status, reply.headers['location']]).toEqual([303, '/?signIn=CROSS_SITE_REQUEST']);
    expect(requests).toEqual([]);
  });
});

describe('callback of a sign-in', () => {
  test('accepts a cross-site form, sets the session and returns to the previous page', async () => {
    await navigate('/auth/post.js');
    const reply = await post('/auth/mpass/callback', 'SAMLResponse=abc&RelayState=x', {
      Cookie: 'cups-attempt=secret',
    });
    expect(requests[0]).toMatchObject({ attempt: 'secret', parameters: { SAMLResponse: 'abc', RelayState: 'x' } });
    expect([reply.status, reply.headers['location']]).toEqual([303, '/find']);
    expect(cookies(reply)).toEqual([
      expect.stringMatching(/^cups-attempt=; .*Max-Age=0$/),
      expect.stringMatching(/^cups-session=.+; Path=\/; HttpOnly; SameSite=Lax/),
    ]);
  });

  test('accepts a query, as OpenID Connect sends it', async () => {
    const reply = await navigate('/auth/oidc/callback?code=1&state=2', { Cookie: 'cups-attempt=secret' });
    expect(requests[0]).toMatchObject({ provider: 'oidc', parameters: { code: '1', state: '2' } });
    expect(reply.headers['location']).toBe('/find');
  });

  test('redirects to the page with the reason when identity rejects', async () => {
    await navigate('/auth/post.js');
    problem = new Problem({ reason: 'OPERATOR_UNKNOWN', message: 'Nobody.' });
    const reply = await post('/auth/mpass/callback', 'SAMLResponse=abc');
    expect([reply.status, reply.headers['location']]).toEqual([303, '/?signIn=OPERATOR_UNKNOWN']);
    expect(cookies(reply).join()).not.toContain('cups-session=a');
  });

  test.each<[string, string | Buffer, Record<string, string>, string]>([
    ['a repeated parameter', 'SAMLResponse=a&SAMLResponse=b', {}, 'INVALID_ARGUMENT'],
    ['a repeated parameter in another encoding', 'SAMLResponse=a&SAML%52esponse=b', {}, 'INVALID_ARGUMENT'],
    ['five thousand parameters', Array.from({ length: 5_000 }, (_, n) => `p${n}=`).join('&'), {}, 'INVALID_ARGUMENT'],
    ['a body of another type', '{}', { 'Content-Type': 'application/json' }, 'MEDIA_TYPE_UNSUPPORTED'],
    ['a multipart body', '--x--', { 'Content-Type': 'multipart/form-data; boundary=x' }, 'MEDIA_TYPE_UNSUPPORTED'],
    ['a compressed body', gzipSync('SAMLResponse=a'), { 'Content-Encoding': 'gzip' }, 'MEDIA_TYPE_UNSUPPORTED'],
    ['a too large body', `SAMLResponse=${'a'.repeat(300_000)}`, {}, 'PAYLOAD_TOO_LARGE'],
    ['a request from a frame', 'SAMLResponse=a', { 'Sec-Fetch-Dest': 'iframe' }, 'CROSS_SITE_REQUEST'],
  ])('rejects %s before any upstream call', async (_, body, headers, reason) => {
    await navigate('/auth/post.js');
    const reply = await post('/auth/mpass/callback', body, headers);
    expect([reply.status, reply.headers['location']]).toEqual([303, `/?signIn=${reason}`]);
    expect([requests, cookies(reply)]).toEqual([[], []]);
  });

  test.each(['callback?SAMLResponse=abc', 'logout?SAMLRequest=abc', 'logout?logout_token=abc'])(
    'rejects form-only parameters in a query: %s',
    async (path) => {
      const reply = await navigate(`/auth/mpass/${path}`, { Cookie: 'cups-attempt=secret' });
      expect([reply.status, reply.headers['location']]).toEqual([303, '/?signIn=INVALID_ARGUMENT']);
      expect([requests, cookies(reply)]).toEqual([[], []]);
    },
  );
});

describe('sign-out', () => {
  test('returns the path for sign-out at the provider', async () => {
    requests = [];
    problem = undefined;
    const reply = await gateway.send('DELETE', '/api/v1/sessions/current');
    expect([reply.status, reply.body]).toEqual([200, { next: '/auth/mpass/logout' }]);
    expect(cookies(reply)).toEqual([
      expect.stringMatching(/^cups-session=; /),
      expect.stringMatching(/^cups-attempt=leaving; /),
    ]);
  });

  test('initiated by a provider clears the cookie and sends the response back', async () => {
    await navigate('/auth/post.js');
    const reply = await post('/auth/mpass/logout', 'SAMLRequest=abc');
    expect(requests[0]).toMatchObject({ parameters: { SAMLRequest: 'abc' } });
    expect(reply.text).toContain('action="https://idp.example/login"');
    expect(cookies(reply)).toEqual([expect.stringMatching(/^cups-session=; .*Max-Age=0/)]);
    // The provider may frame it, and nobody else.
    expect(reply.headers['content-security-policy']).toMatch(/; frame-ancestors https:\/\/idp\.example$/);
    expect(reply.headers['x-frame-options']).toBeUndefined();
  });
});

describe('back-channel sign-out', () => {
  /** Posts as a server does: without cookies or an origin. */
  const postLogoutToken = (body: string) =>
    request(gateway.url).post('/auth/oidc/logout').type('application/x-www-form-urlencoded').redirects(0).send(body);

  test('ends the session immediately', async () => {
    requests = [];
    problem = undefined;
    const { token, session: theirs } = gateway.keys.session({ role: 'specialist', centre: 'centres/CU-001' });
    ended = [theirs.sid];
    const cookie = await gateway.cookieOf(token);
    expect((await gateway.send('GET', '/api/v1/sessions/current', { cookie })).status).toBe(200);
    const reply = await postLogoutToken('logout_token=a.b.c');
    expect(requests.at(-1)).toEqual({
      provider: 'oidc',
      origin: gateway.url,
      attempt: '',
      parameters: { logout_token: 'a.b.c' },
    });
    expect([reply.status, reply.text, reply.headers['cache-control'], cookies(reply)]).toEqual([
      200,
      '',
      'no-store',
      [],
    ]);
    expect((await gateway.send('GET', '/api/v1/sessions/current', { cookie })).body).toMatchObject({
      reason: 'SESSION_EXPIRED',
    });
  });

  test('returns the error of the standard when rejected', async () => {
    problem = new Problem({ reason: 'SIGN_IN_REFUSED', message: 'No.' });
    const reply = await postLogoutToken('logout_token=a.b.c');
    expect([reply.status, reply.headers['cache-control'], reply.headers['content-type']]).toEqual([
      400,
      'no-store',
      'application/json; charset=utf-8',
    ]);
    expect(reply.body).toEqual({ error: 'invalid_request', error_description: 'SIGN_IN_REFUSED' });
  });
});

describe('https origin', () => {
  let secure: Gateway;
  const url = 'https://idp.example/realms/a?tenant=b';
  beforeAll(async () => {
    const next = { form: { url, fields: {} } };
    secure = await startGateway(
      {
        identity: {
          BeginSignIn: (given) => (requests.push(given as never), Promise.resolve({ attempt: 'secret', next })),
          ContinueSignOut: () => Promise.resolve({ endedSessions: [], next }),
        },
      },
      {
        publicOrigin: 'https://cups.example',
        signInFormOrigins: ['https://sign.example'],
        limits: { address: 1e6, agency: 1e6, page: 1e6, session: 1e6, tracking: 1e6, trackingTotal: 1e6, signIn: 3 },
      },
    );
  });
  afterAll(() => secure.stop());

  test('binds the attempt cookie to the host, allows the form origins and ignores Host', async () => {
    requests = [];
    const reply = await request(secure.url).get('/auth/mpass/start').set('Host', 'evil.example').redirects(0);
    expect(requests).toEqual([expect.objectContaining({ origin: 'https://cups.example' })]);
    expect(cookies(reply)).toEqual([
      '__Host-cups-attempt=secret; Path=/; HttpOnly; Secure; SameSite=None; Max-Age=600',
    ]);
    expect(reply.headers['content-security-policy']).toContain('form-action https://idp.example https://sign.example;');
    expect(reply.text).toContain(`action="${url}"`);
    expect(reply.headers['strict-transport-security']).toBeDefined();
  });

  test('limits repeated sign-ins from an address, but not back-channel sign-outs', async () => {
    const begin = () => request(secure.url).get('/auth/mpass/start').redirects(0);
    const leave = () => request(secure.url).post('/auth/mpass/logout').type('form').send('SAMLRequest=a').redirects(0);
    const postLogoutToken = () =>
      request(secure.url).post('/auth/oidc/logout').type('form').send('logout_token=a').redirects(0);
    for (let n = 0; n < 3; n += 1) await begin();
    const rejected = await begin();
    expect([rejected.status, Number(rejected.headers['retry-after']) > 0, cookies(rejected)]).toEqual([429, true, []]);
    expect((await leave()).headers['location']).toBe('/?signIn=RATE_LIMITED');
    expect((await postLogoutToken()).status).toBe(200);
  });
});

test('serves metadata unchanged, and a problem for an unknown provider', async () => {
  const reply = await navigate('/auth/mpass/metadata');
  expect([reply.headers['content-type'], requests[0]]).toEqual([
    'application/samlmetadata+xml; charset=utf-8',
    { provider: 'mpass', origin: gateway.url },
  ]);
  expect((await navigate('/auth/mpass/other')).status).toBe(404);
  expect((await navigate('/auth/M/metadata')).status).toBe(404);
});
