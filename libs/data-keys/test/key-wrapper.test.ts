import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createDataKeyBytes } from '../src/data-key.ts';
import { createKeyWrapper } from '../src/key-wrapper.ts';

describe('a wrapped key', () => {
  const keyOf = (kid: string) => ({ kid, use: 'enc', secret: Uint8Array.from(randomBytes(32)) });
  const [old, current] = [keyOf('old'), keyOf('current')];

  test('unwraps after a rotation and is wrapped by the first key', () => {
    const dataKey = createDataKeyBytes();
    const before = createKeyWrapper(() => [old]).wrap(dataKey);
    const rotated = createKeyWrapper(() => [current, old]);
    expect(rotated.unwrap(before).equals(dataKey)).toBe(true);
    expect(rotated.wrap(dataKey).keyId).toBe('current');
  });

  test('does not unwrap without its key, under another ID or after a change', () => {
    const wrapper = createKeyWrapper(() => [current, old]);
    const wrapped = wrapper.wrap(createDataKeyBytes());
    expect(() => createKeyWrapper(() => [old]).unwrap(wrapped)).toThrow();
    expect(() => wrapper.unwrap({ ...wrapped, keyId: 'old' })).toThrow();
    const bytes = Buffer.from(wrapped.bytes);
    bytes[20]! ^= 1;
    expect(() => wrapper.unwrap({ ...wrapped, bytes })).toThrow();
  });
});
