import { describe, expect, test } from '@jest/globals';
import { createKeyedMutex } from '../src/documents/keyed-mutex.ts';

/** Returns a task that the test completes. */
function createGate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, done: resolve };
}

describe('createKeyedMutex', () => {
  test('runs tasks with the same key one at a time, in order', async () => {
    const runExclusive = createKeyedMutex();
    const log: string[] = [];
    const first = createGate();
    const work = (name: string, until?: Promise<void>) => async () => {
      log.push(`${name} begins`);
      await until;
      log.push(`${name} ends`);
      return name;
    };
    const all = [
      runExclusive('a', work('one', first.promise)),
      runExclusive('a', work('two')),
      runExclusive('a', work('three')),
    ];
    first.done();
    expect(await Promise.all(all)).toEqual(['one', 'two', 'three']);
    expect(log).toEqual(['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  test('runs tasks with different keys concurrently', async () => {
    const runExclusive = createKeyedMutex();
    const first = createGate();
    const slow = runExclusive('a', () => first.promise);
    expect(await runExclusive('b', () => Promise.resolve('quick'))).toBe('quick');
    first.done();
    await slow;
  });

  test('continues after a failed task, which rejects with its own error', async () => {
    const runExclusive = createKeyedMutex();
    const failing = runExclusive('a', () => Promise.reject(new Error('mine')));
    const next = runExclusive('a', () => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('mine');
    expect(await next).toBe('next');
  });
});
