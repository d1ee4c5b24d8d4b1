import { expect, test } from '@jest/globals';
import { startPeriodic } from '../src/index.ts';

/** Work that repeats, and what holds it up. */

test('a run that never ends delays neither the next one nor the shutdown', async () => {
  const failures: unknown[] = [];
  const third = Promise.withResolvers<void>();
  let runs = 0;
  const work = async (): Promise<void> => {
    runs += 1;
    if (runs === 3) third.resolve();
    await new Promise<never>(() => {});
  };
  const onFailure = (error: unknown) => failures.push(error);
  const stop = startPeriodic({ firstMs: 0, everyMs: 1, maxMs: 5, work, onFailure });
  await third.promise;
  await stop();
  expect(failures.map((error) => (error as Error).message)).toContain('A periodic run did not end within 0.005 s.');
  expect(runs).toBe(3);
});

test('a run that fails is reported, and the next one follows', async () => {
  const failures: unknown[] = [];
  const second = Promise.withResolvers<void>();
  let runs = 0;
  const work = (): Promise<void> => {
    runs += 1;
    if (runs === 2) second.resolve();
    return runs === 1 ? Promise.reject(new Error('the store is down')) : Promise.resolve();
  };
  const stop = startPeriodic({ firstMs: 0, everyMs: 1, work, onFailure: (error) => failures.push(error) });
  await second.promise;
  await stop();
  expect(failures).toEqual([new Error('the store is down')]);
});
