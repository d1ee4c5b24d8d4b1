import { expect, test } from '@jest/globals';
import { VerifiedTokens } from '../src/verified-tokens.ts';

const times = { iss: 'gateway', aud: 'intake', iat: 1_000, exp: 1_300 };

test('a token that was verified is known until a minute after its end, by its whole text', () => {
  const tokens = new VerifiedTokens<string>();
  tokens.add('a.b.c', 'gateway', times);
  expect(tokens.get('a.b.c', 1_359_999)).toEqual({ value: 'gateway', times });
  expect(tokens.get('a.b.c', 1_360_000)).toBeUndefined();
  expect(tokens.get('a.b.d', 1_000_000)).toBeUndefined();
});

test('what was verified is forgotten with the keys', () => {
  const tokens = new VerifiedTokens<string>();
  tokens.add('a.b.c', 'gateway', times);
  tokens.clear();
  expect(tokens.get('a.b.c', 1_000_000)).toBeUndefined();
});

test('of more tokens than are remembered the one is forgotten that was not used for the longest time', () => {
  const tokens = new VerifiedTokens<number>();
  const isKnown = (token: string) => tokens.get(token, 1_000_000) !== undefined;
  for (let n = 0; n < 20_000; n++) tokens.add(String(n), n, times);
  expect(isKnown('0')).toBe(true);
  tokens.add('20000', 20_000, times);
  expect([isKnown('0'), isKnown('1'), isKnown('2'), isKnown('20000')]).toEqual([true, false, true, true]);
});
