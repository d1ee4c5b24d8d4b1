import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { captureLog, captureMetrics, eventually, temporaryDir } from '@cups/testing';
import { createAgencyParser, parseAgencyKey, watchAgencyKeys } from '../src/index.ts';
import type { AgencyJwk } from '../src/index.ts';

const jwkOf = (key: KeyObject, more: object = {}): AgencyJwk =>
  Object.assign(key.export({ format: 'jwk' }), { kid: 'k1' }, more) as unknown as AgencyJwk;
const publicJwk = (key: KeyObject, more?: object): AgencyJwk => jwkOf(createPublicKey(key), more);
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const weakRsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const oddRsa = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).privateKey;
const other = (curve: string) => generateKeyPairSync('ec', { namedCurve: curve }).privateKey;

describe('parseAgencyKey', () => {
  test.each([
    ['Ed25519', publicJwk(ed25519), ['EdDSA']],
    ['P-256', publicJwk(p256, { use: 'sig', key_ops: ['verify'] }), ['ES256']],
    ['P-384', publicJwk(other('P-384')), ['ES384']],
    ['RSA', publicJwk(rsa), ['PS256', 'RS256']],
    ['RSA for one algorithm', publicJwk(rsa, { alg: 'PS256' }), ['PS256']],
  ])('derives the algorithms of a key of type %s', (_type, jwk, algorithms) => {
    expect(parseAgencyKey(jwk)).toMatchObject({ kid: 'k1', algorithms });
  });

  test.each<[string, object, RegExp]>([
    ['a private OKP key', jwkOf(ed25519), /not public/],
    ['a private EC key', jwkOf(p256), /not public/],
    ['a private RSA key', jwkOf(rsa), /not public/],
    ['one private member', publicJwk(rsa, { p: 'AA' }), /not public/],
    ['a symmetric key', { kty: 'oct', kid: 'k1', k: 'AAAA' }, /not public/],
    ['a symmetric key without its value', { kty: 'oct', kid: 'k1' }, /kty/],
    ['an inherited name as kty', { kty: 'constructor', kid: 'k1' }, /kty/],
    ['P-521', publicJwk(other('P-521')), /crv/],
    ['secp256k1', publicJwk(other('secp256k1')), /crv/],
    ['Ed448', publicJwk(generateKeyPairSync('ed448').privateKey), /crv/],
    ['X25519', publicJwk(generateKeyPairSync('x25519').privateKey), /crv/],
    ['RSA of 1024 bits', publicJwk(weakRsa), /2048/],
    ['RSA with the exponent 3', publicJwk(oddRsa), /65537/],
    ['a point that is not on the curve', publicJwk(p256, { y: 'A'.repeat(43) }), /not a valid key/],
    ['half a key', { kty: 'EC', kid: 'k1', crv: 'P-256', x: 'AAAA' }, /not a valid key/],
    ['an algorithm of another type', publicJwk(ed25519, { alg: 'RS256' }), /alg/],
    ['the algorithm none', publicJwk(ed25519, { alg: 'none' }), /alg/],
    ['a key for encryption', publicJwk(rsa, { use: 'enc' }), /use/],
    ['a key that signs', publicJwk(rsa, { key_ops: ['sign'] }), /key_ops/],
    ['the address of a certificate', publicJwk(rsa, { x5u: 'https://x.example' }), /x5u/],
    ['no kid', publicJwk(rsa, { kid: undefined }), /kid/],
    ['an invalid kid', publicJwk(rsa, { kid: '../k1' }), /kid/],
  ])('refuses %s', (_what, jwk, sentence) => {
    expect(() => parseAgencyKey(jwk as AgencyJwk)).toThrow(sentence);
  });
});

describe('the file of an agency', () => {
  const parse = (keys: object[]) => {
    const workingTime = { days: ['mon'], from: '08:00', to: '17:00' };
    const name = { ro: 'A', ru: 'A', en: 'A' };
    const file = { code: 'asp', name, timeZone: 'Europe/Chisinau', workingTime, calendar: 'holidays-md', keys };
    return createAgencyParser()([{ path: 'asp.yaml', text: JSON.stringify(file) }]);
  };

  test('may hold public keys', () => {
    const keys = [publicJwk(ed25519), publicJwk(p256, { kid: 'k2' })];
    expect(parse(keys)).toMatchObject({ problems: [] });
    expect(parse(keys).entries.get('asp')?.keys).toEqual(keys);
  });

  test.each<[string, object[], string]>([
    ['a private key', [jwkOf(ed25519)], 'not public'],
    ['two keys with one kid', [publicJwk(ed25519), publicJwk(p256)], 'same kid'],
    ['five keys', Array.from({ length: 5 }, (_, n) => publicJwk(ed25519, { kid: `k${n}` })), '4 items'],
    ['a key without kty', [{ kid: 'k1' }], 'kty'],
  ])('is refused with %s, without key material', (_what, keys, sentence) => {
    const { entries, problems } = parse(keys);
    expect(entries.size).toBe(0);
    expect(problems[0]?.message).toContain(sentence);
    expect(problems[0]?.message).not.toContain(ed25519.export({ format: 'jwk' }).d);
  });
});

test('watchAgencyKeys keeps the keys of an invalid file and ends those of a deleted one', async () => {
  const { dir, remove } = temporaryDir();
  const { log, lines } = captureLog();
  const { metrics, text } = captureMetrics();
  const file = join(dir, 'asp.jwks.json');
  writeFileSync(file, JSON.stringify({ keys: [publicJwk(ed25519)] }));
  const registry = await watchAgencyKeys({ dir, log, metrics });
  const kids = () =>
    registry
      .current()
      .get('asp')
      ?.map(({ kid }) => kid);
  try {
    expect(kids()).toEqual(['k1']);
    for (const invalid of [
      '',
      'null',
      '{"keys":7}',
      '{"keys":[7]}',
      '{"keys":[null]}',
      JSON.stringify({ keys: [jwkOf(p256)] }),
    ]) {
      const before = lines.length;
      writeFileSync(file, invalid);
      await eventually(() => lines.length > before);
      expect(lines.at(-1)).toMatchObject({ event: 'agency-key-file-refused', file: 'asp.jwks.json' });
      expect(kids()).toEqual(['k1']);
      expect(await text()).toMatch(/agency_key_file_problems\S* 1/);
      writeFileSync(file, JSON.stringify({ keys: [publicJwk(ed25519)] }));
      await eventually(async () => /agency_key_file_problems\S* 0/.test(await text()));
    }
    writeFileSync(file, '{"keys":[]}');
    await eventually(() => kids()?.length === 0);
    rmSync(file);
    await eventually(() => kids() === undefined);
    expect(registry.problems()).toEqual([]);
  } finally {
    registry.close();
    remove();
  }
});
