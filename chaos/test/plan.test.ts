import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SERVICES } from '@cups/tools/platform';
import { describeFault, FAULT_KINDS, planFaults, createRandom } from '../plan.ts';
import type { FaultKind, PlannedFault } from '../plan.ts';

const seeds = fc.string({ maxLength: 12 });
const overlaps = (a: PlannedFault, b: PlannedFault) => a.at < b.at + b.seconds && b.at < a.at + a.seconds;

describe('planFaults', () => {
  test('depends on the seed alone', () => {
    const plan = (seed: string) => planFaults({ seed, seconds: 300 });
    expect(plan('a')).toEqual(plan('a'));
    expect(plan('a')).not.toEqual(plan('b'));
  });

  test('starts after a quiet period, orders faults by time, and ends in time', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 10, max: 600 }), (seed, seconds) => {
        const plan = planFaults({ seed, seconds });
        expect(plan.map(({ at }) => at)).toEqual(plan.map(({ at }) => at).sort((a, b) => a - b));
        for (const step of plan) {
          expect(step.at).toBeGreaterThanOrEqual(4);
          expect(step.at + step.seconds).toBeLessThanOrEqual(seconds + 0.1);
        }
      }),
    );
  });

  test('plans one fault per process at a time, and few at once', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const plan = planFaults({ seed, seconds: 600 });
        for (const [n, step] of plan.entries()) {
          const others = plan.filter((other, m) => m !== n && overlaps(step, other));
          if (step.target) expect(others.map(({ target }) => target)).not.toContain(step.target);
          const away = plan.filter(
            (other) =>
              ['kills', 'pauses'].includes(other.kind) && other.at <= step.at && other.at + other.seconds > step.at,
          );
          expect(away.length).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  test('covers every kind and every process in ten minutes', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const plan = planFaults({ seed, seconds: 600 });
        expect([...new Set(plan.map(({ kind }) => kind))].sort()).toEqual([...FAULT_KINDS].sort());
        for (const kind of ['kills', 'restarts', 'pauses']) {
          const targets = plan.filter((step) => step.kind === kind).map(({ target }) => target);
          expect(targets).toEqual(expect.arrayContaining([...SERVICES, 'kafka', 'store']));
        }
        const pauses = plan.filter(({ kind, at }) => kind === 'pauses' && at < 560).map(({ seconds }) => seconds);
        expect(Math.min(...pauses)).toBeGreaterThanOrEqual(5);
        expect(Math.max(...pauses)).toBeLessThanOrEqual(30);
      }),
    );
  });
});

describe('a planned fault', () => {
  test('has one of the selected kinds', () => {
    const only: FaultKind[] = ['kills', 'overload'];
    const kinds = planFaults({ seed: 'a', seconds: 120, only }).map(({ kind }) => kind);
    expect([...new Set(kinds)].sort()).toEqual(only);
  });

  test('names its process in the log', () => {
    for (const step of planFaults({ seed: 'a', seconds: 600 })) {
      expect(describeFault(step)).toMatch(/^[\x20-\x7e]+$/);
      expect(describeFault(step)).not.toContain('undefined');
      if (step.target) expect(describeFault(step)).toContain(step.target);
    }
  });

  test('uses numbers spread over [0, 1)', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = createRandom(seed);
        const drawn = Array.from({ length: 1_000 }, random);
        expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...drawn)).toBeLessThan(1);
        const mean = drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
        expect(Math.abs(mean - 0.5)).toBeLessThan(0.08);
      }),
    );
  });
});
