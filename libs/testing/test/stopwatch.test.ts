import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { startStopwatch } from '../src/index.ts';

test('counts what the process waits for, and at most the time of the wall clock', async () => {
  const startedAt = performance.now();
  const stopwatch = startStopwatch();
  await pause(300);
  const countedMs = stopwatch.stop();
  // Each tick of 10 ms counts something, however late it comes.
  expect(countedMs).toBeGreaterThan(25);
  expect(countedMs).toBeLessThanOrEqual(performance.now() - startedAt);
});

test('counts a pause of the process as one late tick', async () => {
  const stopwatch = startStopwatch();
  const end = performance.now() + 400;
  while (performance.now() < end);
  expect(stopwatch.stop()).toBeLessThanOrEqual(25);
});
