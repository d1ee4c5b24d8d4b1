import { describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { decideRetry, extendByWait, callEnd, computeMaxWait } from '../src/call-retry.ts';
import type { CallBudget, AttemptFailure } from '../src/call-retry.ts';

const cutOff: AttemptFailure = {
  code: status.INTERNAL,
  isTransportFailure: true,
  recent: true,
  ready: false,
  waitForReady: true,
  attempt: 1,
  late: false,
  aborted: false,
};

describe('a call whose attempt failed', () => {
  test.each<[string, Partial<AttemptFailure>, ReturnType<typeof decideRetry>]>([
    ['because its connection ended is sent again', {}, 'repeat'],
    ['because the neighbour went away is sent again', { code: status.UNAVAILABLE }, 'repeat'],
    ['for the third time is refused', { attempt: 3 }, 'refuse'],
    [
      'by a refusal of the neighbour itself is refused',
      { isTransportFailure: false, code: status.NOT_FOUND },
      'refuse',
    ],
    ['by a neighbour that was away for long is refused', { recent: false }, 'refuse'],
    [
      'as unavailable at a good connection is refused: the channel repeated it',
      { code: status.UNAVAILABLE, ready: true },
      'refuse',
    ],
    ['by a reset stream of a good connection is sent again', { ready: true }, 'repeat'],
    ['of a caller that would not wait is refused', { waitForReady: false }, 'refuse'],
    ['of a caller that gave up is refused', { aborted: true }, 'refuse'],
    ['when its time is over is refused', { late: true }, 'refuse'],
    [
      'because the neighbour ended it when its time was over is too late',
      { code: status.CANCELLED, late: true },
      'too-late',
    ],
    ['because its caller ended it is refused', { code: status.CANCELLED, late: true, aborted: true }, 'refuse'],
  ])('%s', (_what, failure, next) => expect(decideRetry({ ...cutOff, ...failure })).toBe(next));

  test('is sent again at most twice, in time, and never for a caller that has gone', () => {
    const failure = fc.record({
      code: fc.constantFrom(status.INTERNAL, status.UNAVAILABLE, status.CANCELLED, status.UNKNOWN, status.NOT_FOUND),
      isTransportFailure: fc.boolean(),
      recent: fc.boolean(),
      ready: fc.boolean(),
      waitForReady: fc.boolean(),
      attempt: fc.integer({ min: 1, max: 9 }),
      late: fc.boolean(),
      aborted: fc.boolean(),
    });
    fc.assert(
      fc.property(failure, (one) => {
        if (decideRetry(one) !== 'repeat') return;
        expect(one).toMatchObject({
          isTransportFailure: true,
          recent: true,
          waitForReady: true,
          late: false,
          aborted: false,
        });
        expect(one.attempt).toBeLessThan(3);
      }),
    );
  });
});

describe('the time of a call', () => {
  const budget: CallBudget = { latest: 10_000, limit: 3_000, remainingWaitMs: 5_000 };

  test('is the neighbour’s, but never beyond the caller’s deadline', () => {
    expect(callEnd(budget)).toBe(3_000);
    expect(callEnd({ ...budget, latest: 2_000 })).toBe(2_000);
  });

  test('begins anew after a wait, of which there is only so much', () => {
    const after = extendByWait(4_000, budget);
    expect(after).toEqual({ latest: 10_000, limit: 7_000, remainingWaitMs: 1_000 });
    expect(computeMaxWait(4_000, after)).toBe(1_000);
    expect(computeMaxWait(9_500, after)).toBe(500);
  });

  test('never ends after the caller’s deadline, however often it waits', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 10 });
    fc.assert(
      fc.property(waits, (all) => {
        const after = all.reduce((left, ms) => extendByWait(ms, left), budget);
        expect(callEnd(after)).toBeLessThanOrEqual(budget.latest);
        expect(after.limit - budget.limit).toBe(budget.remainingWaitMs - after.remainingWaitMs);
      }),
    );
  });
});
