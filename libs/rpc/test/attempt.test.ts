import { describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterFailure, afterWaiting, endOf, waitFrom } from '../src/attempt.ts';
import type { Budget, Failure } from '../src/attempt.ts';

const cutOff: Failure = {
  code: status.INTERNAL,
  unreached: true,
  recent: true,
  ready: false,
  wait: true,
  attempt: 1,
  late: false,
  aborted: false,
};

describe('a call whose attempt failed', () => {
  test.each<[string, Partial<Failure>, ReturnType<typeof afterFailure>]>([
    ['because its connection ended is sent again', {}, 'repeat'],
    ['because the neighbour went away is sent again', { code: status.UNAVAILABLE }, 'repeat'],
    ['for the third time is refused', { attempt: 3 }, 'refuse'],
    ['by a refusal of the neighbour itself is refused', { unreached: false, code: status.NOT_FOUND }, 'refuse'],
    ['by a neighbour that was away for long is refused', { recent: false }, 'refuse'],
    [
      'as unavailable at a good connection is refused: the channel repeated it',
      { code: status.UNAVAILABLE, ready: true },
      'refuse',
    ],
    ['by a reset stream of a good connection is sent again', { ready: true }, 'repeat'],
    ['of a caller that would not wait is refused', { wait: false }, 'refuse'],
    ['of a caller that gave up is refused', { aborted: true }, 'refuse'],
    ['when its time is over is refused', { late: true }, 'refuse'],
    [
      'because the neighbour ended it when its time was over is too late',
      { code: status.CANCELLED, late: true },
      'too-late',
    ],
    ['because its caller ended it is refused', { code: status.CANCELLED, late: true, aborted: true }, 'refuse'],
  ])('%s', (_what, failure, next) => expect(afterFailure({ ...cutOff, ...failure })).toBe(next));

  test('is sent again at most twice, in time, and never for a caller that has gone', () => {
    const failure = fc.record({
      code: fc.constantFrom(status.INTERNAL, status.UNAVAILABLE, status.CANCELLED, status.UNKNOWN, status.NOT_FOUND),
      unreached: fc.boolean(),
      recent: fc.boolean(),
      ready: fc.boolean(),
      wait: fc.boolean(),
      attempt: fc.integer({ min: 1, max: 9 }),
      late: fc.boolean(),
      aborted: fc.boolean(),
    });
    fc.assert(
      fc.property(failure, (one) => {
        if (afterFailure(one) !== 'repeat') return;
        expect(one).toMatchObject({ unreached: true, recent: true, wait: true, late: false, aborted: false });
        expect(one.attempt).toBeLessThan(3);
      }),
    );
  });
});

describe('the time of a call', () => {
  const budget: Budget = { latest: 10_000, limit: 3_000, patience: 5_000 };

  test('is the neighbour’s, but never beyond the caller’s deadline', () => {
    expect(endOf(budget)).toBe(3_000);
    expect(endOf({ ...budget, latest: 2_000 })).toBe(2_000);
  });

  test('begins anew after a wait, of which there is only so much', () => {
    const after = afterWaiting(4_000, budget);
    expect(after).toEqual({ latest: 10_000, limit: 7_000, patience: 1_000 });
    expect(waitFrom(4_000, after)).toBe(1_000);
    expect(waitFrom(9_500, after)).toBe(500);
  });

  test('never ends after the caller’s deadline, however often it waits', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 10 });
    fc.assert(
      fc.property(waits, (all) => {
        const after = all.reduce((left, ms) => afterWaiting(ms, left), budget);
        expect(endOf(after)).toBeLessThanOrEqual(budget.latest);
        expect(after.limit - budget.limit).toBe(budget.patience - after.patience);
      }),
    );
  });
});
