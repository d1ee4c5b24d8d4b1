import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoff, backoffMs } from '../src/index.ts';

describe('how long is waited after failures in a row', () => {
  test.each([
    [0, 0],
    [1, 200],
    [2, 400],
    [3, 800],
    [5, 3200],
    [6, 5000],
    [1000, 5000],
  ])('after %i: %i ms', (failures, ms) => {
    expect(backoffMs(failures, { initialMs: 200, maxMs: 5000, jitter: 0 })).toBe(ms);
  });

  test('chance takes off up to the share that is named, and never adds', () => {
    const shape = { initialMs: 100, maxMs: 1000, jitter: 0.5 };
    expect(backoffMs(1, { ...shape, random: () => 0 })).toBe(100);
    expect(backoffMs(1, { ...shape, random: () => 0.5 })).toBe(75);
    expect(backoffMs(9, { ...shape, random: () => 0.5 })).toBe(750);
  });

  test('a wait without a jitter of its own lies in the last quarter below its length', () => {
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

  test('waits never become shorter while it goes on failing, and stop growing at the longest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 100_000 }), (first, most) => {
        const waits = Array.from({ length: 60 }, (_, i) =>
          backoffMs(i + 1, { initialMs: first, maxMs: most, jitter: 0 }),
        );
        waits.forEach((ms, i) => expect(ms).toBeGreaterThanOrEqual(waits[i - 1] ?? 0));
        expect(waits.at(-1)).toBe(most);
      }),
    );
  });
});

test('a back-off counts failures until a success, and begins again', () => {
  const wait = backoff({ initialMs: 10, maxMs: 30, jitter: 0 });
  expect(wait.failures()).toBe(0);
  expect([wait.next(), wait.next(), wait.next(), wait.next()]).toEqual([10, 20, 30, 30]);
  expect(wait.failures()).toBe(4);
  wait.reset();
  expect(wait.failures()).toBe(0);
  expect(wait.next()).toBe(10);
});
