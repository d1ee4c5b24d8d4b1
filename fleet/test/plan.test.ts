import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planFleet, WRITES_PER_ACT } from '../plan.ts';
import type { DeskEvent } from '../plan.ts';

const options = fc.record({
  seed: fc.string({ maxLength: 12 }),
  desks: fc.integer({ min: 1, max: 20 }),
  acts: fc.integer({ min: 40, max: 400 }),
  hours: fc.integer({ min: 1, max: 72 }),
});

const writesOf = (events: readonly DeskEvent[]): number =>
  events.reduce((sum, event) => sum + (event.kind === 'act' ? WRITES_PER_ACT[event.act] : 0), 0);

describe('planFleet', () => {
  test('depends on the seed alone', () => {
    const plan = (seed: string) => planFleet({ seed, desks: 3, acts: 100, hours: 10 });
    expect(plan('a')).toEqual(plan('a'));
    expect(plan('a')).not.toEqual(plan('b'));
  });

  test('plans the number of acts, in order of time and within the run', () => {
    fc.assert(
      fc.property(options, (given) => {
        const plan = planFleet(given);
        expect(plan).toHaveLength(given.desks);
        const writes = plan.map(({ events }) => writesOf(events)).reduce((sum, count) => sum + count, 0);
        expect(writes).toBe(given.acts);
        for (const { events } of plan) {
          const times = events.map(({ at }) => at);
          expect(times).toEqual([...times].sort((a, b) => a - b));
          expect(Math.max(...times)).toBeLessThanOrEqual(given.hours);
        }
      }),
    );
  });

  test('gives every desk power cuts, kills, a full disk and two releases', () => {
    const [desk] = planFleet({ seed: 'faults', desks: 1, acts: 40, hours: 8 });
    const count = (kind: DeskEvent['kind']) => desk!.events.filter((event) => event.kind === kind).length;
    expect({
      cuts: count('power-cut'),
      kills: count('kill'),
      disks: count('disk'),
      releases: count('release'),
    }).toEqual({
      cuts: 2,
      kills: 2,
      disks: 2,
      releases: 2,
    });
    expect(count('line')).toBeGreaterThan(1);
  });
});
