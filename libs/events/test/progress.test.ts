import { describe, expect, test } from '@jest/globals';
import { follow, rebuildAfterMs, stuckOf, type Standing } from '../src/consume/progress.ts';

/** Readings of one partition at the given seconds, as [second, position, end]. */
function after(...readings: [number, number, number][]): { standings: Map<string, Standing>; now: number } {
  let standings = new Map<string, Standing>();
  let now = 0;
  for (const [second, position, end] of readings) {
    now = second * 1_000;
    const reading = { topic: 't', partition: 0, position: BigInt(position), end: BigInt(end) };
    standings = follow(standings, [reading], now);
  }
  return { standings, now };
}

describe('a partition', () => {
  test.each<[string, boolean, [number, number, number][]]>([
    [
      'has lag and does not move',
      true,
      [
        [0, 5, 9],
        [30, 5, 9],
        [60, 5, 9],
      ],
    ],
    [
      'has lag that grows, and does not move',
      true,
      [
        [0, 5, 9],
        [30, 5, 20],
        [60, 5, 90],
      ],
    ],
    [
      'has lag, but not for long',
      false,
      [
        [0, 5, 9],
        [30, 5, 9],
        [59, 5, 9],
      ],
    ],
    [
      'moves, though slowly',
      false,
      [
        [0, 5, 9],
        [30, 6, 9],
        [60, 6, 9],
      ],
    ],
    [
      'is idle',
      false,
      [
        [0, 9, 9],
        [30, 9, 9],
        [600, 9, 9],
      ],
    ],
    [
      'was idle for long and got a message just now',
      false,
      [
        [0, 9, 9],
        [600, 9, 9],
        [630, 9, 10],
      ],
    ],
    [
      'was idle for long and got a message a minute ago',
      true,
      [
        [0, 9, 9],
        [600, 9, 10],
        [660, 9, 10],
      ],
    ],
    [
      'was read to its end after it had stood',
      false,
      [
        [0, 5, 9],
        [60, 5, 9],
        [90, 9, 9],
      ],
    ],
    ['is seen for the first time', false, [[900, 0, 9]]],
  ])('that %s: stuck %p', (_, stuck, readings) => {
    const { standings, now } = after(...readings);
    expect(stuckOf(standings, now, 60_000).length > 0).toBe(stuck);
  });

  test('is built anew at growing distances, up to a bound', () => {
    expect([0, 1, 2, 3, 4, 5, 99].map((times) => rebuildAfterMs(60_000, times) / 60_000)).toEqual([
      1, 2, 4, 8, 16, 16, 16,
    ]);
  });
});
