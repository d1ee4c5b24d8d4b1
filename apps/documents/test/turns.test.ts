import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { createTurns } from '../src/turns.ts';

/** Starts tasks that end when the test says so. @returns the names of the started ones, and what ends the oldest */
function follow(limit: number) {
  const run = createTurns(limit);
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const add = (owner: string, name: string): void =>
    void run(owner, () => {
      started.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  return { add, started, endOldest: () => (ends.shift()!(), setImmediate()) };
}

test('serves owners in turns, and the tasks of one in order', async () => {
  const { add, started, endOldest } = follow(1);
  for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2', 'b2']) add(name[0]!, name);
  await setImmediate();
  for (let count = 0; count < 6; count++) await endOldest();
  expect(started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'c2']);
});

test('leaves a place to others', async () => {
  const { add, started, endOldest } = follow(3);
  for (let task = 1; task <= 5; task++) add('a', `a${task}`);
  await setImmediate();
  expect(started).toEqual(['a1', 'a2']);
  add('b', 'b1');
  await setImmediate();
  expect(started).toEqual(['a1', 'a2', 'b1']);
  await endOldest();
  expect(started).toEqual(['a1', 'a2', 'b1', 'a3']);
});

test('continues after a task that fails', async () => {
  const run = createTurns(1);
  await expect(run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(run('b', () => Promise.resolve(1))).resolves.toBe(1);
});
