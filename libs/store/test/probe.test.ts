import { eventually } from '@cups/testing';
import { expect, test } from '@jest/globals';
import { startProbe } from '../src/connection/probe.ts';

test('startProbe repeats a failed probe after a second, whatever its interval', async () => {
  let reads = 0;
  const probe = startProbe({
    read: () => ((reads += 1) === 1 ? Promise.reject(new Error('unavailable')) : Promise.resolve()),
    onChange: () => {},
    intervalMs: 60_000,
    timeoutMs: 1_000,
  });
  await eventually(() => probe.isAvailable());
  expect(reads).toBe(2);
  probe.stop();
});
