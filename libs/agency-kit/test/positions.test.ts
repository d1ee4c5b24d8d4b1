import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Positions } from '../src/positions.ts';

const at = (offset: number, partition = 0) => ({ partition, offset: String(offset) });

describe('Positions', () => {
  test('commits each partition up to the end of processed messages', () => {
    const positions = new Positions();
    for (const [partition, offset] of [
      [0, 5],
      [0, 6],
      [1, 2],
    ] as const)
      expect(positions.advance(partition, offset)).toBe(true);
    expect(positions.committablePositions()).toEqual([at(7), at(3, 1)]);
    positions.markCommitted([at(7)]);
    expect(positions.committablePositions()).toEqual([at(3, 1)]);
  });
  test('does not advance to a message twice', () => {
    const positions = new Positions();
    positions.advance(0, 5);
    expect([positions.advance(0, 5), positions.advance(0, 4), positions.advance(0, 6)]).toEqual([false, false, true]);
  });
  test('commits nothing from the first open message on, in any order of completion', () => {
    const offsets = fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { maxLength: 20 });
    fc.assert(
      fc.property(offsets, fc.infiniteStream(fc.boolean()), fc.infiniteStream(fc.nat()), (some, opens, order) => {
        const positions = new Positions();
        const sorted = [...some].sort((a, b) => a - b);
        const open = new Map<number, () => void>();
        for (const offset of sorted) {
          positions.advance(3, offset);
          if (opens.next().value) open.set(offset, positions.open(3, offset));
        }
        for (;;) {
          const from = open.size > 0 ? Math.min(...open.keys()) : (sorted.at(-1) ?? -1) + 1;
          const moved = sorted.length > 0 && from !== sorted[0];
          expect(positions.committablePositions()).toEqual(moved ? [at(from, 3)] : []);
          if (open.size === 0) return;
          const [next, end] = [...open][(order.next().value as number) % open.size]!;
          end();
          open.delete(next);
        }
      }),
    );
  });
});
