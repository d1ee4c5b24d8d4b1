import { expect, test } from '@jest/globals';
import { checkRetryMs } from '../src/domain/check-retry.ts';

const uploadTime = new Date('2026-11-02T08:00:00Z');
const MINUTE_S = 60;

test.each([
  ['the first failure of a file', 1, 1, true, 5],
  ['the third failure of a file', 3, 1, true, 20],
  ['the start of an outage', 1, 1, false, 5],
  ['an outage of 8 minutes', 1, 8 * MINUTE_S, false, 2 * MINUTE_S],
  ['an outage of a day', 1, 24 * 60 * MINUTE_S, false, 5 * MINUTE_S],
])('%s delays the next check by its share', (_, checkAttempts, waitedS, isCounted, delayS) => {
  const now = new Date(uploadTime.getTime() + waitedS * 1000);
  expect(checkRetryMs({ checkAttempts, uploadTime }, isCounted, now, () => 0)).toBe(delayS * 1000);
});
