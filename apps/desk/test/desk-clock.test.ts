import { beforeEach, expect, jest, test } from '@jest/globals';
import { clockOffset, deskNow, recordServerTime } from '../src/api/desk-clock.ts';

/** The correction of a wrong clock by the header Date of responses. */

const NOW = Date.parse('2026-11-29T10:00:00Z');
const at = (ms: number) => new Date(ms).toUTCString();

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  recordServerTime(at(NOW), NOW);
});

test('dates acts by the platform when the PC is slow or fast', () => {
  recordServerTime(at(NOW + 600_000), NOW);
  expect(Math.abs(deskNow() - NOW - 600_000)).toBeLessThan(1_000);
  recordServerTime(at(NOW - 86_400_000), NOW);
  expect(Math.abs(deskNow() - NOW + 86_400_000)).toBeLessThan(1_000);
  recordServerTime(at(NOW), NOW);
  expect(clockOffset()).toBe(0);
  expect(deskNow()).toBe(NOW);
});

test('takes the middle of a slow request, and ignores the resolution of the header', () => {
  // Sent 8 s ago: the response was made 4 s ago.
  recordServerTime(at(NOW - 4_000), NOW - 8_000);
  expect(clockOffset()).toBe(0);
  recordServerTime(at(NOW + 600_000), NOW);
  const offset = clockOffset();
  recordServerTime(at(NOW + 601_000), NOW);
  expect(clockOffset()).toBe(offset);
});

test('ignores a response without a valid date', () => {
  recordServerTime(null, NOW);
  recordServerTime('tomorrow', NOW);
  expect(clockOffset()).toBe(0);
});
