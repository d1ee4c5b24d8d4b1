import { describe, expect, test } from '@jest/globals';
import { computeRatios, formatRatios } from '../compare/ratios.ts';

describe('ratios of two sides', () => {
  test('divide within each round, so that a slower round does not count as a change', () => {
    const rounds = [
      { base: { pairs: 100 }, current: { pairs: 200 } },
      { base: { pairs: 10 }, current: { pairs: 20 } },
      { base: { pairs: 50 }, current: { pairs: 150 } },
    ];
    expect(computeRatios(rounds)).toEqual({
      pairs: { base: 50, current: 150, ratio: { median: 2, least: 2, most: 3 } },
    });
  });

  test('take the mean of the two middle rounds of an even number', () => {
    const rounds = [2, 6, 4, 40].map((pairs) => ({ base: { pairs: 2 }, current: { pairs } }));
    expect(computeRatios(rounds)['pairs']).toEqual({ base: 2, current: 5, ratio: { median: 2.5, least: 1, most: 20 } });
  });

  test('leave out a figure that a round lacks', () => {
    const rounds = [
      { base: { pairs: 1, store: 2 }, current: { pairs: 1, store: 2 } },
      { base: { pairs: 1 }, current: { pairs: 1, store: 2 } },
    ];
    expect(Object.keys(computeRatios(rounds))).toEqual(['pairs']);
  });

  test('are printed with both sides and the spread', () => {
    const text = formatRatios(computeRatios([{ base: { pairs: 2 }, current: { pairs: 3 } }]));
    expect(text).toMatch(/commit +this checkout +ratio +least +most\n *pairs +2 +3 +1\.5 +1\.5 +1\.5$/);
  });
});
