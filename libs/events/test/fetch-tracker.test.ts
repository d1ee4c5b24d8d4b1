import { describe, expect, test } from '@jest/globals';
import { createFetchTracker } from '../src/consume/fetch-tracker.ts';

describe('what is handed over after a join', () => {
  test('is taken at once when every broker was asked after it', () => {
    const freshness = createFetchTracker();
    freshness.groupJoined();
    freshness.fetchStarted(1, 0);
    freshness.fetchStarted(2, 0);
    expect(freshness.isFresh(1)).toBe(true);
  });

  test('is left while another broker may still answer what it was asked before', () => {
    const freshness = createFetchTracker();
    freshness.groupJoined();
    freshness.fetchStarted(1, 0);
    freshness.fetchStarted(2, 0);
    freshness.groupJoined();
    freshness.fetchStarted(1, 10);
    expect(freshness.isFresh(11)).toBe(false);
    // The old answer is here, and is handed over now.
    freshness.fetchEnded(2, 1_500);
    expect(freshness.isFresh(1_501)).toBe(false);
    freshness.fetchStarted(2, 1_510);
    expect(freshness.isFresh(1_511)).toBe(true);
  });

  test('does not wait for a broker that has left, whose last answer was handed over long ago', () => {
    const freshness = createFetchTracker();
    freshness.groupJoined();
    freshness.fetchStarted(2, 0);
    freshness.fetchEnded(2, 100);
    freshness.groupJoined();
    freshness.fetchStarted(1, 200);
    expect(freshness.isFresh(300)).toBe(false);
    expect(freshness.isFresh(3_101)).toBe(true);
  });

  test('does not wait for an answer for ever', () => {
    const freshness = createFetchTracker();
    freshness.groupJoined();
    freshness.fetchStarted(2, 0);
    freshness.groupJoined();
    freshness.fetchStarted(1, 200);
    expect(freshness.isFresh(20_000)).toBe(false);
    expect(freshness.isFresh(20_001)).toBe(true);
  });
});
