import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  markCommitted,
  collectOffsets,
  planCommit,
  collectRefusals,
  rollBackCommit,
  type ActivePartition,
} from '../src/consume/commit-plan.ts';
import { OffsetWindow } from '../src/consume/offset-window.ts';

/** A partition fetched up to `count` with the `done` messages completed; refused ones have cause X. */
function partition(at: number, count: number, done: { offset: number; refused?: boolean }[]): ActivePartition<number> {
  const window = new OffsetWindow<number>(100);
  const messages = Array.from({ length: count }, (_, offset) => ({ message: offset, offset: BigInt(offset) }));
  window.accept(messages, BigInt(count - 1));
  window.start();
  for (const { offset, refused } of done) {
    window.done(BigInt(offset), refused ? { cause: 'X', fields: ['f'] } : undefined);
  }
  return { topic: 't', partition: at, window };
}

describe('planCommit', () => {
  test('is empty while the first message of a partition is incomplete', () => {
    expect(planCommit([partition(0, 3, [{ offset: 1 }, { offset: 2, refused: true }])])).toEqual([]);
  });

  test('stores earlier refusals and then commits each advanced partition', () => {
    const plan = planCommit([
      partition(0, 3, [
        { offset: 0, refused: true },
        { offset: 2, refused: true },
      ]),
      partition(1, 2, []),
      partition(2, 2, [{ offset: 0 }, { offset: 1 }]),
    ]);
    expect(collectRefusals(plan)).toEqual([
      { topic: 't', partition: 0, offset: '0', lastOffset: '0', cause: 'X', fields: ['f'] },
    ]);
    expect(collectOffsets(plan, 'p.')).toEqual([
      { topic: 'p.t', partition: 0, offset: '1' },
      { topic: 'p.t', partition: 2, offset: '2' },
    ]);
  });

  test('is empty after a commit until the partition advances', () => {
    const at = partition(0, 3, [{ offset: 0 }]);
    markCommitted(planCommit([at]));
    expect(planCommit([at])).toEqual([]);
    at.window.done(1n);
    expect(collectOffsets(planCommit([at]), '')).toEqual([{ topic: 't', partition: 0, offset: '2' }]);
  });

  test('repeats everything after a failed store', () => {
    const at = partition(0, 3, [
      { offset: 0, refused: true },
      { offset: 1, refused: true },
    ]);
    const first = planCommit([at]);
    rollBackCommit(first);
    expect(planCommit([at])).toEqual(first);
  });

  test('stores each refusal once and before its commit, whatever fails', () => {
    const step = fc.oneof(
      fc.record({ done: fc.nat(29), refused: fc.boolean() }),
      fc.record({ flush: fc.constantFrom('works', 'fails') }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const at = partition(0, 30, []);
        const stored: string[] = [];
        const refused = new Set<string>();
        const open = new Set(Array.from({ length: 30 }, (_, offset) => offset));
        let reached = 0n;
        const flush = (works: boolean) => {
          const plan = planCommit([at]);
          if (!works) return rollBackCommit(plan);
          stored.push(...collectRefusals(plan).map(({ offset }) => offset));
          const [next] = collectOffsets(plan, '');
          reached = next ? BigInt(next.offset) : reached;
          markCommitted(plan);
        };
        for (const one of steps) {
          if ('flush' in one) flush(one.flush === 'works');
          else if (open.delete(one.done)) {
            at.window.done(BigInt(one.done), one.refused ? { cause: 'X', fields: [] } : undefined);
            if (one.refused) refused.add(String(one.done));
          }
          for (const offset of open) expect(BigInt(offset)).toBeGreaterThanOrEqual(reached);
          for (const offset of refused) if (BigInt(offset) < reached) expect(stored).toContain(offset);
        }
        expect(new Set(stored).size).toBe(stored.length);
      }),
    );
  });
});
