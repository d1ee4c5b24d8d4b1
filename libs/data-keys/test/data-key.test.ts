import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { createDataKeyBytes, DataKey } from '../src/data-key.ts';

const random = (below: number): number => Math.floor(Math.random() * below);

describe('a data key', () => {
  const bytes = createDataKeyBytes();
  const key = new DataKey(bytes);
  const place = 'applications|01JD7ZQ5M0X3V8K2N4P6R8T0WA|content';

  test('opens what it sealed, at its place only, in 300 random texts', () => {
    for (let round = 0; round < 300; round += 1) {
      const plain = randomBytes(random(300));
      const sealed = key.seal(place, plain);
      expect(key.open(place, sealed).equals(plain)).toBe(true);
      expect(() => key.open(`${place}s`, sealed)).toThrow();
      expect(() => new DataKey(createDataKeyBytes()).open(place, sealed)).toThrow();
    }
  });

  test('rejects every change of one bit, a cut and an addition', () => {
    const sealed = key.seal(place, Buffer.from('text'));
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => key.open(place, changed)).toThrow();
    }
    for (let size = 0; size < sealed.length; size += 1) {
      expect(() => key.open(place, sealed.subarray(0, size))).toThrow();
    }
    expect(() => key.open(place, Buffer.concat([sealed, Buffer.from([0])]))).toThrow();
  });

  test('has an ID of eight bytes that another copy of it shares', () => {
    expect(key.id).toHaveLength(8);
    expect(new DataKey(bytes).id).toEqual(key.id);
    expect(new DataKey(createDataKeyBytes()).id).not.toEqual(key.id);
    expect(bytes.includes(key.id)).toBe(false);
  });

  test('seals the same text differently each time', () => {
    const plain = Buffer.from('text');
    expect(key.seal(place, plain).equals(key.seal(place, plain))).toBe(false);
  });

  test('does not appear in JSON or in an inspected value', () => {
    const shown = JSON.stringify({ key }) + inspect(key, { depth: 5, showHidden: true });
    for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
      expect(shown).not.toContain(bytes.toString(encoding));
    }
  });
});
