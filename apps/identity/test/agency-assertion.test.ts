import { createPublicKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AssertionRefused, claimedClient, verifyAgencyAssertion } from '../src/agency-tokens/assertion.ts';
import type { AssertionExpectations } from '../src/agency-tokens/assertion.ts';
import { WindowLimit } from '../src/agency-tokens/rate-limits.ts';
import { ALGORITHMS, createAssertion, createTestKey, encodePart, signWith, TOKEN_URL } from './agency-assertions.ts';
import type { Changes } from './agency-assertions.ts';

const NOW = new Date('2026-11-30T09:00:00Z');
const seconds = NOW.getTime() / 1000;
const own = createTestKey('asp-1');
const second = createTestKey('asp-2', 'ES256');
const foreign = createTestKey('mai-1');
/** RSA keys are slow to create: one serves both algorithms. */
const rsa = createTestKey('asp-rsa', 'PS256');
const KEYS = new Map([
  ['asp', [own.key, second.key, rsa.key]],
  ['mai', [foreign.key]],
  ['cnas', []],
]);

const expected: AssertionExpectations = {
  audience: TOKEN_URL,
  clientId: '',
  findKeys: (code) => KEYS.get(code),
  now: NOW,
};
const create = (changes?: Changes, key = own, code = 'asp'): string => createAssertion(code, key, NOW, changes);
const faultOf = async (assertion: string, more: Partial<AssertionExpectations> = {}): Promise<string | undefined> => {
  try {
    await verifyAgencyAssertion(assertion, { ...expected, ...more });
    return undefined;
  } catch (error) {
    if (!(error instanceof AssertionRefused)) throw error;
    return error.fault;
  }
};

describe('an agency assertion', () => {
  test.each(ALGORITHMS)('is accepted with %s', async (alg) => {
    const key = alg === 'RS256' ? { ...rsa, alg } : createTestKey('k', alg);
    const findKeys = () => [key.key];
    const assertion = createAssertion('asp', key, NOW, { claims: { jti: 'j1' } });
    expect(await verifyAgencyAssertion(assertion, { ...expected, findKeys })).toEqual({
      code: 'asp',
      jti: 'j1',
      until: new Date((seconds + 60 + 61) * 1000),
    });
  });

  test.each<[string, Changes]>([
    ['the second key of a rotation', {}],
    ['a type', { header: { typ: 'JWT' } }],
    ['the type of RFC 7523bis', { header: { typ: 'client-authentication+jwt' } }],
    ['one audience in a list', { claims: { aud: [TOKEN_URL] } }],
    ['the longest lifetime', { claims: { exp: seconds + 300 } }],
    ['a clock a minute ahead', { claims: { iat: seconds + 60, nbf: seconds + 60, exp: seconds + 360 } }],
    ['a clock a minute behind', { claims: { iat: seconds - 119, exp: seconds - 59 } }],
    ['no iat', { claims: { iat: undefined } }],
  ])('is accepted with %s', async (_what, changes) => {
    const key = Object.keys(changes).length === 0 ? second : own;
    expect(await faultOf(create(changes, key))).toBeUndefined();
  });

  const alien = createTestKey('asp-1').privateKey;
  const publicJwk = JSON.stringify(own.jwk);
  const pem = createPublicKey(own.privateKey).export({ type: 'spki', format: 'pem' }) as string;
  const embedded = createPublicKey(alien).export({ format: 'jwk' });
  const byAlien = (input: string) => signWith('EdDSA', alien, input);
  const header = (more: Record<string, unknown>, fault = 'header'): [string, Changes, string] => [
    `header ${JSON.stringify(more).slice(0, 60)}`,
    { header: more },
    fault,
  ];
  const claim = (more: Record<string, unknown>, fault: string): [string, Changes, string] => [
    `claims ${JSON.stringify(more).slice(0, 80)}`,
    { claims: more },
    fault,
  ];
  const FORGED: [string, Changes, string][] = [
    ...['none', 'None', 'HS256', 'HS512', 'RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'Ed25519', 'eddsa', ''].map(
      (alg) => header({ alg }, alg === '' ? 'signature' : 'algorithm'),
    ),
    ['alg none, unsigned', { header: { alg: 'none' }, signature: () => '' }, 'format'],
    ['alg none, a byte', { header: { alg: 'none' }, signature: () => 'AA' }, 'algorithm'],
    ...[publicJwk, pem, own.jwk.x as string, Buffer.from(own.jwk.x as string, 'base64url').toString('latin1')].map(
      (secret): [string, Changes, string] => [
        'HS256 with the public key',
        { header: { alg: 'HS256' }, signature: (input) => signWith('HS256', secret, input) },
        'algorithm',
      ],
    ),
    ['another key under the same kid', { signature: byAlien }, 'signature'],
    ['an embedded key', { header: { jwk: embedded }, signature: byAlien }, 'header'],
    ['a key at an address', { header: { jku: 'https://evil.example/jwks' }, signature: byAlien }, 'header'],
    ['a certificate at an address', { header: { x5u: 'https://evil.example/c' }, signature: byAlien }, 'header'],
    ['an embedded certificate', { header: { x5c: ['MIIB'] }, signature: byAlien }, 'header'],
    ...[{ crit: ['exp'] }, { crit: ['b64'], b64: false }, { b64: true }, { zip: 'DEF' }, { enc: 'A128GCM' }].map(
      (more) => header(more),
    ),
    ...[{ typ: 'at+jwt' }, { typ: '' }, { typ: 1 }, { typ: 'cups-session+jwt' }, { cty: 'JWT' }].map((more) =>
      header(more),
    ),
    ...[{ kid: undefined }, { kid: null }, { kid: ['asp-1'] }, { alg: undefined }, { alg: ['EdDSA'] }].map((more) =>
      header(more),
    ),
    ...['', 'mai-1', 'ASP-1', 'asp-1 ', '../asp-1', '__proto__', 'constructor'].map((kid) => header({ kid }, 'key')),
    header({ kid: 'asp-2' }, 'algorithm'),
    ...[undefined, null, '', 'asp ', 'ASP', 'аsp', 'asp\u0000', 'a\u200bsp', 'ａsp', 'mai', ['asp'], { asp: 1 }, 7].map(
      (sub) => claim({ sub }, 'client'),
    ),
    ...[undefined, null, '', 'mai', 'asp/', ['asp'], 'https://asp.example'].map((iss) => claim({ iss }, 'client')),
    ...['__proto__', 'constructor', 'training', 'agency', 'x'.repeat(21), '../mai', 'agencies/asp'].map((code) =>
      claim({ iss: code, sub: code }, 'client'),
    ),
    claim({ iss: 'mai', sub: 'mai' }, 'key'),
    claim({ iss: 'cnas', sub: 'cnas' }, 'key'),
    ...[
      undefined,
      null,
      '',
      'https://cups.example',
      'https://cups.example/',
      `${TOKEN_URL}/`,
      TOKEN_URL.toUpperCase(),
      TOKEN_URL.replace('https', 'http'),
      `${TOKEN_URL}?x=1`,
      'https://cups.example.evil/agency/v1/token',
      'cups',
      [],
      [TOKEN_URL, 'https://other.example/token'],
      [TOKEN_URL, TOKEN_URL],
      { [TOKEN_URL]: 1 },
    ].map((aud) => claim({ aud }, 'audience')),
    ...[60, 61, 3600, 10 ** 9].map((ago) => claim({ iat: seconds - ago - 60, exp: seconds - ago }, 'expired')),
    ...[undefined, null, '9999999999', true, 1e400].map((exp) => claim({ exp }, 'claims')),
    claim({ exp: -1 }, 'expired'),
    ...[301, 361, 3600, 10 ** 12].map((ahead) => claim({ exp: seconds + ahead }, 'lifetime')),
    ...[361, 3600].map((ahead) => claim({ iat: undefined, exp: seconds + ahead }, 'lifetime')),
    claim({ iat: seconds - 10 ** 9, exp: seconds + 60 }, 'lifetime'),
    claim({ iat: seconds + 61, exp: seconds + 100 }, 'not-yet-valid'),
    claim({ nbf: seconds + 61 }, 'not-yet-valid'),
    ...['0', null, [seconds]].map((iat) => claim({ iat }, 'claims')),
    ...['0', null].map((nbf) => claim({ nbf }, 'claims')),
    ...[undefined, null, '', 7, ['j'], 'x'.repeat(129), 'a b', 'ж', 'a\n'].map((jti) => claim({ jti }, 'claims')),
    claim({ pad: 'x'.repeat(6000) }, 'format'),
    claim({ pad: 'x'.repeat(1_000_000) }, 'format'),
  ];

  test.each(FORGED)('is refused with %s', async (_what, changes, fault) => {
    expect(await faultOf(create(changes))).toBe(fault);
  });

  test('is refused in any other form', async () => {
    const [head = '', body = '', signature = ''] = create().split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const forms = [
      '',
      '.',
      '..',
      head,
      `${head}.${body}`,
      `${head}.${body}.`,
      `${head}..${signature}`,
      `.${body}.${signature}`,
      `${head}.${body}.${signature}.${signature}`,
      ` ${head}.${body}.${signature}`,
      `${head}.${body}.${signature}\n`,
      `${head}=.${body}.${signature}`,
      `${head}.${body}.${signature}==`,
      `${head}.${body}.${signature.replaceAll('-', '+').replaceAll('_', '/')}=`,
      `${head}.${encodePart('null')}.${signature}`,
      `${head}.${encodePart('[]')}.${signature}`,
      `${head}.${encodePart('{')}.${signature}`,
      `${encodePart('7')}.${body}.${signature}`,
      `${head}.${Buffer.from([0xff, 0xfe]).toString('base64url')}.${signature}`,
      `${head}.${body}.${'A'.repeat(86)}`,
      JSON.stringify({ payload: body, signatures: [{ protected: head, signature }] }),
    ];
    for (const form of forms) expect([form, await faultOf(form)]).not.toContain(undefined);
    const other = `${head}.${encodePart({ ...claims, jti: 'other' })}.${signature}`;
    expect(await faultOf(other)).toBe('signature');
  });

  test('is refused under the kid of another agency, even signed by that agency', async () => {
    expect(await faultOf(create({}, foreign))).toBe('key');
    expect(await faultOf(create({ header: { kid: 'asp-1' } }, foreign))).toBe('signature');
    expect(await faultOf(create({}, foreign, 'mai'))).toBeUndefined();
  });

  test('is refused for another client than the request names', async () => {
    expect(await faultOf(create(), { clientId: 'asp' })).toBeUndefined();
    for (const clientId of ['mai', 'ASP', 'asp ', 'agencies/asp'])
      expect(await faultOf(create(), { clientId })).toBe('client');
  });

  test('is refused after any change of its text', async () => {
    const texts = [create(), create({}, second), create({}, rsa)];
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ '];
    const edit = fc.record({
      text: fc.constantFrom(...texts),
      at: fc.nat(2000),
      letter: fc.constantFrom(...alphabet, 'é', '\u0000'),
      kind: fc.constantFrom('replace', 'insert', 'delete', 'swap', 'cut'),
    });
    const apply = ({
      text,
      at: anywhere,
      letter,
      kind,
    }: typeof edit extends fc.Arbitrary<infer Edit> ? Edit : never) => {
      const at = anywhere % text.length;
      if (kind === 'insert') return text.slice(0, at) + letter + text.slice(at);
      if (kind === 'delete') return text.slice(0, at) + text.slice(at + 1);
      if (kind === 'swap')
        return (
          text.slice(0, at) +
          text
            .slice(at, at + 2)
            .split('')
            .reverse()
            .join('') +
          text.slice(at + 2)
        );
      return kind === 'cut' ? text.slice(0, at) : text.slice(0, at) + letter + text.slice(at + 1);
    };
    await fc.assert(
      fc.asyncProperty(edit, async (change) => {
        const changed = apply(change);
        fc.pre(!texts.includes(changed));
        expect(await faultOf(changed)).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });
});

test('claimedClient returns a well-formed subject only', () => {
  expect(claimedClient(create())).toBe('asp');
  expect(claimedClient(create({ claims: { sub: 'a b', iss: 'a b' } }))).toBeUndefined();
  expect(claimedClient('x'.repeat(1_000_000))).toBeUndefined();
});

test('WindowLimit counts each client in windows', () => {
  const limit = new WindowLimit(2, 1000);
  expect([0, 100, 200, 999].map((now) => limit.count('asp', now))).toEqual([0, 0, 800, 1]);
  expect(limit.count('mai', 200)).toBe(0);
  expect(limit.count('asp', 1000)).toBe(0);
});
