import { describe, expect, test } from '@jest/globals';
import { overloaded } from '../src/http/admission.ts';
import { RefusalRate } from '../src/http/refusal-rate.ts';

describe('RefusalRate', () => {
  let nowMs = 0;
  const rate = new RefusalRate(() => nowMs);
  const record = (admitted: number, refused: number) => {
    for (let n = 0; n < admitted; n += 1) rate.record('admitted');
    for (let n = 0; n < refused; n += 1) rate.record('refused');
  };

  test.each([
    ['nothing yet', 0, 0, 0, 0],
    ['the first second', 100, 5, 10, 2],
    ['the second before, too', 1_100, 5, 20, 3],
    ['not the one before that', 2_100, 0, 5, 5],
    ['refusals without an admitted request', 9_000, 0, 7, 7],
    ['nothing after a pause', 20_000, 0, 0, 0],
  ])('counts %s', (_, atMs, admitted, refused, perAdmitted) => {
    nowMs = atMs;
    record(admitted, refused);
    expect(rate.perAdmitted).toBe(perAdmitted);
  });
});

test.each([
  [0, 1_000, 3_000],
  [1, 1_000, 3_000],
  [2, 2_000, 6_000],
  [1_000, 4_000, 12_000],
])('%d refused for each admitted request make clients wait %d to %d ms', (perAdmitted, least, most) => {
  const waits = Array.from({ length: 50 }, () => overloaded('x', perAdmitted).retryAfterMs!);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(least);
  expect(Math.max(...waits)).toBeLessThanOrEqual(most);
  expect(new Set(waits).size).toBeGreaterThan(10);
});
