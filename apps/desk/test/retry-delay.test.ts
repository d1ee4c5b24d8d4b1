import { describe, expect, test } from '@jest/globals';
import { ApiError, NetworkError } from '../src/api/client.ts';
import { RetryDelay } from '../src/outbox/retry-delay.ts';

describe('RetryDelay', () => {
  const lost = () => new NetworkError('no answer');
  const busy = (retryAfter?: number) =>
    new ApiError({ reason: 'OVERLOADED', status: 503 } as ApiError['problem'], retryAfter);

  test.each([
    ['doubles to five seconds while unreachable', [lost(), lost(), lost(), lost(), lost()], [1, 2, 4, 5, 5]],
    ['doubles to half a minute while overloaded', Array.from({ length: 6 }, () => busy()), [1, 2, 4, 8, 16, 30]],
    ['is at least what the platform asks for', [busy(7), busy(1)], [7, 2]],
    [
      'begins with a second when the platform is reachable again',
      [...Array.from({ length: 6 }, lost), busy()],
      [1, 2, 4, 5, 5, 5, 1],
    ],
  ])('%s', (_name, failures, seconds) => {
    const delay = new RetryDelay();
    expect(failures.map((failure) => delay.next(failure) / 1_000)).toEqual(seconds);
  });
});
