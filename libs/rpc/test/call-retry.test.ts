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

describe('decideRetry', () => {
  test.each<[string, Partial<AttemptFailure>, ReturnType<typeof decideRetry>]>([
    ['repeats after a lost connection', {}, 'repeat'],
    ['repeats after the upstream became unavailable', { code: status.UNAVAILABLE }, 'repeat'],
    ['rejects after the third attempt', { attempt: 3 }, 'refuse'],
    ['rejects a rejection by the upstream itself', { isTransportFailure: false, code: status.NOT_FOUND }, 'refuse'],
    ['rejects for an upstream that is down for long', { recent: false }, 'refuse'],
    [
      'rejects UNAVAILABLE on an open connection, which the channel has retried',
      { code: status.UNAVAILABLE, ready: true },
      'refuse',
    ],
    ['repeats after a reset stream on an open connection', { ready: true }, 'repeat'],
    ['rejects for a caller that does not wait', { waitForReady: false }, 'refuse'],
    ['rejects for a caller that cancelled', { aborted: true }, 'refuse'],
    ['rejects after the end of the call', { late: true }, 'refuse'],
    ['is too late if the upstream cancelled at the deadline', { code: status.CANCELLED, late: true }, 'too-late'],
    [
      'rejects for a caller that cancelled at the deadline',
      { code: status.CANCELLED, late: true, aborted: true },
      'refuse',
    ],
  ])('%s', (_what, failure, next) => expect(decideRetry({ ...cutOff, ...failure })).toBe(next));

  test('repeats at most twice, in time, and never for a caller that cancelled', () => {
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

describe('CallBudget', () => {
  const budget: CallBudget = { latest: 10_000, limit: 3_000, remainingWaitMs: 5_000 };

  test('uses the call limit, bounded by the deadline of the caller', () => {
    expect(callEnd(budget)).toBe(3_000);
    expect(callEnd({ ...budget, latest: 2_000 })).toBe(2_000);
  });

  test('extends the limit by a wait, up to the maximum wait', () => {
    const after = extendByWait(4_000, budget);
    expect(after).toEqual({ latest: 10_000, limit: 7_000, remainingWaitMs: 1_000 });
    expect(computeMaxWait(4_000, after)).toBe(1_000);
    expect(computeMaxWait(9_500, after)).toBe(500);
  });

  test('never exceeds the deadline of the caller, however often it waits', () => {
    const waitTimes = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 10 });
    fc.assert(
      fc.property(waitTimes, (all) => {
        const after = all.reduce((left, ms) => extendByWait(ms, left), budget);
        expect(callEnd(after)).toBeLessThanOrEqual(budget.latest);
        expect(after.limit - budget.limit).toBe(budget.remainingWaitMs - after.remainingWaitMs);
      }),
    );
  });
});
