import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '@cups/problem';
import { COOKIE_KEY_SET } from '@cups/rpc';
import type { Role } from '@cups/rpc';
import { eventually } from '@cups/testing';
import request from 'supertest';
import { startGateway } from './gateway.ts';
import type { Gateway, TestResponse } from './gateway.ts';

/** A session over time: key rotation, idle expiry, role changes. */

const LIST = '/api/v1/applications';
const cookieIn = (reply: TestResponse): string | undefined => reply.get('Set-Cookie')?.[0]?.split(';')[0];
const failUnavailable = () => Promise.reject(new Problem({ reason: 'STORE_UNAVAILABLE', message: 'Away.' }));

interface CookieKey {
  kid: string;
}

describe('cookie keys', () => {
  const newKey = () => ({ kty: 'oct', kid: randomUUID(), use: 'enc', k: randomBytes(32).toString('base64url') });
  const keysIn = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { keys: CookieKey[] }).keys;
  const write = (file: string, text: string) => {
    writeFileSync(`${file}.next`, text, { mode: 0o600 });
    renameSync(`${file}.next`, file);
  };
  const kidOf = (cookie: string) => {
    const [header = ''] = cookie.slice(cookie.indexOf('=') + 1).split('.');
    return (JSON.parse(Buffer.from(header, 'base64url').toString()) as CookieKey).kid;
  };
  const signIn = async (gateway: Gateway) =>
    cookieIn(await gateway.send('POST', '/api/v1/sessions', { body: { provider: 'local' }, cookie: null }))!;

  test('rotate without failed requests; a retired key opens no cookie', async () => {
    const gateway = await startGateway();
    try {
      const file = join(gateway.keys.dir, COOKIE_KEY_SET);
      const old = await signIn(gateway);
      const [first] = keysIn(file);
      const next = newKey();
      const cookies = [old];
      const refused: number[] = [];
      let [calls, goesOn] = [0, true];
      const worker = async () => {
        for (; goesOn; calls += 1) {
          const reply = await gateway.send('GET', LIST, { cookie: cookies[calls % cookies.length]! });
          if (reply.status !== 200) refused.push(reply.status);
        }
      };
      const workers = [worker(), worker()];
      // Published: every replica can open the next key's cookies, and the first key still seals.
      write(file, JSON.stringify({ keys: [first, next] }));
      await eventually(() => gateway.log().includes('key-set-reloaded'));
      expect(kidOf(await signIn(gateway))).toBe(first!.kid);
      // Activated: the next key seals, and the first still opens.
      write(file, JSON.stringify({ keys: [next, first] }));
      const fresh = await eventually(async () => {
        const cookie = await signIn(gateway);
        return kidOf(cookie) === next.kid && cookie;
      });
      cookies.push(fresh);
      // An invalid file changes nothing.
      write(file, '{"keys":[]}');
      await eventually(() => gateway.log().includes('key-set-reload-failed'));
      const after = calls + 20;
      await eventually(() => calls > after);
      goesOn = false;
      await Promise.all(workers);
      expect(refused).toEqual([]);
      const meters = (await request(gateway.operationsUrl).get('/metrics')).text;
      expect(meters).toMatch(/cups_key_set_reload_failed\{file="cookie".*\} 1/);

      // Retired.
      write(file, JSON.stringify({ keys: [next] }));
      await eventually(async () => (await gateway.send('GET', LIST, { cookie: old })).status === 401);
      expect((await gateway.send('GET', LIST, { cookie: fresh })).status).toBe(200);
    } finally {
      await gateway.stop();
    }
  });
});

describe('a session with the key of a page', () => {
  const [key, other] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  const withKey = (value: string) => ({ headers: { 'cups-session-key': value } });
  let gateway: Gateway;
  beforeAll(async () => void (gateway = await startGateway()));
  afterAll(() => gateway.stop());

  const signIn = async () => {
    const reply = await gateway.send('POST', '/api/v1/sessions', {
      ...withKey(key),
      body: { provider: 'local' },
      cookie: null,
    });
    return cookieIn(reply)!;
  };

  test.each([
    ['no key', {}],
    ['another key', withKey(other)],
    ['text that is no key', withKey('x')],
  ])('refuses its cookie with %s, and does not clear it', async (_name, given) => {
    const cookie = await signIn();
    const callCount = gateway.calls.intake.length + gateway.calls.identity.length;
    for (const [method, path, body] of [
      ['GET', '/api/v1/sessions/current', undefined],
      ['POST', '/api/v1/devices/01KB7Z0000000000000000AAAA/contact', {}],
      ['GET', LIST, undefined],
    ] as const) {
      const reply = await gateway.send(method, path, { ...given, body, cookie });
      expect(reply.body).toMatchObject({ status: 401, reason: 'SESSION_KEY_REQUIRED' });
      // Another window of the same browser may have the key.
      expect(reply.get('Set-Cookie')).toBeUndefined();
    }
    expect(gateway.calls.intake.length + gateway.calls.identity.length).toBe(callCount);
    expect((await gateway.send('GET', LIST, { ...withKey(key), cookie })).status).toBe(200);
  });

  test('binds a session from a provider at the first request with a key', async () => {
    const unbound = await gateway.cookieOf(gateway.specialist.token);
    expect((await gateway.send('GET', LIST, { cookie: unbound })).status).toBe(200);
    const bound = cookieIn(await gateway.send('GET', LIST, { ...withKey(key), cookie: unbound }))!;
    expect((await gateway.send('GET', LIST, { cookie: bound })).status).toBe(401);
    expect(cookieIn(await gateway.send('GET', LIST, { ...withKey(key), cookie: bound }))).toBeUndefined();
  });

  test('stays bound after a switch of centres', async () => {
    const switched = await gateway.send('POST', '/api/v1/sessions/current/centre', {
      ...withKey(key),
      body: { centre: 'centres/CU-001' },
      cookie: await signIn(),
    });
    const cookie = cookieIn(switched)!;
    expect((await gateway.send('GET', LIST, { cookie })).status).toBe(401);
    expect((await gateway.send('GET', LIST, { ...withKey(key), cookie })).status).toBe(200);
  });

  test('ends without its key', async () => {
    const cookie = await signIn();
    expect((await gateway.send('DELETE', '/api/v1/sessions/current', { cookie })).status).toBe(204);
    const reply = await gateway.send('GET', LIST, { ...withKey(key), cookie });
    expect(reply.body).toMatchObject({ status: 401, reason: 'SESSION_EXPIRED' });
  });
});

describe('an idle desk', () => {
  const background = { 'cups-background': '?1' };

  test('is signed out after 30 minutes; user requests count, background requests do not', async () => {
    const gateway = await startGateway();
    try {
      const seenBefore = (minutes: number) =>
        gateway.cookieOf(gateway.specialist.token, Math.floor(Date.now() / 1000) - minutes * 60);
      const ask = async (cookie: string, headers = {}) => gateway.send('GET', LIST, { cookie, headers });
      // Within one minute the cookie is not renewed.
      expect(cookieIn(await ask(await seenBefore(0)))).toBeUndefined();
      const [left, longAgo] = [await seenBefore(29), await seenBefore(31)];
      expect(cookieIn(await ask(left, background))).toBeUndefined();
      const renewed = cookieIn(await ask(left));
      expect(renewed).toBeDefined();
      expect(cookieIn(await ask(renewed!))).toBeUndefined();
      for (const headers of [{}, background]) {
        const reply = await ask(longAgo, headers);
        expect(reply.body).toMatchObject({ status: 401, reason: 'SESSION_EXPIRED' });
        expect(reply.get('Set-Cookie')).toEqual([expect.stringMatching(/^cups-session=; .*Max-Age=0$/)]);
      }
      // Identity receives the time for its list of sessions.
      const calls = gateway.calls.identity.filter(({ method }) => method === 'GetSession');
      const ends = calls.map(({ request }) =>
        Number((request as { idleExpireTime: { seconds: string } }).idleExpireTime.seconds),
      );
      expect(ends.map((at) => Math.round(at / 60 - Date.now() / 60_000))).toEqual([30]);
      // The session continues elsewhere.
      expect((await ask(renewed!)).status).toBe(200);
    } finally {
      await gateway.stop();
    }
  });
});

describe('changes that identity reports', () => {
  let gateway: Gateway;
  let clock: Date;
  /** Identity's response to an assertion. */
  let identityResponse: (assertion: string) => Promise<{ assertion?: string }>;
  const receivedTokens: string[] = [];
  const start = async () => {
    clock = new Date();
    identityResponse = () => Promise.resolve({});
    receivedTokens.length = 0;
    gateway = await startGateway(
      {
        identity: { GetSession: (_request, { sessionToken = '' }) => identityResponse(sessionToken) },
        intake: {
          ListApplications: (_request, { sessionToken = '' }) =>
            Promise.resolve(receivedTokens.push(sessionToken)).then(() => ({})),
        },
      },
      { sessionCheckMs: 10_000 },
      () => clock,
    );
  };
  const later = (ms: number) => (clock = new Date(clock.getTime() + ms));
  /** Returns another assertion of the same session. */
  const assertionOf = (roles: Role[], centre = 'centres/CU-001') =>
    gateway.keys.forService('identity').signSession({ ...gateway.specialist.session, roles, centre });

  test('reach services and browser immediately, and older cookies at any time', async () => {
    await start();
    try {
      await gateway.send('GET', LIST);
      const manager = assertionOf(['specialist', 'centre-manager']);
      identityResponse = (assertion) =>
        Promise.resolve(assertion === gateway.specialist.token ? { assertion: manager } : {});
      later(11_000);
      const reply = await gateway.send('GET', LIST, { headers: { 'cups-background': '?1' } });
      expect([reply.status, receivedTokens.at(-1)]).toEqual([200, manager]);
      const cookie = cookieIn(reply)!;
      // A browser that missed the response sends the old cookie, which is replaced without a new call.
      const callCount = gateway.calls.identity.length;
      expect(cookieIn(await gateway.send('GET', LIST))).toBeDefined();
      expect([receivedTokens.at(-1), gateway.calls.identity.length]).toEqual([manager, callCount]);
      expect(cookieIn(await gateway.send('GET', LIST, { cookie }))).toBeUndefined();
      expect(receivedTokens.at(-1)).toBe(manager);
      // A reverted change reaches the oldest cookie too.
      const bare = assertionOf(['specialist']);
      identityResponse = (assertion) => Promise.resolve(assertion === manager ? { assertion: bare } : {});
      later(11_000);
      await gateway.send('GET', LIST);
      expect(receivedTokens.at(-1)).toBe(bare);
    } finally {
      await gateway.stop();
    }
  });

  test('undo no switch of the centre, neither for its cookie nor by a late response', async () => {
    await start();
    try {
      const switched = assertionOf(['specialist'], 'centres/CU-002');
      identityResponse = (assertion) =>
        Promise.resolve(assertion === gateway.specialist.token ? { assertion: assertionOf(['centre-manager']) } : {});
      await gateway.send('GET', LIST);
      const cookie = await gateway.cookieOf(switched);
      expect((await gateway.send('GET', LIST, { cookie })).status).toBe(200);
      expect(receivedTokens.at(-1)).toBe(switched);

      // This request is in progress while its owner switches the centre.
      let answer: (answered: object) => void = () => {};
      const slow = new Promise<object>((resolve) => (answer = resolve));
      const late = await startGateway({ intake: { ListApplications: () => slow } }, {}, () => clock);
      try {
        const seenEarlier = await late.cookieOf(late.specialist.token, Math.floor(clock.getTime() / 1000) - 61);
        const pending = late.send('GET', LIST, { cookie: seenEarlier }).then((reply) => reply);
        await eventually(() => late.calls.intake.length === 1);
        const switched = await late.send('POST', '/api/v1/sessions/current/centre', { body: { centre: 'CU-002' } });
        expect(cookieIn(switched)).toBeDefined();
        answer({});
        expect(cookieIn(await pending)).toBeUndefined();
      } finally {
        await late.stop();
      }
    } finally {
      await gateway.stop();
    }
  });

  test('apply from the session request of the page on', async () => {
    await start();
    try {
      await gateway.send('GET', LIST);
      const manager = assertionOf(['centre-manager']);
      identityResponse = () => Promise.resolve({ session: gateway.session, assertion: manager });
      const reply = await gateway.send('GET', '/api/v1/sessions/current');
      expect(reply.status).toBe(200);
      await gateway.send('GET', LIST, { cookie: cookieIn(reply)! });
      expect(receivedTokens.at(-1)).toBe(manager);
    } finally {
      await gateway.stop();
    }
  });

  test.each<[Role, number]>([
    ['specialist', 200],
    ['centre-manager', 200],
    ['agency-clerk', 200],
    ['supervisor', 503],
    ['support', 503],
  ])('are unavailable: a %s gets %i', async (role, status) => {
    await start();
    try {
      const agency = role === 'agency-clerk' ? { agency: 'agencies/asp' } : {};
      const mine = gateway.keys.session({ role, ...agency, expires: new Date(Date.now() + 7 * 3_600_000) });
      const cookie = await gateway.cookieOf(mine.token);
      const ask = () => gateway.send('GET', '/api/v1/centres/CU-001/none', { cookie });
      const current = () => gateway.send('GET', '/api/v1/sessions', { cookie });
      expect([(await ask()).status, (await current()).status]).toEqual([404, 200]);
      identityResponse = failUnavailable;
      // The last response remains valid for its interval.
      later(9_000);
      expect((await current()).status).toBe(200);
      later(2_000);
      const reply = await current();
      expect(reply.status).toBe(status);
      if (status === 503) {
        expect(reply.body).toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE' });
        // The session continues when identity responds.
        expect(reply.get('Set-Cookie')).toBeUndefined();
        expect((await gateway.send('DELETE', '/api/v1/sessions/current', { cookie })).status).toBe(204);
      }
    } finally {
      await gateway.stop();
    }
  });
});

test('an own session ended elsewhere is rejected; the current cookie is cleared', async () => {
  const gateway = await startGateway();
  try {
    const sessions = ['A', 'B'].map((letter) => {
      const sid = `01JDZ3V7Q8R9S0T1V2W3X4Y5Z${letter}`;
      const { session } = gateway.keys.session({ role: 'specialist', centre: 'centres/CU-001' });
      return { sid, token: gateway.keys.forService('identity').signSession({ ...session, sid }) };
    });
    const [mine, other] = await Promise.all(sessions.map(({ token }) => gateway.cookieOf(token)));
    const end = (n: number) => gateway.send('DELETE', `/api/v1/sessions/${sessions[n]!.sid}`, { cookie: mine! });
    expect((await gateway.send('GET', LIST, { cookie: other! })).status).toBe(200);
    const reply = await end(1);
    expect([reply.status, reply.get('Set-Cookie')]).toEqual([204, undefined]);
    expect((await gateway.send('GET', LIST, { cookie: other! })).body).toMatchObject({ reason: 'SESSION_EXPIRED' });
    expect((await end(0)).get('Set-Cookie')).toEqual([expect.stringMatching(/Max-Age=0/)]);
    expect((await gateway.send('GET', LIST, { cookie: mine! })).status).toBe(401);
  } finally {
    await gateway.stop();
  }
});
