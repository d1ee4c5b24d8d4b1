import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '@cups/problem';
import { createMetrics } from '@cups/process';
import { COOKIE_KEY_SET, watchKeySet } from '@cups/rpc';
import type { CallContext } from '@cups/rpc';
import { eventually, captureLog, createTestKeys, startStopwatch } from '@cups/testing';
import request from 'supertest';
import { readConfig } from '../src/config.ts';
import { createSessionCookie } from '../src/http/session-cookie.ts';
import { createSignOuts } from '../src/http/sign-outs.ts';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

const LIST = '/api/v1/applications';
const named = (token: string) => `cups-session=${token}`;

/** Returns a cookie sealed with the first key of the file, with this `kid` if given. */
async function sealWithKeyFile(file: string, assertion: string, kid?: string): Promise<string> {
  const keys = watchKeySet({ file, name: 'cookie' })().map((key) => ({ ...key, kid: kid ?? key.kid }));
  const seen = Math.floor(Date.now() / 1000);
  const set = await createSessionCookie({ secure: false, keys: () => keys }).set({ assertion, seen }, new Date(0));
  return set.slice(set.indexOf('=') + 1, set.indexOf(';'));
}

describe('the cookie', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  test('is set at sign-in, unreadable for scripts and other sites', async () => {
    const reply = await gateway.send('POST', '/api/v1/sessions', {
      body: { provider: 'local', operator: 'x' },
      cookie: null,
    });
    expect(reply.status).toBe(201);
    const [set = ''] = reply.get('Set-Cookie') ?? [];
    expect(set).toMatch(
      /^cups-session=[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Expires=Tue, 24 Nov 2026 16:00:00 GMT$/,
    );
    expect((await gateway.send('GET', LIST, { cookie: set.split(';')[0]! })).status).toBe(200);
    // The assertion is readable neither directly nor decompressed.
    const [, payload = ''] = gateway.specialist.token.split('.');
    expect(set + reply.text).not.toContain(payload);
    const parts = set.slice(set.indexOf('=') + 1, set.indexOf(';')).split('.');
    expect(parts.map((part) => Buffer.from(part, 'base64url').toString()).join()).not.toContain('operators/');
    expect(reply.body).toMatchObject({
      operator: { name: 'operators/cu-001-specialist', roles: ['specialist'], centre: 'centres/CU-001' },
    });
  });

  test('is Secure and bound to the host with an https origin', async () => {
    const safe = await startGateway({}, { publicOrigin: 'https://cups.example' });
    try {
      const reply = await safe.send('POST', '/api/v1/sessions', { body: { provider: 'local' }, cookie: null });
      expect(reply.get('Set-Cookie')).toEqual([
        expect.stringMatching(/^__Host-cups-session=.*; Path=\/; HttpOnly; SameSite=Lax; Secure; Expires=/),
      ]);
      expect(reply.get('strict-transport-security')).toMatch(/max-age/);
      expect(safe.cookie).toMatch(/^__Host-cups-session=/);
      expect((await safe.send('GET', LIST)).status).toBe(200);
      expect((await safe.send('GET', LIST, { cookie: safe.cookie.replace('__Host-', '') })).status).toBe(401);
    } finally {
      await safe.stop();
    }
  });

  test('is found among others', async () => {
    const cookie = `a=b; xcups-session=no; ${gateway.cookie}; c=d`;
    expect((await gateway.send('GET', LIST, { cookie })).status).toBe(200);
  });

  test('is required: without one it is 401, before the body is checked', async () => {
    const reply = await gateway.send('POST', LIST, { cookie: null, raw: '{' });
    expect(reply.status).toBe(401);
    expect(reply.body).toMatchObject({ reason: 'UNAUTHENTICATED' });
    expect(reply.get('Set-Cookie')).toBeUndefined();
  });

  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'identity', aud: 'cups', sub: 'operators/x', sid: 's', roles: ['support'], iat: 1, exp: 4e9 };
  const hostile: [string, () => string][] = [
    ['is garbage', () => 'garbage'],
    ['is enormous', () => 'x'.repeat(8000)],
    ['is unsigned', () => `${part({ alg: 'none', typ: 'cups-session+jwt' })}.${part(claims)}.`],
    [
      'is signed by a key of its own',
      () => {
        const body = `${part({ alg: 'EdDSA', typ: 'cups-session+jwt' })}.${part(claims)}`;
        return `${body}.${sign(null, Buffer.from(body), generateKeyPairSync('ed25519').privateKey).toString('base64url')}`;
      },
    ],
    [
      'comes from another platform',
      () => {
        const foreign = createTestKeys();
        const { token } = foreign.session({ role: 'specialist', centre: 'centres/CU-001' });
        foreign.remove();
        return token;
      },
    ],
    [
      'was changed by one letter',
      () => {
        const [head, body, signature] = gateway.specialist.token.split('.') as [string, string, string];
        const other = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
        return `${head}.${part({ ...other, centre: 'centres/CU-002' })}.${signature}`;
      },
    ],
    ['is the token of a service', () => gateway.keys.forService('identity').serviceToken('gateway')],
    [
      'was signed by another service than identity',
      () => {
        const session = {
          operator: 'operators/x',
          roles: ['support' as const],
          sid: 's',
          expires: new Date(Date.now() + 3600_000),
        };
        return gateway.keys.forService('intake').signSession(session);
      },
    ],
  ];
  /** Bare, and encrypted under the gateway's own key, so that the content is checked. */
  const ways: [string, (token: string) => string | Promise<string>][] = [
    ['bare', named],
    ['encrypted by the gateway', (token) => gateway.cookieOf(token)],
  ];
  const cases = hostile.flatMap(([what, token]) => ways.map(([way, cookie]) => ({ what, way, token, cookie })));
  test.each(cases)('that $what, $way, is 401 and cleared', async ({ token, cookie }) => {
    await mustRefuse(await cookie(token()));
  });

  async function mustRefuse(cookie: string): Promise<void> {
    const callCount = gateway.calls.intake.length;
    const reply = await gateway.send('GET', LIST, { cookie });
    expect(reply.status).toBe(401);
    expect(reply.body).toMatchObject({ reason: 'SESSION_INVALID' });
    expect(reply.get('Set-Cookie')).toEqual(['cups-session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0']);
    expect(gateway.calls.intake).toHaveLength(callCount);
  }

  test('that is a bare assertion grants no access, nor does it in a header', async () => {
    const { token } = gateway.specialist;
    await mustRefuse(named(token));
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { 'cups-session': token },
      { 'x-cups-session': token },
      { authorization: gateway.cookie.replace('cups-session=', 'Bearer ') },
    ] as Record<string, string>[]) {
      expect((await gateway.send('GET', LIST, { cookie: null, headers })).status).toBe(401);
    }
  });

  test('that is encrypted otherwise is rejected: foreign key, changed, other algorithm', async () => {
    const [name = '', sealed = ''] = gateway.cookie.split('=');
    const [header = '', , iv = '', text = '', tag = ''] = sealed.split('.');
    const otherHeader = (change: object) =>
      part({ ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object), ...change });
    const flipped = text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`;
    const foreign = createTestKeys(['gateway']);
    try {
      const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
      const elsewhere = await sealWithKeyFile(join(foreign.dir, COOKIE_KEY_SET), gateway.specialist.token);
      const forged = await sealWithKeyFile(join(foreign.dir, COOKIE_KEY_SET), gateway.specialist.token, kid);
      for (const cookie of [
        elsewhere,
        forged,
        [header, '', iv, flipped, tag].join('.'),
        [otherHeader({ kid: 'none' }), '', iv, text, tag].join('.'),
        [otherHeader({ enc: 'A128GCM' }), '', iv, text, tag].join('.'),
        [otherHeader({ alg: 'none' }), '', iv, text, tag].join('.'),
        [otherHeader({ zip: 'DEF' }), '', iv, text, tag].join('.'),
        [header, '', iv, text, ''].join('.'),
      ]) {
        await mustRefuse(`${name}=${cookie}`);
      }
    } finally {
      foreign.remove();
    }
  });

  test('is forwarded to the service unchanged', async () => {
    let seen = '';
    const other = await startGateway({
      intake: {
        ListApplications(_request, context) {
          seen = context.sessionToken ?? '';
          return Promise.resolve({});
        },
      },
    });
    try {
      await other.send('GET', LIST);
      expect(seen).toBe(other.specialist.token);
    } finally {
      await other.stop();
    }
  });
});

describe('revalidation by identity', () => {
  let answer: () => Promise<never>;
  let clock: Date;
  let gateway: Gateway;
  const sessionCalls = () => gateway.calls.identity.filter(({ method }) => method === 'GetSession').length;
  const later = (ms: number) => (clock = new Date(clock.getTime() + ms));
  const start = async () => {
    answer = () => Promise.resolve({ session: null } as never);
    clock = new Date();
    const settings = { sessionIdleMs: 8 * 3_600_000 };
    gateway = await startGateway({ identity: { GetSession: () => answer() } }, settings, () => clock);
  };

  test('happens once per two minutes, however many requests arrive together', async () => {
    await start();
    try {
      await Promise.all([1, 2, 3, 4].map(() => gateway.send('GET', LIST)));
      expect(sessionCalls()).toBe(1);
      later(119_000);
      await gateway.send('GET', LIST);
      expect(sessionCalls()).toBe(1);
      later(2_000);
      await gateway.send('GET', LIST);
      expect(sessionCalls()).toBe(2);
    } finally {
      await gateway.stop();
    }
  });

  test.each([
    ['OPERATOR_SUSPENDED' as const, 403, 'The session has ended: the operator is suspended.'],
    ['SESSION_EXPIRED' as const, 401, 'The session has ended.'],
  ])('%s ends the session: %i, the cookie is cleared, without further calls', async (reason, status, detail) => {
    await start();
    try {
      expect((await gateway.send('GET', LIST)).status).toBe(200);
      answer = () => Promise.reject(new Problem({ reason, message: 'No.' }));
      later(121_000);
      for (let round = 0; round < 2; round += 1) {
        const reply = await gateway.send('GET', LIST);
        expect(reply.status).toBe(status);
        expect(reply.body).toMatchObject({ reason, detail });
        expect(reply.get('Set-Cookie')).toEqual([expect.stringMatching(/Max-Age=0/)]);
      }
      expect(sessionCalls()).toBe(2);
    } finally {
      await gateway.stop();
    }
  });

  test('is retried every 15 seconds while identity is unavailable', async () => {
    await start();
    try {
      answer = () => Promise.reject(new Problem({ reason: 'STORE_UNAVAILABLE', message: 'Away.' }));
      expect((await gateway.send('GET', LIST)).status).toBe(200);
      const before = sessionCalls();
      await gateway.send('GET', LIST);
      expect(sessionCalls()).toBe(before);
      answer = () => Promise.reject(new Problem({ reason: 'SESSION_EXPIRED', message: 'No.' }));
      later(16_000);
      expect((await gateway.send('GET', LIST)).status).toBe(401);
    } finally {
      await gateway.stop();
    }
  });

  test.each([
    ['the operator', 'STALE_REPLICA' as const],
    ['the key of the session', 'SESSION_INVALID' as const],
    ['any of its data', 'NOT_FOUND' as const],
    ['the sign-in', 'UNAUTHENTICATED' as const],
  ])('ignores a replica without %s and retries', async (_what, reason) => {
    await start();
    try {
      answer = () => Promise.reject(new Problem({ reason, message: 'Not loaded yet.' }));
      const first = await gateway.send('GET', LIST);
      expect([first.status, first.headers['set-cookie']]).toEqual([200, undefined]);
      const before = sessionCalls();
      later(16_000);
      expect((await gateway.send('GET', LIST)).status).toBe(200);
      expect(sessionCalls()).toBeGreaterThan(before);
      answer = () => Promise.reject(new Problem({ reason: 'SESSION_EXPIRED', message: 'No.' }));
      later(16_000);
      expect((await gateway.send('GET', LIST)).status).toBe(401);
    } finally {
      await gateway.stop();
    }
  });

  test('keeps an operator signed in when such a replica gets the session request', async () => {
    await start();
    try {
      answer = () => Promise.reject(new Problem({ reason: 'STALE_REPLICA', message: 'Not loaded yet.' }));
      const reply = await gateway.send('GET', '/api/v1/sessions/current');
      expect([reply.status, reply.headers['set-cookie']]).toEqual([503, undefined]);
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
      expect((await gateway.send('GET', LIST)).status).toBe(200);
    } finally {
      await gateway.stop();
    }
  });

  test('retries on the replica that has the session', async () => {
    await start();
    try {
      let round = 0;
      answer = () => {
        round += 1;
        if (round === 1) return Promise.reject(new Problem({ reason: 'STALE_REPLICA', message: 'Not loaded yet.' }));
        return Promise.reject(new Problem({ reason: 'SESSION_EXPIRED', message: 'No.' }));
      };
      expect((await gateway.send('GET', LIST)).status).toBe(401);
      expect(sessionCalls()).toBe(2);
    } finally {
      await gateway.stop();
    }
  });

  test('lets the session continue until its expiry while identity is down', async () => {
    await start();
    try {
      await gateway.closeIdentity();
      expect((await gateway.send('GET', LIST)).status).toBe(200);
      later(2 * 3_600_000);
      const reply = await gateway.send('GET', LIST);
      expect(reply.status).toBe(401);
      expect(reply.body).toMatchObject({ reason: 'SESSION_EXPIRED' });
    } finally {
      await gateway.stop();
    }
  });
});

describe('sign-out', () => {
  const SIGN_OUT = '/api/v1/sessions/current';
  const cleared = 'cups-session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0';
  const away = () => Promise.reject(new Problem({ reason: 'STORE_UNAVAILABLE', message: 'Away.' }));
  const deleteCalls = (gateway: Gateway) =>
    gateway.calls.identity.filter(({ method }) => method === 'DeleteSession').length;
  const waiting = async (gateway: Gateway) =>
    /cups_gateway_sign_outs_pending\{.*\} (\d+)/.exec((await request(gateway.operationsUrl).get('/metrics')).text)?.[1];

  test.each([
    ['answers', () => Promise.resolve({})],
    ['hangs', () => new Promise<never>(() => {})],
    ['is unavailable', away],
    ['fails', () => Promise.reject(new Error('a bug'))],
  ])('ends the session immediately and clears the cookie when identity %s', async (_name, DeleteSession) => {
    const gateway = await startGateway({ identity: { DeleteSession } });
    try {
      const stopwatch = startStopwatch();
      const reply = await gateway.send('DELETE', SIGN_OUT);
      expect([reply.status, reply.get('Set-Cookie')]).toEqual([204, [cleared]]);
      expect(stopwatch.stop()).toBeLessThan(4_000);
      const callCount = gateway.calls.intake.length;
      expect((await gateway.send('GET', LIST)).body).toMatchObject({ status: 401, reason: 'SESSION_EXPIRED' });
      expect(gateway.calls.intake).toHaveLength(callCount);
    } finally {
      await gateway.stop();
    }
  });

  test('works without any upstream service', async () => {
    const gateway = await startGateway();
    try {
      await gateway.closeIdentity();
      expect((await gateway.send('DELETE', SIGN_OUT)).status).toBe(204);
      expect((await gateway.send('GET', LIST)).status).toBe(401);
    } finally {
      await gateway.stop();
    }
  });

  test('is retried until identity confirms it once, and counted meanwhile', async () => {
    let answer: () => Promise<object> = away;
    const gateway = await startGateway({ identity: { DeleteSession: () => answer() } });
    try {
      await gateway.send('DELETE', SIGN_OUT);
      expect(await waiting(gateway)).toBe('1');
      const before = deleteCalls(gateway);
      await eventually(() => deleteCalls(gateway) > before + 3);
      expect(gateway.log()).toMatch(/"event":"sign-outs-delayed"/);
      answer = () => Promise.resolve({});
      await eventually(async () => (await waiting(gateway)) === '0');
      expect(gateway.log()).toMatch(/"event":"sign-outs-confirmed"/);
      const confirmed = deleteCalls(gateway);
      expect((await gateway.send('GET', LIST)).status).toBe(401);
      expect(deleteCalls(gateway)).toBe(confirmed);
      expect(gateway.log()).not.toContain(gateway.specialist.token);
    } finally {
      await gateway.stop();
    }
  });

  test('is reported at shutdown when identity was unavailable before', async () => {
    let answer: () => Promise<object> = away;
    const gateway = await startGateway({ identity: { DeleteSession: () => answer() } });
    try {
      await gateway.send('DELETE', SIGN_OUT);
      const before = deleteCalls(gateway);
      answer = () => Promise.resolve({});
      await gateway.stopGateway();
      expect(deleteCalls(gateway)).toBeGreaterThan(before);
      expect(gateway.log()).not.toContain('sign-outs-dropped');
    } finally {
      await gateway.stop();
    }
  });

  test('is logged when unconfirmed at shutdown, without a delay', async () => {
    const gateway = await startGateway({ identity: { DeleteSession: away } });
    await gateway.send('DELETE', SIGN_OUT);
    const stopwatch = startStopwatch();
    await gateway.stop();
    expect(stopwatch.stop()).toBeLessThan(8_000);
    expect(gateway.log()).toMatch(/"event":"sign-outs-dropped","reason":"STOPPED","count":1/);
  });

  test('reports in bulk do not delay the shutdown when identity is slow', async () => {
    const { log, lines } = captureLog();
    const metrics = createMetrics('gateway');
    let identity: (context: CallContext) => Promise<unknown> = away;
    let confirmed = 0;
    const signOuts = createSignOuts({ deleteSession: (c) => identity(c), now: () => new Date(), log, metrics });
    const expires = new Date(Date.now() + 3_600_000);
    for (let i = 0; i < 400; i += 1) await signOuts.add(`s${i}`, { context: {} as CallContext, expires });
    identity = () => pause(200).then(() => (confirmed += 1));
    await eventually(() => confirmed > 0);
    // 400 of them take 10 s; one clock measures both times, so that load does not matter.
    const ended = signOuts.stop().then(() => 'ended');
    expect(await Promise.race([ended, pause(6000, 'too late', { ref: false })])).toBe('ended');
    expect(lines.at(-1)).toMatchObject({ event: 'sign-outs-dropped', reason: 'STOPPED' });
    const left = 400 - confirmed;
    expect(left).toBeGreaterThan(100);
    expect(lines.at(-1)).toMatchObject({ count: left });
    expect(await metrics.registry.metrics()).toMatch(new RegExp(`sign_outs_dropped_total\\{.*\\} ${left}\\n`));
  });

  test('works for a session that has used up its rate limit', async () => {
    const limits = { address: 1e6, agency: 1e6, page: 1e6, session: 1, tracking: 1e6, trackingTotal: 1e6, signIn: 1e6 };
    const gateway = await startGateway({}, { limits });
    try {
      await gateway.send('GET', LIST);
      expect((await gateway.send('GET', LIST)).status).toBe(429);
      expect((await gateway.send('DELETE', SIGN_OUT)).status).toBe(204);
    } finally {
      await gateway.stop();
    }
  });

  test('is held in bounded memory: the oldest is dropped, counted and logged', async () => {
    const { log, lines } = captureLog();
    const metrics = createMetrics('gateway');
    let identity: (context: CallContext) => Promise<unknown> = away;
    const confirmed: string[] = [];
    const signOuts = createSignOuts({
      deleteSession: (c) => identity(c),
      now: () => new Date(),
      log,
      metrics,
      limit: 3,
    });
    const expires = new Date(Date.now() + 3_600_000);
    for (const sid of ['a', 'b', 'c', 'd']) {
      await signOuts.add(sid, { context: { sessionToken: sid } as CallContext, expires });
    }
    expect(['a', 'b', 'c', 'd'].map((sid) => signOuts.isPending(sid))).toEqual([false, true, true, true]);
    expect(lines.filter(({ event }) => event === 'sign-outs-dropped')).toHaveLength(1);
    // One that identity rejects does not block the others.
    identity = ({ sessionToken = '' }) => {
      if (sessionToken === 'b') return Promise.reject(new Error('a bug'));
      return Promise.resolve(confirmed.push(sessionToken));
    };
    await eventually(() => confirmed.length === 2);
    identity = () => Promise.reject(new Problem({ reason: 'SESSION_EXPIRED', message: 'It has ended.' }));
    await eventually(() => !signOuts.isPending('b'));
    await signOuts.stop();
    expect(await metrics.registry.metrics()).toMatch(/cups_gateway_sign_outs_dropped_total\{.*\} 1\n/);
  });
});

describe('cross-site requests', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());
  const create = (headers: Record<string, string>) =>
    gateway.send('POST', LIST, { body: { publicService: 'x' }, headers });

  test.each([
    ['Sec-Fetch-Site cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site same-site: a neighbouring host', { 'sec-fetch-site': 'same-site' }],
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['an Origin of null', { origin: 'null' }],
    ['the own host on another port', { origin: 'http://127.0.0.1:1' }],
  ])('rejects %s: 403', async (_name, headers) => {
    const reply = await create(headers);
    expect(reply.status).toBe(403);
    expect(reply.body).toMatchObject({ reason: 'CROSS_SITE_REQUEST' });
  });

  test('rejects a cross-site sign-in: 403', async () => {
    const headers = { origin: 'https://evil.example' };
    expect((await gateway.send('POST', '/api/v1/sessions', { body: { provider: 'local' }, headers })).status).toBe(403);
  });

  test.each([
    ['the own page', { 'sec-fetch-site': 'same-origin', origin: 'own' }],
    ['a client other than a browser', {}],
  ])('accepts %s', async (_name, headers: Record<string, string>) => {
    expect((await create(headers['origin'] ? { ...headers, origin: gateway.url } : headers)).status).toBe(201);
  });

  /** Sends as a page at `origin` does, whose address is also the requested host. */
  const statusFrom = async (target: Gateway, origin: string) => {
    const headers = { host: new URL(origin).host, origin };
    return (await target.send('POST', LIST, { body: { publicService: 'x' }, headers })).status;
  };

  test('rejects a foreign name that resolves to localhost', async () => {
    const { port } = new URL(gateway.url);
    const own = [`http://127.0.0.1:${port}`, `http://localhost:${port}`, `http://[::1]:${port}`];
    for (const origin of own) expect([origin, await statusFrom(gateway, origin)]).toEqual([origin, 201]);
    const foreign = [`http://evil.example:${port}`, 'http://localhost', `https://localhost:${port}`];
    for (const origin of foreign) expect([origin, await statusFrom(gateway, origin)]).toEqual([origin, 403]);
  });

  test('accepts only the configured http host, whatever host was requested', async () => {
    const plain = await startGateway({}, { publicOrigin: 'http://desk.example:8080' });
    try {
      expect(await statusFrom(plain, 'http://desk.example:8080')).toBe(201);
      const foreign = ['http://evil.example:8080', 'http://desk.example', plain.url, 'https://desk.example:8080'];
      for (const origin of foreign) expect([origin, await statusFrom(plain, origin)]).toEqual([origin, 403]);
    } finally {
      await plain.stop();
    }
  });

  test('accepts only the configured https origin, whatever host was requested', async () => {
    const safe = await startGateway({}, { publicOrigin: 'https://cups.example' });
    const from = async (origin: string) =>
      (await safe.send('POST', LIST, { body: { publicService: 'x' }, headers: { origin } })).status;
    try {
      expect([await from('https://cups.example'), await from(safe.url)]).toEqual([201, 403]);
    } finally {
      await safe.stop();
    }
  });
});

describe('limits', () => {
  const wide = { address: 1e6, agency: 1e6, page: 1e6, session: 1e6, tracking: 1e6, trackingTotal: 1e6, signIn: 1e6 };
  const statuses = async (
    gateway: Gateway,
    n: number,
    ask: (gateway: Gateway, n: number) => Promise<{ status: number }>,
  ) => {
    const found: number[] = [];
    for (let i = 0; i < n; i += 1) found.push((await ask(gateway, i)).status);
    return found;
  };

  test.each([
    ['of an address', { address: 2 }, (gateway: Gateway) => gateway.send('GET', '/api/v1/centres')],
    [
      'of an address, for paths that do not exist as well',
      { address: 2 },
      (gateway: Gateway) => gateway.send('GET', '/x'),
    ],
    ['of a session', { session: 2 }, (gateway: Gateway) => gateway.send('GET', LIST)],
  ])('%s: 429 with a retry time', async (_name, limits, ask) => {
    const gateway = await startGateway({}, { limits: { ...wide, ...limits }, trustProxy: 1 });
    try {
      expect((await statuses(gateway, 4, ask)).map((status) => status === 429)).toEqual([false, false, true, true]);
      const reply = await ask(gateway);
      expect(reply.body).toMatchObject({ reason: 'RATE_LIMITED' });
      expect(Number(reply.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(reply.get('retry-after'))).toBeLessThanOrEqual(60);
    } finally {
      await gateway.stop();
    }
  });

  test('a session does not use up the limit of another', async () => {
    const gateway = await startGateway({}, { limits: { ...wide, session: 1 } });
    try {
      const other = gateway.keys.session({ role: 'specialist', centre: 'centres/CU-002' });
      expect((await gateway.send('GET', LIST)).status).toBe(200);
      expect((await gateway.send('GET', LIST)).status).toBe(429);
      expect((await gateway.send('GET', LIST, { cookie: await gateway.cookieOf(other.token) })).status).toBe(200);
    } finally {
      await gateway.stop();
    }
  });

  test('X-Forwarded-For is trusted only for the configured number of proxies', async () => {
    const ask = (gateway: Gateway, n: number) =>
      gateway.send('GET', '/healthz', { headers: { 'x-forwarded-for': `10.0.0.${n}` } });
    for (const [trustProxy, expected] of [
      [0, [200, 429, 429]],
      [1, [200, 200, 200]],
    ] as const) {
      const gateway = await startGateway({}, { limits: { ...wide, address: 1 }, trustProxy });
      try {
        expect(await statuses(gateway, 3, ask)).toEqual(expected);
      } finally {
        await gateway.stop();
      }
    }
  });
});

describe('settings', () => {
  test.each([undefined, '', 'prod', 'staging'])('CUPS_ENV has no default and rejects other values: %s', (word) => {
    const settings = { PUBLIC_ORIGIN: 'https://cups.example', CUPS_ENV: word };
    expect(() => readConfig(settings)).toThrow(/^CUPS_ENV .*must be one of development, production\.$/);
  });

  test('production requires a public https origin', () => {
    const production = { CUPS_ENV: 'production', GRPC_TLS_DIR: 'tls' };
    expect(() => readConfig(production)).toThrow(/^PUBLIC_ORIGIN is not set/);
    const plain = { ...production, PUBLIC_ORIGIN: 'http://cups.example' };
    expect(() => readConfig(plain)).toThrow(/^PUBLIC_ORIGIN must begin with https:/);
    expect(readConfig({ ...plain, CUPS_ENV: 'development' })).toMatchObject({ publicOrigin: 'http://cups.example' });
    expect(readConfig({ ...plain, PUBLIC_ORIGIN: 'https://cups.example' })).toMatchObject({ publicHost: '::' });
  });

  test('an origin with a path is rejected', () => {
    expect(() => readConfig({ CUPS_ENV: 'development', PUBLIC_ORIGIN: 'https://cups.example/app' })).toThrow(
      /^PUBLIC_ORIGIN must be/,
    );
  });

  test('development listens on localhost only and checks no responses', () => {
    expect(readConfig({ CUPS_ENV: 'development' })).toMatchObject({
      host: '127.0.0.1',
      publicHost: '127.0.0.1',
      publicPort: 8080,
      checkAnswers: false,
      publicOrigin: '',
    });
  });
});
