import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idnp, captureLog, temporaryDir } from '@cups/testing';
import { watchPersonHasher } from '../src/index.ts';

/** Identifies a person without the number. */

let dir: string;
let remove: () => void;
beforeAll(() => {
  ({ dir, remove } = temporaryDir());
});
afterAll(() => remove());

const key = (kid: string, use = 'sig') => ({ kty: 'oct', kid, use, k: Buffer.alloc(32, kid).toString('base64url') });
const writeKeySet = (name: string, ...keys: object[]): string => {
  const file = join(dir, name);
  writeFileSync(file, JSON.stringify({ keys }), { mode: 0o600 });
  return file;
};
const { log, lines } = captureLog();
const openHasher = (file: string, required = true) => watchPersonHasher({ file, required, log });
const [ana, ion] = [idnp(1), idnp(2)];

test('a hash matches one person and one key and does not reveal the number', () => {
  const hasher = openHasher(writeKeySet('mine', key('a')));
  const hash = hasher.hash(ana)!;
  expect(hash).toMatch(/^[\w-]{43}$/);
  expect([hasher.matches(hash, ana), hasher.matches(hash, ion), hasher.matches(hasher.hash(ion), ana)]).toEqual([
    true,
    false,
    false,
  ]);
  for (const invalid of [undefined, '', hash.slice(1), `${hash}AA`, hash.toLowerCase()])
    expect(hasher.matches(invalid, ana)).toBe(false);
  expect(openHasher(writeKeySet('other', key('b'))).matches(hash, ana)).toBe(false);
});

test('hashes of the previous and the next key match during a rotation', () => {
  const before = openHasher(writeKeySet('before', key('a')));
  const announced = openHasher(writeKeySet('announced', key('a'), key('b')));
  const switched = openHasher(writeKeySet('switched', key('b'), key('a')));
  for (const writer of [before, announced, switched]) {
    for (const reader of [announced, switched]) expect(reader.matches(writer.hash(ana), ana)).toBe(true);
  }
  const retired = openHasher(writeKeySet('retired', key('b')));
  expect([retired.matches(switched.hash(ana), ana), retired.matches(before.hash(ana), ana)]).toEqual([true, false]);
});

test('missing keys disable the comparison, or prevent the start if required', () => {
  const file = join(dir, 'nowhere');
  const none = openHasher(file, false);
  expect([none.hash(ana), none.matches('h'.repeat(43), ana)]).toEqual([undefined, false]);
  expect(lines).toMatchObject([{ event: 'own-application-check-disabled' }]);
  expect(() => openHasher(file)).toThrow('PERSON_HASH_KEYS_FILE must name a file that can be read');
  expect(() => openHasher(writeKeySet('sealing', key('a', 'enc')))).toThrow('not use: sig');
  rmSync(file, { force: true });
});
