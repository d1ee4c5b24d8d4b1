import { describe, expect, test } from '@jest/globals';
import { createKeyedMutex } from '../src/documents/keyed-mutex.ts';

/** Returns a task that the test completes. */
function createGate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, done: resolve };
}

describe('createKeyedMutex', () => {
  test('runs tasks with the same key one at a time, in order', async () => {
    const inTurn = createKeyedMutex();
    const seen: string[] = [];
    const first = createGate();
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

  test('runs tasks with different keys concurrently', async () => {
    const inTurn = createKeyedMutex();
    const first = createGate();
    const slow = inTurn('a', () => first.promise);
    expect(await inTurn('b', () => Promise.resolve('quick'))).toBe('quick');
    first.done();
    await slow;
  });

  test('continues after a failed task, which rejects with its own error', async () => {
    const inTurn = createKeyedMutex();
    const bad = inTurn('a', () => Promise.reject(new Error('mine')));
    const next = inTurn('a', () => Promise.resolve('next'));
    await expect(bad).rejects.toThrow('mine');
    expect(await next).toBe('next');
  });
});
