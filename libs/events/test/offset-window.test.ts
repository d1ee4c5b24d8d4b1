import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OffsetWindow } from '../src/consume/offset-window.ts';

const from = (first: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ message: first + at, offset: BigInt(first + at) }));

describe('OffsetWindow', () => {
  test('has no commit point at first', () => {
    const window = new OffsetWindow<number>(3);
    window.accept(from(10, 2), 11n);
    expect(window.start()).toEqual([10, 11]);
    expect(window.commitPoint()).toBeUndefined();
  });

  test('commits up to the first hole, and past it once filled', () => {
    const window = new OffsetWindow<number>(10);
    window.accept(from(0, 4), 3n);
    window.start();
    window.done(1n);
    window.done(2n);
    expect(window.commitPoint()).toBeUndefined();
    window.done(0n);
    expect(window.commitPoint()).toBe(3n);
  });

  test('starts at most its limit, keeps the rest, and is full until that is started', () => {
    const window = new OffsetWindow<number>(3);
    window.accept(from(0, 5), 4n);
    expect(window.start()).toEqual([0, 1, 2]);
    expect(window.isFull()).toBe(true);
    window.done(1n);
    expect(window.start()).toEqual([]);
    window.done(0n);
    expect(window.start()).toEqual([3, 4]);
    expect(window.hasRoom()).toBe(false);
    for (const offset of [2n, 3n, 4n]) window.done(offset);
    expect(window.hasRoom()).toBe(true);
    expect(window.commitPoint()).toBe(5n);
  });

  test('passes invisible offsets: markers and compacted records', () => {
    const window = new OffsetWindow<number>(3);
    window.accept([], 6n);
    expect(window.commitPoint()).toBe(7n);
    window.accept(from(9, 1), 12n);
    window.start();
    expect(window.commitPoint()).toBe(7n);
    window.done(9n);
    expect(window.commitPoint()).toBe(13n);
  });

  test('counts a skipped batch as one message and continues after its last offset', () => {
    const window = new OffsetWindow<string>(3);
    window.accept([{ message: 'bomb', offset: 5n, last: 904n }], 904n);
    window.start();
    window.done(5n, { cause: 'BATCH_TOO_LARGE', fields: [] });
    expect(window.commitPoint()).toBe(905n);
    expect(window.takeRefused(905n)).toEqual([{ cause: 'BATCH_TOO_LARGE', fields: [], offset: 5n, last: 904n }]);
  });

  test('returns each refusal once, in order, up to the point, and again after a restore', () => {
    const window = new OffsetWindow<number>(10);
    window.accept(from(0, 4), 3n);
    window.start();
    for (const offset of [2n, 0n, 3n]) window.done(offset, { cause: 'X', fields: [] });
    expect(window.takeRefused(window.commitPoint() ?? 0n).map(({ offset }) => offset)).toEqual([0n]);
    window.done(1n);
    const refusals = window.takeRefused(window.commitPoint() ?? 0n);
    expect(refusals.map(({ offset }) => offset)).toEqual([2n, 3n]);
    window.restoreRefused(refusals);
    expect(window.takeRefused(4n)).toEqual(refusals);
    expect(window.takeRefused(4n)).toEqual([]);
  });

  test('is full before many unstored refusals accumulate', () => {
    const window = new OffsetWindow<number>(10, 20);
    for (let at = 0; at < 20; at += 1) {
      window.accept(from(at, 1), BigInt(at));
      window.start();
      window.done(BigInt(at), { cause: 'X', fields: [] });
    }
    expect(window.isFull()).toBe(true);
    window.takeRefused(20n);
    expect(window.hasRoom()).toBe(true);
  });

  test('starts each message once, in order, and commits only completed ones', () => {
    const steps = fc.array(
      fc.oneof(
        fc.integer({ min: 1, max: 9 }),
        fc.nat(50).map((pick) => -pick - 1),
      ),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 12 }), (given, limit) => {
        const window = new OffsetWindow<number>(limit);
        const started: number[] = [];
        const open: number[] = [];
        let acceptedCount = 0;
        const start = () => {
          for (const one of window.start()) {
            started.push(one);
            open.push(one);
          }
          expect(open.length).toBeLessThanOrEqual(limit);
          const point = window.commitPoint();
          if (point !== undefined) for (const one of open) expect(BigInt(one)).toBeGreaterThanOrEqual(point);
        };
        const finish = (pick: number) => {
          const [one] = open.splice(pick % Math.max(1, open.length), 1);
          if (one !== undefined) window.done(BigInt(one));
        };
        for (const step of given) {
          if (step > 0) {
            window.accept(from(acceptedCount, step), BigInt(acceptedCount + step - 1));
            acceptedCount += step;
          } else finish(-step);
          start();
        }
        while (open.length > 0) {
          finish(0);
          start();
        }
        expect(started).toEqual(Array.from({ length: acceptedCount }, (_, at) => at));
        if (acceptedCount > 0) expect(window.commitPoint()).toBe(BigInt(acceptedCount));
        expect(window.isFull()).toBe(false);
      }),
    );
  });
});
