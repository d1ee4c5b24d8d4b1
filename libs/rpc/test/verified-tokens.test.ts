import { expect, test } from '@jest/globals';
import { VerifiedTokens } from '../src/verified-tokens.ts';

const times = { iss: 'gateway', aud: 'intake', iat: 1_000, exp: 1_300 };

test('VerifiedTokens keeps a token until a minute after its expiry', () => {
  const tokens = new VerifiedTokens<string>();
  tokens.add('a.b.c', 'gateway', times);
  expect(tokens.get('a.b.c', 1_359_999)).toEqual({ value: 'gateway', times });
  expect(tokens.get('a.b.c', 1_360_000)).toBeUndefined();
  expect(tokens.get('a.b.d', 1_000_000)).toBeUndefined();
});

test('VerifiedTokens forgets all tokens after clear', () => {
  const tokens = new VerifiedTokens<string>();
  tokens.add('a.b.c', 'gateway', times);
  tokens.clear();
  expect(tokens.get('a.b.c', 1_000_000)).toBeUndefined();
});

test('VerifiedTokens evicts the least recently used token', () => {
  const tokens = new VerifiedTokens<number>();
  const isKnown = (token: string) => tokens.get(token, 1_000_000) !== undefined;
  for (let n = 0; n < 20_000; n++) tokens.add(String(n), n, times);
  expect(isKnown('0')).toBe(true);
  tokens.add('20000', 20_000, times);
  expect([isKnown('0'), isKnown('1'), isKnown('2'), isKnown('20000')]).toEqual([true, false, true, true]);
});
