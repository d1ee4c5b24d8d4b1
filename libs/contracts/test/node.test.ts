import { describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import fc from 'fast-check';
import { isUlid } from '../src/index.ts';
import {
  canonicalJson,
  ensureRequestId,
  fingerprint,
  newTraceparent,
  newUlid,
  normalizePageSize,
  createPageToken,
  parsePageToken,
  ensureTraceparent,
} from '../src/node/index.ts';

describe('canonicalJson', () => {
  test.each([
    ['sorts members', { b: 1, a: [{ d: 2, c: 3 }] }, '{"a":[{"c":3,"d":2}],"b":1}'],
    ['drops undefined members', { a: undefined, b: null }, '{"b":null}'],
    ['bytes', { a: new Uint8Array([1, 2]) }, '{"a":"base64:AQI="}'],
    ['an instant', { a: new Date(0) }, '{"a":"1970-01-01T00:00:00.000Z"}'],
    ['a large number', { a: 12n }, '{"a":"12"}'],
    ['nothing', undefined, 'null'],
  ])('%s', (_name, value, text) => expect(canonicalJson(value)).toBe(text));

  test('is reversible and independent of the member order', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(text);
      }),
    );
  });
});

test('fingerprint distinguishes contents under one secret', () => {
  expect(fingerprint('s', { a: 1, b: 2 })).toBe(fingerprint('s', { b: 2, a: 1 }));
  expect(fingerprint('s', { a: 1 })).not.toBe(fingerprint('s', { a: 2 }));
  expect(fingerprint('s', { a: 1 })).not.toBe(fingerprint('t', { a: 1 }));
});

describe('pagination', () => {
  test.each([
    [undefined, 50],
    [0, 50],
    [1, 1],
    [200, 200],
    [201, 200],
  ])('maps a page size of %s to %i', (requested, size) => expect(normalizePageSize(requested)).toBe(size));

  test.each([-1, 1.5, NaN])('rejects a page size of %s', (requested) => {
    expect(() => normalizePageSize(requested)).toThrow(Problem);
  });

  test('restores the page start from a token for the same arguments', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.jsonValue(), (after, others) => {
        expect(parsePageToken(createPageToken(after, others), others)).toBe(after);
      }),
    );
    expect(parsePageToken('', {})).toBeUndefined();
  });

  test.each([
    ['of other arguments', createPageToken('x', { state: 'draft' })],
    ['that is not valid', 'bm90IG91cnM'],
    ['without a position', Buffer.from('[1,"x"]').toString('base64url')],
  ])('rejects a token %s', (_name, token) => {
    expect(() => parsePageToken(token, { state: 'ready' })).toThrow(
      expect.objectContaining({ reason: 'PAGE_TOKEN_INVALID' }),
    );
  });
});

describe('ensureTraceparent', () => {
  const valid = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

  test('keeps a valid value', () => expect(ensureTraceparent(valid)).toBe(valid));

  test('creates unique valid values', () => {
    const made = newTraceparent();
    expect(ensureTraceparent(made)).toBe(made);
    const many = Array.from({ length: 300 }, newTraceparent);
    expect(new Set([made, ...many]).size).toBe(301);
    expect(many.map(ensureTraceparent)).toEqual(many);
  });

  test.each([
    ['nothing', undefined],
    ['several', [valid, valid]],
    ['capital letters', valid.toUpperCase()],
    ['an unknown version', `01${valid.slice(2)}`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`],
    ['a span of zeros', `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01`],
    ['a suffix', `${valid}-x`],
  ])('replaces %s', (_name, given) => {
    expect(ensureTraceparent(given)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(ensureTraceparent(given)).not.toBe(given);
  });
});

test('ensureRequestId keeps only UUIDs and ULIDs', () => {
  const uuid = '0192d3e4-1111-7000-8000-000000000001';
  const ulid = '01JD9Z0000000000000000000A';
  expect(ensureRequestId(uuid)).toBe(uuid);
  expect(ensureRequestId(ulid)).toBe(ulid);
  for (const given of ['2900000000012', '', undefined, [uuid]]) {
    expect(ensureRequestId(given)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  }
});

describe('newUlid', () => {
  test('writes the milliseconds since 1970 into ten characters that sort by time', () => {
    expect(newUlid(new Date(0)).slice(0, 10)).toBe('0000000000');
    expect(newUlid(new Date(1_469_918_176_385)).slice(0, 10)).toBe('01ARYZ6S41');
    expect(newUlid(new Date(2 ** 48 - 1)).slice(0, 10)).toBe('7ZZZZZZZZZ');
  });

  test('returns valid and different IDs of 16 characters that occur equally often', () => {
    const ids = Array.from({ length: 1_600 }, () => newUlid(new Date()));
    expect(ids.filter((id) => !isUlid(id))).toEqual([]);
    expect(new Set(ids).size).toBe(1_600);
    const counts = new Map<string, number>();
    for (const character of ids.map((id) => id.slice(10)).join('')) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect([...counts.keys()].sort().join('')).toBe('0123456789ABCDEFGHJKMNPQRSTVWXYZ');
    // 800 on average, with a standard deviation of 28.
    expect(Math.min(...counts.values())).toBeGreaterThan(600);
    expect(Math.max(...counts.values())).toBeLessThan(1_000);
  });
});
