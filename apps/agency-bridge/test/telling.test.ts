import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gather, newTelling, tell, TELL_AGAIN_MS } from '../src/domain/telling.ts';
import type { Gathered, Telling, Unplaced } from '../src/domain/telling.ts';

const T0 = Date.parse('2026-03-02T08:00:00Z');
const refused = (partition: number, offset: number, cause = 'NOT_JSON'): Unplaced => ({
  about: { topic: 'agency.asp.replies', partition, offset },
  lastOffset: offset,
  count: 1,
  cause,
  violations: [],
});
const step = (telling: Telling, messages: Unplaced[], ms: number) => tell(gather(telling, messages), new Date(T0 + ms));

describe('what an agency is told of messages that name none of its deliveries', () => {
  test('is told at once for each cause, then once in ten seconds with how many that were and where they lie', () => {
    const first = step(newTelling('asp', false), [refused(0, 5), refused(0, 6, 'FOREIGN_AGENCY')], 0);
    expect(first.says).toMatchObject([
      { cause: 'NOT_JSON', count: 1 },
      { cause: 'FOREIGN_AGENCY', count: 1 },
    ]);
    const flood = Array.from({ length: 500 }, (_, at) => refused(at % 2, 10 + at));
    const second = step(first.telling, flood, 1_000);
    expect(second.says).toEqual([]);
    expect(second.telling.timer?.due).toEqual(new Date(T0 + TELL_AGAIN_MS));
    const third = step(second.telling, [], TELL_AGAIN_MS);
    expect(third.says).toEqual([
      expect.objectContaining({
        count: 500,
        about: expect.objectContaining({ partition: 0, offset: 10 }),
        last: { partition: 1, offset: 509 },
      }),
    ]);
    expect(third.telling).toMatchObject({ gathered: [], timer: null });
  });

  test('counts every message once, however often and in what pieces they come, and is never more than one in ten seconds', () => {
    const piece = fc.record({
      upTo: fc.tuple(fc.nat(40), fc.nat(40)),
      repeat: fc.nat(10),
      wait: fc.nat(15_000),
    });
    const causes = ['NOT_JSON', 'FOREIGN_AGENCY', 'NOT_CLOUDEVENTS'];
    const messages = [0, 1].map((partition) =>
      Array.from({ length: 40 }, (_, offset) => refused(partition, offset, causes[offset % causes.length])),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        let telling = newTelling('asp', false);
        let now = 0;
        const reached = [0, 0];
        const told: (Gathered & { at: number })[] = [];
        const go = (some: Unplaced[]) => {
          const next = step(telling, some, now);
          telling = next.telling;
          told.push(...next.says.map((one) => Object.assign({ at: now }, one)));
        };
        for (const { upTo, repeat, wait } of pieces) {
          now += wait;
          // What was not committed comes again, and then goes on.
          go(
            [0, 1].flatMap((partition) => {
              const from = Math.max(0, reached[partition]! - repeat);
              reached[partition] = Math.max(reached[partition]!, upTo[partition]!);
              return messages[partition]!.slice(from, reached[partition]);
            }),
          );
        }
        for (let round = 0; round < 3; round += 1) {
          now += TELL_AGAIN_MS;
          go([]);
        }
        expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(reached[0]! + reached[1]!);
        for (const cause of causes) {
          const times = told.filter((one) => one.cause === cause).map(({ at }) => at);
          for (const [at, time] of times.entries())
            expect(time - (times[at - 1] ?? -Infinity)).toBeGreaterThanOrEqual(TELL_AGAIN_MS);
        }
        expect(telling.gathered).toEqual([]);
      }),
    );
  });
});
