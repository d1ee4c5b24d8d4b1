import { describe, expect, test } from '@jest/globals';
import { isTooOld, scheduleRetry, nextDue, markSent } from '../src/domain/notice.ts';
import { at, before, notice, now, retryPolicy } from './fixtures.ts';

describe('scheduleRetry', () => {
  test('doubles the delay up to one minute', () =>
    expect(
      [0, 1, 2, 7, 19].map((attempts) => {
        const { due } = scheduleRetry(notice({ attempts }), 'smtp-unavailable', now, retryPolicy);
        return due!.getTime() - now.getTime();
      }),
    ).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]));
  test('fails the notice when its event is too old', () => {
    expect(scheduleRetry(notice(), 'smtp-unavailable', now, retryPolicy)).toMatchObject({
      state: 'compose',
      attempts: 1,
    });
    const old = scheduleRetry(
      notice({ eventTime: before(retryPolicy.maxAgeMs + 1) }),
      'smtp-unavailable',
      now,
      retryPolicy,
    );
    expect(old).toMatchObject({ state: 'failed', failCause: 'smtp-unavailable' });
  });
});

test('nextDue returns the earliest due time of the open notices', () => {
  const open = [
    notice({ due: at(5) }),
    notice({ state: 'pending', due: at(3) }),
    markSent(notice({ due: at(1) }), now),
  ];
  expect(nextDue(open)).toEqual(at(3));
  expect(nextDue([markSent(notice(), now)])).toBeUndefined();
});

test('isTooOld accepts seven days and rejects more', () => {
  expect(isTooOld(before(retryPolicy.maxAgeMs), now, retryPolicy)).toBe(false);
  expect(isTooOld(before(retryPolicy.maxAgeMs + 1), now, retryPolicy)).toBe(true);
});
