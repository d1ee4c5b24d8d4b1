import { describe, expect, test } from '@jest/globals';
import { createFetchTracker } from '../src/consume/fetch-tracker.ts';

describe('createFetchTracker', () => {
  test('accepts messages once every broker was fetched after the join', () => {
    const freshness = createFetchTracker();
    freshness.groupJoined();
    freshness.fetchStarted(1, 0);
    freshness.fetchStarted(2, 0);
    expect(freshness.isFresh(1)).toBe(true);
  });

  test('rejects messages while another broker may answer an earlier fetch', () => {
    const freshness = createFetchTracker();
    freshness.groupJoined();
    freshness.fetchStarted(1, 0);
    freshness.fetchStarted(2, 0);
    freshness.groupJoined();
    freshness.fetchStarted(1, 10);
    expect(freshness.isFresh(11)).toBe(false);
    // The old response has arrived and is being handed over.
    freshness.fetchEnded(2, 1_500);
    expect(freshness.isFresh(1_501)).toBe(false);
    freshness.fetchStarted(2, 1_510);
    expect(freshness.isFresh(1_511)).toBe(true);
  });

  test('does not wait for a broker that left long ago', () => {
    const freshness = createFetchTracker();
    freshness.groupJoined();
    freshness.fetchStarted(2, 0);
    freshness.fetchEnded(2, 100);
    freshness.groupJoined();
    freshness.fetchStarted(1, 200);
    expect(freshness.isFresh(300)).toBe(false);
    expect(freshness.isFresh(3_101)).toBe(true);
  });

  test('does not wait for a response for ever', () => {
    const freshness = createFetchTracker();
    freshness.groupJoined();
    freshness.fetchStarted(2, 0);
    freshness.groupJoined();
    freshness.fetchStarted(1, 200);
    expect(freshness.isFresh(20_000)).toBe(false);
    expect(freshness.isFresh(20_001)).toBe(true);
  });
});
