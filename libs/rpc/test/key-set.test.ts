import { afterAll, expect, test } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchKeySet, seal, unseal } from '../src/index.ts';

const dir = mkdtempSync(join(tmpdir(), 'cups-key-set-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const file = join(dir, 'some.jwks');
const key = (kid: string, bytes = 32) => ({
  kty: 'oct',
  kid,
  use: 'enc',
  k: Buffer.alloc(bytes, kid).toString('base64url'),
});
const write = (content: unknown) =>
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });

test('watchKeySet reloads within a second and keeps keys while the file is invalid', () => {
  let now = 0;
  write({ keys: [key('a')] });
  const keys = watchKeySet({ file, name: 'some', clock: () => now });
  const kids = () => keys().map(({ kid }) => kid);
  write({ keys: [key('b'), key('a')] });
  expect(kids()).toEqual(['a']);
  now = 1_000;
  expect(kids()).toEqual(['b', 'a']);
  for (const invalid of ['no keys', { keys: [] }, { keys: [key('c', 31)] }, { keys: [key('c'), key('c')] }]) {
    write(invalid);
    now += 1_000;
    expect(kids()).toEqual(['b', 'a']);
  }
  rmSync(file);
  now += 1_000;
  expect(kids()).toEqual(['b', 'a']);
});

test('watchKeySet rejects an invalid set or one that others can read in one sentence', () => {
  write({ keys: [key('a', 16)] });
  expect(() => watchKeySet({ file, name: 'some' })).toThrow(
    'The key set some holds an invalid key: each needs 32 bytes',
  );
  write({ keys: [key('a')] });
  chmodSync(file, 0o644);
  expect(() => watchKeySet({ file, name: 'some' })).toThrow('The key set some must be readable by its owner only');
});

test('unseal rejects another subject, another key and a changed text', async () => {
  const [first, other] = ['a', 'b'].map((kid) => ({
    kid,
    use: 'enc',
    secret: new Uint8Array(32).fill(kid.charCodeAt(0)),
  }));
  const sealed = await seal('2900000000012', first!, 'ana');
  expect(await unseal(sealed, [other!, first!], 'ana')).toBe('2900000000012');
  await expect(unseal(sealed, [first!], 'ion')).rejects.toThrow('cannot be decrypted');
  await expect(unseal(sealed, [other!], 'ana')).rejects.toThrow('cannot be decrypted');
  const parts = sealed.split('.');
  parts[3] = `${parts[3]!.startsWith('A') ? 'B' : 'A'}${parts[3]!.slice(1)}`;
  await expect(unseal(parts.join('.'), [first!], 'ana')).rejects.toThrow();
});
