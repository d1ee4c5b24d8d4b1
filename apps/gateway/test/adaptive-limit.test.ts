import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AdaptiveLimit } from '../src/http/adaptive-limit.ts';
import type { LimitedRequest } from '../src/http/adaptive-limit.ts';

let nowMs: number;
let limit: AdaptiveLimit;

beforeEach(() => {
  nowMs = 0;
  limit = new AdaptiveLimit({ max: 512, slowMs: 5_000, clock: () => nowMs });
});

function fill(): LimitedRequest[] {
  const begun: LimitedRequest[] = [];
  while (!limit.isFull) begun.push(limit.begin());
  return begun;
}
const begin = (count: number) => Array.from({ length: count }, () => limit.begin());
const finish = (requests: LimitedRequest[], outcome?: 'served' | 'overloaded') => {
  for (const request of requests) {
    if (outcome) limit.record(request, outcome);
    limit.end();
  }
};

describe('the limit of an operation', () => {
  test('admits the maximum before any overload', () => {
    const requests = fill();
    expect(requests).toHaveLength(512);
    finish(requests, 'served');
    expect(fill()).toHaveLength(512);
  });

  test('decreases once for all requests that ran at the time', () => {
    finish(begin(100), 'overloaded');
    expect(fill()).toHaveLength(80);
  });

  test('decreases again for requests that began later, and never below 16', () => {
    finish(begin(100), 'overloaded');
    finish(fill(), 'overloaded');
    const remaining = fill();
    expect(remaining).toHaveLength(64);
    finish(remaining);
    for (let round = 0; round < 20; round += 1) finish(fill(), 'overloaded');
    expect(fill()).toHaveLength(16);
  });

  test('does not decrease below 16 for a single request', () => {
    finish(begin(1), 'overloaded');
    expect(fill()).toHaveLength(16);
  });

  test('gives way to other requests ten times a second at most', () => {
    limit = new AdaptiveLimit({ min: 2, max: 512, slowMs: 5_000, clock: () => nowMs });
    const running = begin(100);
    limit.giveWay();
    limit.giveWay();
    finish(running);
    const remaining = fill();
    expect(remaining).toHaveLength(80);
    nowMs = 100;
    limit.giveWay();
    finish(remaining);
    expect(fill()).toHaveLength(64);
  });

  test('increases by about one for each round of served requests', () => {
    finish(begin(100), 'overloaded');
    finish(fill(), 'served');
    const remaining = fill();
    expect(remaining).toHaveLength(80);
    finish(remaining, 'served');
    expect(fill()).toHaveLength(81);
  });

  test('decreases for slow requests in proportion to their duration', () => {
    const requests = begin(100);
    nowMs = 10_000;
    finish(requests, 'served');
    expect(fill()).toHaveLength(50);
  });

  test('ignores requests without an outcome', () => {
    finish(begin(100));
    expect(fill()).toHaveLength(512);
  });

  test('settles near the capacity of an upstream that refuses what exceeds it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 200 }), (capacity) => {
        limit = new AdaptiveLimit({ max: 512, slowMs: 5_000, clock: () => 0 });
        const admitted: number[] = [];
        for (let round = 0; round < 80; round += 1) {
          const requests = fill();
          admitted.push(requests.length);
          finish(requests.slice(0, capacity), 'served');
          finish(requests.slice(capacity), 'overloaded');
        }
        const settled = admitted.slice(30);
        expect(Math.min(...settled)).toBeGreaterThanOrEqual(Math.floor(capacity * 0.78));
        expect(Math.max(...settled)).toBeLessThanOrEqual(capacity + 2);
      }),
      { numRuns: 5 },
    );
  });
});
