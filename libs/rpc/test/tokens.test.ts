import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint } from 'jose';
import { createMetrics } from '@cups/process';
import {
  agencyKeysPath,
  connect,
  createAgencySession,
  generateAgencyKeys,
  generateKeys,
  MAX_OFFLINE_HOURS,
  openKeys,
  publicAgencyKeysPath,
} from '../src/index.ts';
import type { Keys, ServiceName, Session } from '../src/index.ts';
import { eventually, temporaryDir } from '@cups/testing';
import {
  FULL_NAME,
  captureLogLines,
  captureRejection,
  startTestServer,
  session,
  TEST_SERVICES,
} from './test-server.ts';
import type { Definition, TestServer } from './test-server.ts';

const NOW = new Date('2025-03-03T09:00:00Z');
const iat = NOW.getTime() / 1000;
const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const DEVICE = 'devices/01JZ0000000000000000000001';
const CHAIN_HEAD = '0197f000-0000-7000-8000-000000000001';
/** Returns a valid grant without its expiry. */
const offlineGrant = () => ({
  id: 'g1',
  operator: 'operators/x',
  device: DEVICE,
  centre: 'centres/CU-001',
  anchorTime: NOW,
  chainHead: CHAIN_HEAD,
});

/** Claims that contradict the session of an agency's machine. */
const MIXED_SESSIONS: Partial<Session>[] = [
  { roles: ['agency-system', 'supervisor'] },
  { roles: ['agency-system', 'agency-system'] },
  { roles: ['agency-clerk'] },
  { operator: 'operators/asp-clerk' },
  { operator: 'operators/agency.mai' },
  { operator: 'operators/agency.asp.asp' },
  { agency: 'agencies/mai' },
  { agency: undefined as never },
  { centre: 'centres/CU-001' },
  { inheritedCentres: ['centres/CU-001'] },
  { person: 'h'.repeat(43) },
  { expires: new Date(NOW.getTime() + 301_000) },
];

let dir: string;
let remove: () => void;
let now = NOW;
const openKeysOf = (service: ServiceName): Keys => openKeys({ dir, service, now: () => now });

beforeAll(() => {
  ({ dir, remove } = temporaryDir());
  generateKeys(dir, TEST_SERVICES);
});
afterAll(() => remove());

const privateKey = (service: ServiceName) =>
  createPrivateKey({
    key: JSON.parse(readFileSync(join(dir, `${service}.key.jwk`), 'utf8')) as JsonWebKey,
    format: 'jwk',
  });
const publicJwk = (service: ServiceName) =>
  JSON.parse(readFileSync(join(dir, 'public', `${service}.jwk`), 'utf8')) as JsonWebKey;
const kidOf = (service: ServiceName) => calculateJwkThumbprint(publicJwk(service) as never);

interface Forgery {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  key?: KeyObject;
  signature?: (input: string) => string;
}

describe('valid tokens', () => {
  test('a service token names its caller to its audience for at most 5 minutes', async () => {
    now = NOW;
    const token = openKeysOf('gateway').serviceToken('intake');
    expect(await openKeysOf('intake').verifyService(token)).toBe('gateway');
    const claims = JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()) as Record<
      string,
      number
    >;
    expect((claims['exp'] ?? 0) - (claims['iat'] ?? 0)).toBeLessThanOrEqual(300);
  });

  test('a service token is cached per audience while a minute is left', () => {
    now = NOW;
    const keys = openKeysOf('gateway');
    const token = keys.serviceToken('intake');
    now = new Date(NOW.getTime() + 239_000);
    expect(keys.serviceToken('intake')).toBe(token);
    expect(keys.serviceToken('identity')).not.toBe(token);
    now = new Date(NOW.getTime() + 241_000);
    expect(keys.serviceToken('intake')).not.toBe(token);
  });

  test('every service reads a session as identity signed it', async () => {
    now = NOW;
    const expires = new Date(NOW.getTime() + 8 * 3600_000);
    const inheritedCentres = ['centres/CU-003', 'centres/CU-1004'];
    const given = session({
      expires,
      language: 'ru',
      agency: 'agencies/asp',
      inheritedCentres,
      person: 'h'.repeat(43),
    });
    const token = openKeysOf('identity').signSession(given);
    for (const service of TEST_SERVICES) expect(await openKeysOf(service).verifySession(token)).toEqual(given);
  });

  test('signSession rejects a session that is longer than 8 hours or expired', () => {
    now = NOW;
    for (const ms of [8 * 3600_000 + 1000, 0, -1000]) {
      expect(() => openKeysOf('identity').signSession(session({ expires: new Date(NOW.getTime() + ms) }))).toThrow(
        RangeError,
      );
    }
  });

  test('every service reads the session of an agency as identity signed it', async () => {
    now = NOW;
    const expires = new Date(NOW.getTime() + 300_000);
    const given = createAgencySession('asp', { sid: 's1', expires });
    now = new Date(NOW.getTime() + 999);
    openKeysOf('identity').signSession({ ...given, expires: new Date(now.getTime() + 300_000) });
    now = NOW;
    expect(given).toMatchObject({ operator: 'operators/agency.asp', agency: 'agencies/asp' });
    const token = openKeysOf('identity').signSession(given);
    for (const service of TEST_SERVICES) expect(await openKeysOf(service).verifySession(token)).toEqual(given);
  });

  test('every service reads an offline grant as identity signed it', async () => {
    now = NOW;
    const given = offlineGrant();
    const token = openKeysOf('identity').signOfflineGrant(given);
    const expireTime = new Date(NOW.getTime() + MAX_OFFLINE_HOURS * 3600_000);
    for (const service of TEST_SERVICES)
      expect(await openKeysOf(service).verifyOfflineGrant(token)).toEqual({ ...given, expireTime });
    const { chainHead, ...first } = offlineGrant();
    const fine = { ...first, anchorTime: new Date(NOW.getTime() + 999) };
    expect(await openKeysOf('intake').verifyOfflineGrant(openKeysOf('identity').signOfflineGrant(fine))).toEqual({
      ...first,
      expireTime,
    });
    expect(chainHead).toBe(CHAIN_HEAD);
  });

  test('an expired offline grant is returned with its times', async () => {
    now = NOW;
    const token = openKeysOf('identity').signOfflineGrant(offlineGrant());
    for (const hours of [71, 73, 24 * 30, 24 * 365]) {
      now = new Date(NOW.getTime() + hours * 3600_000);
      expect(await openKeysOf('intake').verifyOfflineGrant(token)).toMatchObject({ anchorTime: NOW });
    }
  });

  test('signOfflineGrant rejects malformed fields', () => {
    now = NOW;
    const identity = openKeysOf('identity');
    for (const more of [
      { id: '' },
      { operator: 'x' },
      { device: 'devices/x' },
      { centre: 'agencies/asp' },
      { chainHead: 'x' },
    ])
      expect(() => identity.signOfflineGrant({ ...offlineGrant(), ...more })).toThrow();
  });

  test('signSession never mixes up a person and the machine of an agency', () => {
    now = NOW;
    const identity = openKeysOf('identity');
    const machine = createAgencySession('asp', { sid: 's1', expires: new Date(NOW.getTime() + 300_000) });
    expect(() => identity.signSession(machine)).not.toThrow();
    for (const claims of MIXED_SESSIONS) expect(() => identity.signSession({ ...machine, ...claims })).toThrow();
    for (const operator of ['operators/agency.asp', 'operators/agency.', 'operators/agency.x'])
      expect(() => identity.signSession(session({ operator, expires: new Date(NOW.getTime() + 300_000) }))).toThrow();
  });

  test('a cached token is rejected once it has expired by more than the tolerance', async () => {
    now = NOW;
    const keys = openKeysOf('intake');
    const token = openKeysOf('gateway').serviceToken('intake');
    const signed = openKeysOf('identity').signSession(session({ expires: new Date(NOW.getTime() + 60_000) }));
    await keys.verifyService(token);
    await keys.verifySession(signed);
    now = new Date(NOW.getTime() + 361_000);
    expect(await captureRejection(keys.verifyService(token))).toMatchObject({ reason: 'TOKEN_INVALID' });
    expect(await captureRejection(keys.verifySession(signed))).toMatchObject({ reason: 'SESSION_EXPIRED' });
  });
});

describe('clock differences', () => {
  const MINUTE = 60_000;

  /**
   * Gateway calls intake every five seconds for ten minutes with its clock `offMs` ahead. Returns intake's rejections
   * and log.
   */
  async function simulateTenMinutes(offMs: number) {
    now = NOW;
    const { lines, log } = captureLogLines();
    const metrics = createMetrics('intake');
    const gateway = openKeys({ dir, service: 'gateway', now: () => new Date(now.getTime() + offMs) });
    const intake = openKeys({ dir, service: 'intake', now: () => now, log, metrics });
    let refused = 0;
    for (let ms = 0; ms < 10 * MINUTE; ms += 5000) {
      now = new Date(NOW.getTime() + ms);
      await intake.verifyService(gateway.serviceToken('intake')).catch(() => refused++);
    }
    const text = await metrics.registry.metrics();
    const skewLines = lines.filter(({ event }) => event === 'clock-skew-detected');
    return {
      refused,
      told: skewLines,
      metric: Number(/cups_clock_skew_seconds\{caller="gateway".*\} (\S+)/.exec(text)?.[1] ?? 0),
    };
  }

  test.each([-60, -30, 30, 60])('of %i s are tolerated and measured', async (seconds) => {
    const { refused, told: skewLines, metric } = await simulateTenMinutes(seconds * 1000);
    expect(refused).toBe(0);
    expect(Math.sign(metric)).toBe(Math.sign(seconds));
    expect(Math.abs(metric)).toBeGreaterThanOrEqual(Math.abs(seconds) - 10);
    expect(skewLines[0]).toMatchObject({ level: 'warn', caller: 'gateway' });
    expect(Math.sign(skewLines[0]?.['skewMs'] as number)).toBe(Math.sign(seconds));
  });

  test('of zero are not reported', async () => {
    expect(await simulateTenMinutes(0)).toEqual({ refused: 0, told: [], metric: 0 });
    expect(await simulateTenMinutes(-1000)).toMatchObject({ refused: 0, told: [] });
  });

  test.each([-200, 200])('of %i s cause rejections that the log explains once a minute', async (seconds) => {
    const { refused, told: skewLines } = await simulateTenMinutes(seconds * 1000);
    expect(refused).toBeGreaterThan(0);
    expect(skewLines).toContainEqual(expect.objectContaining({ caller: 'gateway', reason: 'token-refused' }));
    expect(skewLines.length).toBeLessThanOrEqual(10);
  });

  test('of a session may be a minute, and its expiry reveals no clock', async () => {
    now = NOW;
    const { lines, log } = captureLogLines();
    const identity = openKeys({ dir, service: 'identity', now: () => new Date(now.getTime() + MINUTE) });
    const intake = openKeys({ dir, service: 'intake', now: () => now, log });
    const given = session({ expires: new Date(NOW.getTime() + 2 * MINUTE) });
    const token = identity.signSession(given);
    expect(await intake.verifySession(token)).toEqual(given);
    expect(lines).toMatchObject([{ event: 'clock-skew-detected', caller: 'identity', skewMs: MINUTE }]);
    now = new Date(NOW.getTime() + 60 * MINUTE);
    expect(await captureRejection(intake.verifySession(token))).toMatchObject({ reason: 'SESSION_EXPIRED' });
    expect(lines).toHaveLength(1);
  });

  test('of a minute are tolerated by a running service', async () => {
    now = new Date();
    const service = await startTestServer(
      { GetSlip: async () => ({ html: 'served' }) },
      { keys: openKeysOf('notifications') },
    );
    const ahead = openKeys({ dir, service: 'gateway', now: () => new Date(now.getTime() + MINUTE) });
    const address = `127.0.0.1:${service.server.port}`;
    const client = connect<Definition>(FULL_NAME, { address, keys: ahead, service: 'notifications' });
    try {
      expect((await client.getSlip({})).html).toBe('served');
    } finally {
      client.close();
      await service.stop();
    }
  });
});

type TokenKind = 'service' | 'session' | 'offline';

const GOOD_CLAIMS: Record<TokenKind, Record<string, unknown>> = {
  service: { aud: 'intake', exp: iat + 300 },
  session: {
    aud: 'cups',
    sub: 'operators/x',
    sid: 's',
    roles: ['specialist'],
    centre: 'centres/CU-001',
    exp: iat + 3600,
  },
  offline: {
    aud: 'cups-offline',
    sub: 'operators/x',
    device: DEVICE,
    centre: 'centres/CU-001',
    jti: 'g',
    exp: iat + 72 * 3600,
  },
};

describe('forged tokens', () => {
  const alien = generateKeyPairSync('ed25519').privateKey;

  /** Creates a token that is valid except for the given changes. */
  async function forge(kind: TokenKind, { header, claims, key, signature }: Forgery): Promise<string> {
    const issuer: ServiceName = kind === 'service' ? 'gateway' : 'identity';
    const goodHeader = { alg: 'EdDSA', typ: `cups-${kind}+jwt`, kid: await kidOf(issuer) };
    const goodClaims = { iss: issuer, iat, ...GOOD_CLAIMS[kind] };
    const input = `${part({ ...goodHeader, ...header })}.${part({ ...goodClaims, ...claims })}`;
    const made = signature
      ? signature(input)
      : sign(null, Buffer.from(input), key ?? privateKey(issuer)).toString('base64url');
    return `${input}.${made}`;
  }

  async function createForgedTokens(kind: TokenKind): Promise<[string, string][]> {
    const out: [string, string][] = [];
    const add = async (what: string, forgery: Forgery) => void out.push([what, await forge(kind, forgery)]);
    const issuer: ServiceName = kind === 'service' ? 'gateway' : 'identity';
    const lifetime = { service: 300, session: 8 * 3600, offline: 72 * 3600 }[kind];

    for (const alg of ['none', 'None', 'NONE', '', null, 0, 'eddsa']) await add(`alg ${alg}`, { header: { alg } });
    for (const alg of ['none', 'None', 'nOnE'])
      await add(`alg ${alg} unsigned`, { header: { alg }, signature: () => '' });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    for (const alg of [
      'RS256',
      'PS256',
      'ES256',
      'ES384',
      'HS256',
      'HS512',
      'Ed25519',
      'Ed448',
      'ML-DSA-44',
      'A128KW',
      'dir',
    ])
      await add(`alg ${alg} over our key`, { header: { alg } });
    await add('RS256', {
      header: { alg: 'RS256' },
      signature: (s) => sign('sha256', Buffer.from(s), rsa).toString('base64url'),
    });
    await add('ES256', {
      header: { alg: 'ES256' },
      signature: (s) => sign('sha256', Buffer.from(s), { key: ec, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
    });
    for (const secret of [
      String(publicJwk(issuer).x),
      JSON.stringify(publicJwk(issuer)),
      createPublicKey(privateKey(issuer)).export({ type: 'spki', format: 'pem' }),
      '',
    ])
      await add('HS256 keyed with the public key', {
        header: { alg: 'HS256' },
        signature: (s) => createHmac('sha256', secret).update(s).digest('base64url'),
      });

    await add('a key that nobody knows', { key: alien });
    await add('a key that nobody knows, offered in the header', {
      key: alien,
      header: { jwk: createPublicKey(alien).export({ format: 'jwk' }) },
    });
    await add('a key that nobody knows, under its own id', {
      key: alien,
      header: { kid: await calculateJwkThumbprint(createPublicKey(alien).export({ format: 'jwk' }) as never) },
    });
    for (const jku of ['http://127.0.0.1/jwks', 'file:///etc/passwd'])
      await add('a key elsewhere', { key: alien, header: { jku, x5u: jku } });
    for (const kid of ['', null, 0, issuer, '../public/gateway', `${await kidOf(issuer)}x`, ['a'], { a: 1 }])
      await add(`kid ${JSON.stringify(kid)}`, { header: { kid } });
    await add('an extension that must be understood', { header: { crit: ['x'], x: 1 } });
    await add('an unencoded payload', { header: { b64: false, crit: ['b64'] } });

    for (const other of TEST_SERVICES.filter((name) => name !== issuer)) {
      await add(`signed by ${other}`, { key: privateKey(other) });
      await add(`signed by ${other}, under its key's id`, {
        key: privateKey(other),
        header: { kid: await kidOf(other) },
      });
      if (kind !== 'service')
        await add(`issued by ${other}`, {
          key: privateKey(other),
          header: { kid: await kidOf(other) },
          claims: { iss: other },
        });
      else await add(`issued by ${other} with our key`, { claims: { iss: other } });
    }
    for (const iss of [
      '',
      null,
      'catalog',
      'nobody',
      '../identity',
      'GATEWAY',
      'gateway ',
      ['gateway'],
      { gateway: 1 },
      '__proto__',
      'constructor',
    ])
      await add(`iss ${JSON.stringify(iss)}`, { claims: { iss } });
    for (const typ of [
      'JWT',
      'at+jwt',
      '',
      null,
      ...['cups-service+jwt', 'cups-session+jwt', 'cups-offline+jwt'].filter((typ) => typ !== `cups-${kind}+jwt`),
      'cups-service',
      ['x'],
      `cups-${kind}+jwt `,
    ])
      await add(`typ ${JSON.stringify(typ)}`, { header: { typ } });
    for (const aud of [
      '',
      null,
      'identity',
      ...['cups', 'intake', 'cups-offline'].filter((aud) => aud !== GOOD_CLAIMS[kind]['aud']),
      '*',
      ['nobody'],
      kind === 'service' ? ['intake', 'identity'] : ['cups', 'x'],
      { intake: 1 },
    ])
      await add(`aud ${JSON.stringify(aud)}`, { claims: { aud } });
    // An expired grant is returned.
    for (const ago of kind === 'offline' ? [] : [60, 61, 86_400, 10 ** 9])
      await add(`expired ${ago} s ago`, { claims: { iat: iat - ago - 100, exp: iat - ago } });
    for (const ahead of [61, 90, 86_400]) {
      await add(`not valid for ${ahead} s`, { claims: { nbf: iat + ahead } });
      await add(`issued ${ahead} s ahead`, { claims: { iat: iat + ahead, exp: iat + ahead + 100 } });
    }
    for (const more of [1, 60, 86_400, 10 ** 12])
      await add(`lives ${more} s too long`, { claims: { exp: iat + lifetime + more } });
    for (const exp of [undefined, null, '9999999999', '', true, -1, 1e400, iat - 10])
      await add(`exp ${exp}`, { claims: { exp } });
    for (const issued of [undefined, null, '0', -1, 0]) await add(`iat ${issued}`, { claims: { iat: issued } });
    if (kind !== 'service')
      for (const sub of [undefined, null, '', 'x', 'operators/', 'operators/../x', 'operators/X Y', 7, ['operators/x']])
        await add(`sub ${JSON.stringify(sub)}`, { claims: { sub } });
    if (kind === 'session') {
      for (const roles of [
        undefined,
        null,
        'specialist',
        ['admin'],
        ['specialist', 'root'],
        { 0: 'specialist' },
        [['specialist']],
      ])
        await add(`roles ${JSON.stringify(roles)}`, { claims: { roles } });
      for (const centre of ['', 'CU-001', 'agencies/asp', null, 1, 'centres/a b'])
        await add(`centre ${JSON.stringify(centre)}`, { claims: { centre } });
      for (const inheritedCentres of [
        null,
        '',
        'centres/CU-001',
        7,
        { 0: 'centres/CU-001' },
        ['CU-001'],
        ['centres/CU-001', ''],
        ['centres/CU-001', null],
        [['centres/CU-001']],
        ['centres/CU-001', 'agencies/asp'],
        [{ $ne: '' }],
        Array.from({ length: 51 }, (_, n) => `centres/CU-${n}`),
      ])
        await add(`inheritedCentres ${JSON.stringify(inheritedCentres)}`, { claims: { inheritedCentres } });
      for (const person of [
        '',
        'h'.repeat(42),
        'h'.repeat(44),
        `${'h'.repeat(42)}=`,
        2900000000012,
        null,
        ['h'.repeat(43)],
      ])
        await add(`person ${JSON.stringify(person)}`, { claims: { person } });
      const machine = { sub: 'operators/agency.asp', roles: ['agency-system'], agency: 'agencies/asp', exp: iat + 300 };
      await add('a machine at a centre', { claims: machine });
      for (const { operator, expires, ...claims } of MIXED_SESSIONS)
        await add(`a machine mixed with ${JSON.stringify({ operator, expires, ...claims })}`, {
          claims: {
            ...machine,
            centre: undefined,
            ...claims,
            ...('agency' in claims && { agency: claims.agency }),
            ...(operator !== undefined && { sub: operator }),
            ...(expires && { exp: expires.getTime() / 1000 }),
          },
        });
      await add('a person named like a machine', { claims: { sub: 'operators/agency.asp' } });
      for (const sid of [undefined, '', 'a b', 5]) await add(`sid ${sid}`, { claims: { sid } });
    }

    if (kind === 'offline') {
      for (const device of [
        undefined,
        null,
        '',
        DEVICE.slice(8),
        'devices/',
        `${DEVICE}X`,
        DEVICE.toLowerCase(),
        [DEVICE],
      ])
        await add(`device ${JSON.stringify(device)}`, { claims: { device } });
      for (const centre of [undefined, null, '', 'CU-001', 'agencies/asp', 1, 'centres/a b'])
        await add(`centre ${JSON.stringify(centre)}`, { claims: { centre } });
      for (const jti of [undefined, null, '', 'a b', 5]) await add(`jti ${jti}`, { claims: { jti } });
      for (const chainHead of [null, '', 'x', 5, `${CHAIN_HEAD}0`])
        await add(`head ${chainHead}`, { claims: { head: chainHead } });
      for (const seconds of [1, 3600]) await add(`${seconds} s short`, { claims: { exp: iat + lifetime - seconds } });
    }

    const valid = await forge(kind, {});
    const [head, body, signature] = valid.split('.') as [string, string, string];
    const bytes = Buffer.from(signature, 'base64url');
    for (const cut of [1, 2, 10, signature.length]) out.push([`cut by ${cut}`, valid.slice(0, -cut)]);
    for (const at of [0, 31, 32, 63]) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ 1;
      out.push([`bit ${at * 8} of the signature`, `${head}.${body}.${flipped.toString('base64url')}`]);
    }
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    out.push(['other claims under a good signature', `${head}.${part({ ...claims, exp: iat + 299 })}.${signature}`]);
    out.push(
      ['no signature', `${head}.${body}.`],
      ['no body', `${head}..${signature}`],
      ['two parts', `${head}.${body}`],
    );
    out.push(
      ['four parts', `${valid}.x`],
      ['five parts', `${valid}.${valid}`],
      ['nothing', ''],
      ['dots', '..'],
      ['one word', 'x'],
    );
    out.push(['a zero signature', `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`]);
    out.push(
      ['a body that is not JSON', `${head}.${part('x')}.${signature}`],
      ['a body null', `${head}.${part('null')}.${signature}`],
    );
    out.push(['spaces', ` ${valid}`], ['a line end', `${valid}\n`], ['plain JSON', JSON.stringify({ iss: issuer })]);
    out.push(['a body as large as a house', await forge(kind, { claims: { pad: 'x'.repeat(1_000_000) } })]);
    out.push(['a little too large', await forge(kind, { claims: { pad: 'x'.repeat(3500) } })]);
    return out;
  }

  test('an unchanged token of the test forger is accepted', async () => {
    now = NOW;
    const keys = openKeysOf('intake');
    expect(await keys.verifyService(await forge('service', {}))).toBe('gateway');
    expect(await keys.verifySession(await forge('session', {}))).toMatchObject({ operator: 'operators/x' });
    expect(await keys.verifyOfflineGrant(await forge('offline', {}))).toMatchObject({ operator: 'operators/x' });
    expect(await keys.verifyService(await forge('service', { claims: { iat: iat - 290, exp: iat - 4 } }))).toBe(
      'gateway',
    );
  });

  test.each(['service', 'session', 'offline'] as const)(
    'none of more than 120 forged %s tokens is accepted, at first or again',
    async (kind) => {
      now = NOW;
      const keys = openKeysOf('intake');
      const tokens = await createForgedTokens(kind);
      const distinct = new Set(tokens.map(([, token]) => token));
      expect(distinct.size).toBeGreaterThanOrEqual(120);
      const passed: string[] = [];
      for (const [what, token] of [...tokens, ...tokens]) {
        const verify = { service: 'verifyService', session: 'verifySession', offline: 'verifyOfflineGrant' } as const;
        const refused = await keys[verify[kind]](token).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (refused === undefined) passed.push(what);
        else if (kind === 'offline') expect(refused).toMatchObject({ reason: 'OFFLINE_CLAIM_INVALID' });
        else expect(refused).toMatchObject({ name: 'Problem', kind: 'UNAUTHENTICATED' });
      }
      expect(passed).toEqual([]);
    },
  );

  test('a session is not a service token and vice versa, even from identity', async () => {
    now = NOW;
    const identity = openKeysOf('identity');
    const keys = openKeysOf('intake');
    const signed = identity.signSession(session({ expires: new Date(NOW.getTime() + 60_000) }));
    const token = identity.serviceToken('intake');
    await keys.verifySession(signed);
    await keys.verifyService(token);
    expect(await captureRejection(keys.verifyService(signed))).toMatchObject({ reason: 'TOKEN_INVALID' });
    expect(await captureRejection(keys.verifySession(token))).toMatchObject({ reason: 'SESSION_INVALID' });
  });

  test('an offline grant is no session and no service token, and the reverse', async () => {
    now = NOW;
    const identity = openKeysOf('identity');
    const keys = openKeysOf('intake');
    const granted = identity.signOfflineGrant(offlineGrant());
    await keys.verifyOfflineGrant(granted);
    expect(await captureRejection(keys.verifySession(granted))).toMatchObject({ reason: 'SESSION_INVALID' });
    expect(await captureRejection(keys.verifyService(granted))).toMatchObject({ reason: 'TOKEN_INVALID' });
    const signed = identity.signSession(session({ expires: new Date(NOW.getTime() + 60_000) }));
    for (const token of [signed, identity.serviceToken('intake')])
      expect(await captureRejection(keys.verifyOfflineGrant(token))).toMatchObject({ reason: 'OFFLINE_CLAIM_INVALID' });
  });

  test('only identity can sign an offline grant', async () => {
    now = NOW;
    for (const service of TEST_SERVICES.filter((name) => name !== 'identity')) {
      const granted = openKeysOf(service).signOfflineGrant(offlineGrant());
      expect(await captureRejection(openKeysOf('intake').verifyOfflineGrant(granted))).toMatchObject({
        reason: 'OFFLINE_CLAIM_INVALID',
      });
    }
  });

  test('only identity can sign a session', async () => {
    now = NOW;
    for (const service of TEST_SERVICES.filter((name) => name !== 'identity')) {
      const signed = openKeysOf(service).signSession(session({ expires: new Date(NOW.getTime() + 60_000) }));
      expect(await captureRejection(openKeysOf('intake').verifySession(signed))).toMatchObject({
        reason: 'SESSION_INVALID',
      });
    }
  });

  describe('at a running service', () => {
    let service: TestServer;
    let ran = 0;
    beforeAll(async () => {
      service = await startTestServer({ GetSlip: async () => ({ html: String(ran++) }) });
    });
    afterAll(() => service.stop());

    test('a forged session is rejected even if no session is required', async () => {
      const sessionToken = service.keys.gateway.signSession(session());
      expect(await captureRejection(service.clientOf('gateway').getSlip({}, { sessionToken }))).toMatchObject({
        reason: 'SESSION_INVALID',
      });
      expect(ran).toBe(0);
    });

    test('an upstream that does not know the key of the caller appears unavailable', async () => {
      const folder = temporaryDir();
      generateKeys(folder.dir, ['gateway']);
      const { connect } = await import('../src/index.ts');
      const client = connect<{ GetSlip: never }>('cups.notifications.v1.NotificationsService', {
        address: `127.0.0.1:${service.server.port}`,
        keys: openKeys({ dir: folder.dir, service: 'gateway' }),
        service: 'notifications',
      }) as unknown as ReturnType<TestServer['clientOf']>;
      expect(await captureRejection(client.getSlip({}))).toMatchObject({
        reason: 'UPSTREAM_UNAVAILABLE',
        metadata: { cause: 'TOKEN_INVALID' },
      });
      client.close();
      folder.remove();
      expect(ran).toBe(0);
    });
  });
});

describe('key files', () => {
  test('private keys are readable by their owner only, and existing pairs stay', () => {
    const folder = temporaryDir();
    generateKeys(folder.dir, ['intake']);
    const file = join(folder.dir, 'intake.key.jwk');
    const before = readFileSync(file, 'utf8');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    generateKeys(folder.dir, ['intake', 'catalog']);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(readFileSync(join(folder.dir, 'public', 'catalog.jwk'), 'utf8')).not.toContain('"d"');
    folder.remove();
  });

  test('pairs of simulated agencies stay, and their public files hold no private key', () => {
    const folder = temporaryDir();
    generateAgencyKeys(folder.dir, ['asp']);
    const file = join(agencyKeysPath(folder.dir), 'asp.key.jwk');
    const publicFile = join(publicAgencyKeysPath(folder.dir), 'asp.jwks.json');
    const before = [readFileSync(file, 'utf8'), readFileSync(publicFile, 'utf8')];
    expect(statSync(file).mode & 0o777).toBe(0o600);
    generateAgencyKeys(folder.dir, ['asp', 'mai']);
    expect([readFileSync(file, 'utf8'), readFileSync(publicFile, 'utf8')]).toEqual(before);
    const { kid, x, d } = JSON.parse(before[0]!) as Record<string, string>;
    expect(JSON.parse(before[1]!)).toEqual({ keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA' }] });
    expect(d).toMatch(/^[\w-]{43}$/);
    folder.remove();
  });

  test('a missing private key is reported in one sentence', () => {
    const folder = temporaryDir();
    expect(() => openKeys({ dir: folder.dir, service: 'intake' })).toThrow(/^The keys of intake cannot be read in /);
    folder.remove();
  });

  test('changed and removed keys take effect within seconds without a restart', async () => {
    const folder = temporaryDir();
    generateKeys(folder.dir, ['gateway', 'intake']);
    const intake = openKeys({ dir: folder.dir, service: 'intake' });
    const gateway = openKeys({ dir: folder.dir, service: 'gateway' });
    const old = gateway.serviceToken('intake');
    expect(await intake.verifyService(old)).toBe('gateway');
    rmSync(join(folder.dir, 'gateway.key.jwk'));
    generateKeys(folder.dir, ['gateway']);
    const isAccepted = (token: string) =>
      intake.verifyService(token).then(
        () => true,
        () => false,
      );
    await eventually(async () => !(await isAccepted(old)));
    await eventually(() => isAccepted(gateway.serviceToken('intake')));
    writeFileSync(join(folder.dir, 'public', 'gateway.jwk'), '{ half a fi');
    generateKeys(folder.dir, ['identity']);
    const identity = openKeys({ dir: folder.dir, service: 'identity' });
    await eventually(() => isAccepted(identity.serviceToken('intake')));
    expect(await isAccepted(gateway.serviceToken('intake'))).toBe(true);
    rmSync(join(folder.dir, 'public', 'gateway.jwk'));
    await eventually(async () => !(await isAccepted(gateway.serviceToken('intake'))));
    folder.remove();
  });

  test('both keys of a service are valid during a rotation', async () => {
    const folder = temporaryDir();
    generateKeys(folder.dir, ['gateway', 'intake']);
    const token = openKeys({ dir: folder.dir, service: 'gateway' }).serviceToken('intake');
    const publicFile = join(folder.dir, 'public', 'gateway.jwk');
    const next = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
    writeFileSync(publicFile, JSON.stringify({ keys: [next, JSON.parse(readFileSync(publicFile, 'utf8'))] }));
    expect(await openKeys({ dir: folder.dir, service: 'intake' }).verifyService(token)).toBe('gateway');
    folder.remove();
  });
});
