import { describe, expect, test } from '@jest/globals';
import { uniquePrefix } from '@cups/testing';
import { runFleet } from '../fleet.ts';
import { startFleetPlatform } from '../platform.ts';
import type { DeskEvent, DeskPlan } from '../plan.ts';

const HOURS = 8;

/** A desk that files applications on a day without a line, and has one power cut. */
function planDayWithoutLine(applications: number): DeskPlan {
  const file = (n: number): DeskEvent => ({ at: (HOURS * (n + 1)) / (applications + 2), kind: 'act', act: 'file' });
  const events: DeskEvent[] = [
    { at: 0, kind: 'line', isUp: false },
    ...Array.from({ length: applications }, (_, n) => file(n)),
    { at: HOURS, kind: 'power-cut' },
  ];
  return { desk: 0, clockSkewMs: 0, lossRate: 0, events };
}

describe('a large fleet of desks without a line', () => {
  test('20 desks lose, double and reorder none of 2,000 writes', async () => {
    const { platform, close } = await startFleetPlatform({ prefix: uniquePrefix() });
    try {
      const report = await runFleet(platform, {
        seed: `${Date.now()}`,
        desks: 20,
        acts: 2_000,
        hours: 72,
        seconds: 75,
        settleSeconds: 240,
        signal: AbortSignal.timeout(540_000),
        onProgress: () => undefined,
      });
      expect(report).toMatchObject({ violations: [] });
    } finally {
      await close();
    }
  }, 600_000);

  test('finishes 100 applications within 120 s of the return of the line, under the default limits', async () => {
    const { platform, close } = await startFleetPlatform({ prefix: uniquePrefix() });
    try {
      const report = await runFleet(platform, {
        seed: 'a hundred applications',
        desks: 1,
        acts: 100,
        hours: HOURS,
        seconds: 5,
        settleSeconds: 120,
        plans: [planDayWithoutLine(100)],
        signal: AbortSignal.timeout(200_000),
        onProgress: () => undefined,
      });
      expect(report.violations).toEqual([]);
      expect(report).toMatchObject({ applications: 100, receipts: 100 });
    } finally {
      await close();
    }
  });
});
