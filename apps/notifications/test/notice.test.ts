import { describe, expect, test } from '@jest/globals';
import { isTooOld, scheduleRetry, nextDue, markSent } from '../src/domain/notice.ts';
import { at, before, notice, now, retryPolicy } from './fixtures.ts';

describe('a try that failed', () => {
  test('A try that failed is repeated later and later, at most a minute apart', () =>
    expect(
      [0, 1, 2, 7, 19].map((attempts) => {
        const { due } = scheduleRetry(notice({ attempts }), 'smtp-away', now, retryPolicy);
        return due!.getTime() - now.getTime();
      }),
    ).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]));
  test('A try that failed is the last one when the event is too old to be of use', () => {
    expect(scheduleRetry(notice(), 'smtp-away', now, retryPolicy)).toMatchObject({ state: 'compose', attempts: 1 });
    const old = scheduleRetry(notice({ eventTime: before(retryPolicy.maxAgeMs + 1) }), 'smtp-away', now, retryPolicy);
    expect(old).toMatchObject({ state: 'failed', failCause: 'smtp-away' });
  });
});

test('A thread wakes for the first of its open notices', () => {
  const open = [
    notice({ due: at(5) }),
    notice({ state: 'pending', due: at(3) }),
    markSent(notice({ due: at(1) }), now),
  ];
  expect(nextDue(open)).toEqual(at(3));
  expect(nextDue([markSent(notice(), now)])).toBeUndefined();
});

test('An event of seven days is told, an older one is not', () => {
  expect(isTooOld(before(retryPolicy.maxAgeMs), now, retryPolicy)).toBe(false);
  expect(isTooOld(before(retryPolicy.maxAgeMs + 1), now, retryPolicy)).toBe(true);
});
