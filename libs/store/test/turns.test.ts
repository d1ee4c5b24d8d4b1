import { describe, expect, test } from '@jest/globals';
import { openTurns } from '../src/documents/turns.ts';

/** Work that is done when it is told so. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, done: resolve };
}

describe('turns', () => {
  test('of one key come one after the other, in the order in which they were asked for', async () => {
    const inTurn = openTurns();
    const seen: string[] = [];
    const first = held();
    const work = (name: string, until?: Promise<void>) => async () => {
      seen.push(`${name} begins`);
      await until;
      seen.push(`${name} ends`);
      return name;
    };
    const all = [inTurn('a', work('one', first.promise)), inTurn('a', work('two')), inTurn('a', work('three'))];
    first.done();
    expect(await Promise.all(all)).toEqual(['one', 'two', 'three']);
    expect(seen).toEqual(['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  test('of different keys do not wait for each other', async () => {
    const inTurn = openTurns();
    const first = held();
    const slow = inTurn('a', () => first.promise);
    expect(await inTurn('b', () => Promise.resolve('quick'))).toBe('quick');
    first.done();
    await slow;
  });

  test('go on after one that failed, whose error is its own', async () => {
    const inTurn = openTurns();
    const bad = inTurn('a', () => Promise.reject(new Error('mine')));
    const next = inTurn('a', () => Promise.resolve('next'));
    await expect(bad).rejects.toThrow('mine');
    expect(await next).toBe('next');
  });
});
