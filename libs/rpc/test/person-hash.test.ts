import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idnp, keepLog, temporaryDir } from '@cups/testing';
import { followPersonHashes } from '../src/index.ts';

/** Who somebody is, without the number. */

let dir: string;
let remove: () => void;
beforeAll(() => {
  ({ dir, remove } = temporaryDir());
});
afterAll(() => remove());

const key = (kid: string, use = 'sig') => ({ kty: 'oct', kid, use, k: Buffer.alloc(32, kid).toString('base64url') });
const written = (name: string, ...keys: object[]): string => {
  const file = join(dir, name);
  writeFileSync(file, JSON.stringify({ keys }), { mode: 0o600 });
  return file;
};
const { log, lines } = keepLog();
const hashesOf = (file: string, required = true) => followPersonHashes({ file, required, log });
const [ana, ion] = [idnp(1), idnp(2)];

test('A hash is of one person, by the key that made it and by no other; it shows nothing of the number.', () => {
  const mine = hashesOf(written('mine', key('a')));
  const hash = mine.of(ana)!;
  expect(hash).toMatch(/^[\w-]{43}$/);
  expect([mine.isOf(hash, ana), mine.isOf(hash, ion), mine.isOf(mine.of(ion), ana)]).toEqual([true, false, false]);
  for (const bad of [undefined, '', hash.slice(1), `${hash}AA`, hash.toLowerCase()])
    expect(mine.isOf(bad, ana)).toBe(false);
  expect(hashesOf(written('other', key('b'))).isOf(hash, ana)).toBe(false);
});

test('While keys change, what the one before hashed is recognised, and what the next one hashes too.', () => {
  const before = hashesOf(written('before', key('a')));
  const announced = hashesOf(written('announced', key('a'), key('b')));
  const switched = hashesOf(written('switched', key('b'), key('a')));
  for (const writer of [before, announced, switched]) {
    for (const reader of [announced, switched]) expect(reader.isOf(writer.of(ana), ana)).toBe(true);
  }
  const retired = hashesOf(written('retired', key('b')));
  expect([retired.isOf(switched.of(ana), ana), retired.isOf(before.of(ana), ana)]).toEqual([true, false]);
});

test('Where nobody asks for them nothing is compared without keys, which is said; where they are required one does not start.', () => {
  const file = join(dir, 'nowhere');
  const none = hashesOf(file, false);
  expect([none.of(ana), none.isOf('h'.repeat(43), ana)]).toEqual([undefined, false]);
  expect(lines).toMatchObject([{ event: 'people-not-compared' }]);
  expect(() => hashesOf(file)).toThrow('PERSON_HASH_KEYS_FILE must name a file that can be read');
  expect(() => hashesOf(written('sealing', key('a', 'enc')))).toThrow('not use: sig');
  rmSync(file, { force: true });
});
