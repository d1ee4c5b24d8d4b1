import { expect, jest, test } from '@jest/globals';
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

test('a run that never ends delays a shutdown by ten seconds, whatever its own limit is', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  try {
    const failures: unknown[] = [];
    const work = () => new Promise<never>(() => {});
    const onFailure = (error: unknown) => failures.push(error);
    const stop = startPeriodic({ firstMs: 0, everyMs: 3_600_000, work, onFailure });
    await jest.advanceTimersByTimeAsync(1);
    const stopped = stop();
    await jest.advanceTimersByTimeAsync(10_000);
    await stopped;
    expect(failures).toEqual([new Error('A periodic run did not end within 10 s.')]);
  } finally {
    jest.useRealTimers();
  }
});

test('a run that throws before it waits is reported too', async () => {
  const failed = Promise.withResolvers<unknown>();
  const work = (): Promise<void> => {
    throw new Error('at once');
  };
  const stop = startPeriodic({ firstMs: 0, everyMs: 60_000, work, onFailure: failed.resolve });
  expect(await failed.promise).toEqual(new Error('at once'));
  await stop();
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
