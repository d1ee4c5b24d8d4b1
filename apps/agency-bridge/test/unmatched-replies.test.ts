import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { collect, newUnmatchedReplies, nextReports, REPORT_INTERVAL_MS } from '../src/domain/unmatched-replies.ts';
import type { UnmatchedReplyBatch, UnmatchedReplies, UnmatchedReply } from '../src/domain/unmatched-replies.ts';

const T0 = Date.parse('2026-03-02T08:00:00Z');
const refusedReply = (partition: number, offset: number, cause = 'NOT_JSON'): UnmatchedReply => ({
  position: { topic: 'agency.asp.replies', partition, offset },
  lastOffset: offset,
  count: 1,
  cause,
  violations: [],
});
const step = (unmatched: UnmatchedReplies, messages: UnmatchedReply[], ms: number) =>
  nextReports(collect(unmatched, messages), new Date(T0 + ms));

describe('collect and nextReports', () => {
  test('report each cause immediately, then every ten seconds with count and positions', () => {
    const first = step(
      newUnmatchedReplies('asp', false),
      [refusedReply(0, 5), refusedReply(0, 6, 'FOREIGN_AGENCY')],
      0,
    );
    expect(first.reports).toMatchObject([
      { cause: 'NOT_JSON', count: 1 },
      { cause: 'FOREIGN_AGENCY', count: 1 },
    ]);
    const flood = Array.from({ length: 500 }, (_, at) => refusedReply(at % 2, 10 + at));
    const second = step(first.unmatched, flood, 1_000);
    expect(second.reports).toEqual([]);
    expect(second.unmatched.timer?.due).toEqual(new Date(T0 + REPORT_INTERVAL_MS));
    const third = step(second.unmatched, [], REPORT_INTERVAL_MS);
    expect(third.reports).toEqual([
      expect.objectContaining({
        count: 500,
        position: expect.objectContaining({ partition: 0, offset: 10 }),
        last: { partition: 1, offset: 509 },
      }),
    ]);
    expect(third.unmatched).toMatchObject({ batches: [], timer: null });
  });

  test('count every message once, and report at most once in ten seconds', () => {
    const piece = fc.record({
      upTo: fc.tuple(fc.nat(40), fc.nat(40)),
      repeat: fc.nat(10),
      wait: fc.nat(15_000),
    });
    const causes = ['NOT_JSON', 'FOREIGN_AGENCY', 'NOT_CLOUDEVENTS'];
    const messages = [0, 1].map((partition) =>
      Array.from({ length: 40 }, (_, offset) => refusedReply(partition, offset, causes[offset % causes.length])),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        let unmatched = newUnmatchedReplies('asp', false);
        let now = 0;
        const reached = [0, 0];
        const reports: (UnmatchedReplyBatch & { at: number })[] = [];
        const go = (some: UnmatchedReply[]) => {
          const next = step(unmatched, some, now);
          unmatched = next.unmatched;
          reports.push(...next.reports.map((report) => Object.assign({ at: now }, report)));
        };
        for (const { upTo, repeat, wait } of pieces) {
          now += wait;
          // Uncommitted messages are repeated after a crash.
          go(
            [0, 1].flatMap((partition) => {
              const from = Math.max(0, reached[partition]! - repeat);
              reached[partition] = Math.max(reached[partition]!, upTo[partition]!);
              return messages[partition]!.slice(from, reached[partition]);
            }),
          );
        }
        for (let round = 0; round < 3; round += 1) {
          now += REPORT_INTERVAL_MS;
          go([]);
        }
        expect(reports.reduce((sum, { count }) => sum + count, 0)).toBe(reached[0]! + reached[1]!);
        for (const cause of causes) {
          const times = reports.filter((report) => report.cause === cause).map(({ at }) => at);
          for (const [at, time] of times.entries())
            expect(time - (times[at - 1] ?? -Infinity)).toBeGreaterThanOrEqual(REPORT_INTERVAL_MS);
        }
        expect(unmatched.batches).toEqual([]);
      }),
    );
  });
});
