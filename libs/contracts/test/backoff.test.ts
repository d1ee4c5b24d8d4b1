import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoff, backoffMs } from '../src/index.ts';

describe('backoffMs', () => {
  test.each([
    [0, 0],
    [1, 200],
    [2, 400],
    [3, 800],
    [5, 3200],
    [6, 5000],
    [1000, 5000],
  ])('after %i failures returns %i ms', (failures, ms) => {
    expect(backoffMs(failures, { initialMs: 200, maxMs: 5000, jitter: 0 })).toBe(ms);
  });

  test('subtracts at most the jitter share and never adds', () => {
    const shape = { initialMs: 100, maxMs: 1000, jitter: 0.5 };
    expect(backoffMs(1, { ...shape, random: () => 0 })).toBe(100);
    expect(backoffMs(1, { ...shape, random: () => 0.5 })).toBe(75);
    expect(backoffMs(9, { ...shape, random: () => 0.5 })).toBe(750);
  });

  test('stays in the last quarter of the delay by default', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        random,
        (n, first, chance) => {
          const most = first * 8;
          const whole = backoffMs(n, { initialMs: first, maxMs: most, jitter: 0 });
          const ms = backoffMs(n, { initialMs: first, maxMs: most, random: () => chance });
          expect(ms).toBeLessThanOrEqual(whole);
          expect(ms).toBeGreaterThan(whole * 0.7499);
        },
      ),
    );
  });

  test('never decreases with further failures and is bounded by the maximum', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 100_000 }), (first, most) => {
        const delays = Array.from({ length: 60 }, (_, i) =>
          backoffMs(i + 1, { initialMs: first, maxMs: most, jitter: 0 }),
        );
        delays.forEach((ms, i) => expect(ms).toBeGreaterThanOrEqual(delays[i - 1] ?? 0));
        expect(delays.at(-1)).toBe(most);
      }),
    );
  });
});

test('backoff counts failures until a success and then restarts', () => {
  const wait = backoff({ initialMs: 10, maxMs: 30, jitter: 0 });
  expect(wait.failures()).toBe(0);
  expect([wait.next(), wait.next(), wait.next(), wait.next()]).toEqual([10, 20, 30, 30]);
  expect(wait.failures()).toBe(4);
  wait.reset();
  expect(wait.failures()).toBe(0);
  expect(wait.next()).toBe(10);
});
