import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { groupAccessLog } from '../src/index.ts';

const ANA = 'operators/ana';
const at = (clock: string, operator = ANA, kind = 'details', application = 'a') => ({
  application,
  operator,
  kind,
  accessTime: `2026-11-24T${clock}Z`,
});
const groupsOf = (entries: ReturnType<typeof at>[]) =>
  groupAccessLog(entries).map(({ first, last, count, kinds }) => [
    last.operator,
    first.accessTime.slice(11, 19),
    last.accessTime.slice(11, 19),
    count,
    kinds.join(' '),
  ]);

describe('groupAccessLog', () => {
  test('joins entries within 15 minutes to one group with times and count', () => {
    const entries = Array.from({ length: 13 }, (_, n) => at(`08:0${Math.floor(n / 4)}:${10 + (n % 4) * 15}`));
    expect(groupsOf(entries)).toEqual([[ANA, '08:00:10', '08:03:10', 13, 'details']]);
  });

  test('lists each kind once, in chronological order', () => {
    const entries = [at('08:00:00', ANA, 'search'), at('08:01:00'), at('08:02:00', ANA, 'slip'), at('08:03:00')];
    expect(groupsOf(entries.toReversed())).toEqual([[ANA, '08:00:00', '08:03:00', 4, 'search details slip']]);
  });

  test('starts a new group after 15 minutes, and per operator and application', () => {
    const bob = 'operators/bob';
    const entries = [
      at('08:00:00'),
      at('08:14:59'),
      at('08:15:00'),
      at('08:01:00', bob),
      at('08:02:00', ANA, 'details', 'b'),
    ];
    expect(groupsOf(entries)).toEqual([
      [ANA, '08:15:00', '08:15:00', 1, 'details'],
      [ANA, '08:00:00', '08:14:59', 2, 'details'],
      [ANA, '08:02:00', '08:02:00', 1, 'details'],
      [bob, '08:01:00', '08:01:00', 1, 'details'],
    ]);
  });

  test('keeps every entry and bounds each group to 15 minutes', () => {
    const entry = fc.record({
      operator: fc.constantFrom('a', 'b'),
      kind: fc.constantFrom('details', 'slip'),
      accessTime: fc.integer({ min: 0, max: 7_200_000 }).map((ms) => new Date(ms).toISOString()),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
        const groups = groupAccessLog(entries);
        expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(entries.length);
        for (const { first, last, kinds } of groups) {
          const span = Date.parse(last.accessTime) - Date.parse(first.accessTime);
          expect(span).toBeGreaterThanOrEqual(0);
          expect(span).toBeLessThan(15 * 60_000);
          expect(new Set(kinds).size).toBe(kinds.length);
        }
      }),
    );
  });
});
