import { describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import fc from 'fast-check';
import {
  canonicalJson,
  ensureRequestId,
  fingerprint,
  newTraceparent,
  normalizePageSize,
  createPageToken,
  parsePageToken,
  ensureTraceparent,
} from '../src/node/index.ts';

describe('canonical JSON', () => {
  test.each([
    ['members in another order', { b: 1, a: [{ d: 2, c: 3 }] }, '{"a":[{"c":3,"d":2}],"b":1}'],
    ['undefined members are left out', { a: undefined, b: null }, '{"b":null}'],
    ['bytes', { a: new Uint8Array([1, 2]) }, '{"a":"base64:AQI="}'],
    ['an instant', { a: new Date(0) }, '{"a":"1970-01-01T00:00:00.000Z"}'],
    ['a large number', { a: 12n }, '{"a":"12"}'],
    ['nothing', undefined, 'null'],
  ])('%s', (_name, value, text) => expect(canonicalJson(value)).toBe(text));

  test('reads back as what it was, and does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(text);
      }),
    );
  });
});

test('a fingerprint tells equal content from other content, under one secret', () => {
  expect(fingerprint('s', { a: 1, b: 2 })).toBe(fingerprint('s', { b: 2, a: 1 }));
  expect(fingerprint('s', { a: 1 })).not.toBe(fingerprint('s', { a: 2 }));
  expect(fingerprint('s', { a: 1 })).not.toBe(fingerprint('t', { a: 1 }));
});

describe('pages', () => {
  test.each([
    [undefined, 50],
    [0, 50],
    [1, 1],
    [200, 200],
    [201, 200],
  ])('a size of %s means %i', (asked, size) => expect(normalizePageSize(asked)).toBe(size));

  test.each([-1, 1.5, NaN])('a size of %s is refused', (asked) => {
    expect(() => normalizePageSize(asked)).toThrow(Problem);
  });

  test('a token leads to where the next page begins, for the same arguments', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.jsonValue(), (after, others) => {
        expect(parsePageToken(createPageToken(after, others), others)).toBe(after);
      }),
    );
    expect(parsePageToken('', {})).toBeUndefined();
  });

  test.each([
    ['of other arguments', createPageToken('x', { state: 'draft' })],
    ['that is no text of ours', 'bm90IG91cnM'],
    ['without a place', Buffer.from('[1,"x"]').toString('base64url')],
  ])('a token %s is refused', (_name, token) => {
    expect(() => parsePageToken(token, { state: 'ready' })).toThrow(
      expect.objectContaining({ reason: 'PAGE_TOKEN_INVALID' }),
    );
  });
});

describe('trace context', () => {
  const good = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

  test('what is well formed is passed on', () => expect(ensureTraceparent(good)).toBe(good));

  test('a new one is well formed, and no second one is like it', () => {
    const made = newTraceparent();
    expect(ensureTraceparent(made)).toBe(made);
    expect(newTraceparent()).not.toBe(made);
  });

  test.each([
    ['nothing', undefined],
    ['several', [good, good]],
    ['capital letters', good.toUpperCase()],
    ['an unknown version', `01${good.slice(2)}`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`],
    ['a span of zeros', `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01`],
    ['something behind it', `${good}-x`],
  ])('%s is replaced by a new one', (_name, given) => {
    expect(ensureTraceparent(given)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(ensureTraceparent(given)).not.toBe(given);
  });
});

test('only ids of our own forms are taken over as the id of a request', () => {
  const uuid = '0192d3e4-1111-7000-8000-000000000001';
  const ulid = '01JD9Z0000000000000000000A';
  expect(ensureRequestId(uuid)).toBe(uuid);
  expect(ensureRequestId(ulid)).toBe(ulid);
  for (const given of ['2900000000012', '', undefined, [uuid]]) {
    expect(ensureRequestId(given)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  }
});
