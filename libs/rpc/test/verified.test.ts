import { expect, test } from '@jest/globals';
import { VerifiedTokens } from '../src/verified.ts';

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

test('of more tokens than are remembered the oldest is forgotten', () => {
  const tokens = new VerifiedTokens<number>();
  for (let n = 0; n <= 20_000; n++) tokens.add(String(n), n, times);
  expect(tokens.get('0', 1_000_000)).toBeUndefined();
  expect([tokens.get('1', 1_000_000)?.value, tokens.get('20000', 1_000_000)?.value]).toEqual([1, 20_000]);
});
