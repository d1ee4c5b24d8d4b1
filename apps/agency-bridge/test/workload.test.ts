import { describe, expect, test } from '@jest/globals';
import { computeWorkload } from '../src/domain/workload.ts';
import type { DecidedWork, OpenWork } from '../src/domain/workload.ts';

const [ANA, ION] = ['operators/ana', 'operators/ion'];
const day = (n: number, hour = 8) => new Date(Date.UTC(2026, 2, n, hour));

const open = (arrival: Date, more: Partial<OpenWork> = {}): OpenWork => ({ queueTime: arrival, ...more });
const decided = (assignee: string, arrival: Date, answerTime: Date): DecidedWork => ({
  ...{ assignee, queueTime: arrival, answerTime },
});

describe('computeWorkload', () => {
  test('counts by assignee, those without one too, most open deliveries first', () => {
    const rows = computeWorkload(
      [
        open(day(3), { assignee: ION }),
        open(day(5), { sendTime: day(6), assignee: ANA, dueDate: '2026-03-09' }),
        open(day(7), { assignee: ANA, dueDate: '2026-03-10' }),
        open(day(8)),
      ],
      [decided(ION, day(1), day(3))],
      '2026-03-10',
    );
    expect(rows).toEqual([
      { assignee: ANA, open: 2, overdue: 1, oldestTime: day(6), decided: 0, medianDays: undefined },
      { assignee: '', open: 1, overdue: 0, oldestTime: day(8), decided: 0, medianDays: undefined },
      { assignee: ION, open: 1, overdue: 0, oldestTime: day(3), decided: 1, medianDays: 2 },
    ]);
  });

  test.each<[days: [from: number, to: number, hour?: number][], median: number | undefined]>([
    [[], undefined],
    [[[1, 4]], 3],
    [
      [
        [1, 2],
        [1, 11],
        [1, 4],
      ],
      3,
    ],
    [
      [
        [1, 2],
        [1, 4],
      ],
      2,
    ],
    [[[1, 2, 14]], 1.3],
  ])('the median of %j is %s days', (spans, medianDays) => {
    const all = spans.map(([from, to, hour]) => decided(ANA, day(from), day(to, hour)));
    expect(computeWorkload([open(day(1), { assignee: ANA })], all, '2026-03-10')[0]).toMatchObject({
      decided: spans.length,
      medianDays,
    });
  });
});
