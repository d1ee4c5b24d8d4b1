import { describe, expect, test } from '@jest/globals';
import { uniquePrefix } from '@cups/testing';
import { runFleet } from '../fleet.ts';
import { startFleetPlatform } from '../platform.ts';

describe('a fleet of desks without a line', () => {
  test('3 desks lose, double and reorder none of 500 writes', async () => {
    const { platform, close } = await startFleetPlatform({ prefix: uniquePrefix() });
    try {
      const report = await runFleet(platform, {
        seed: 'three desks',
        desks: 3,
        acts: 500,
        hours: 24,
        seconds: 20,
        settleSeconds: 60,
        signal: AbortSignal.timeout(200_000),
        onProgress: () => undefined,
      });
      expect(report.violations).toEqual([]);
      expect(report.faults['killed service']).toBeGreaterThan(2);
      expect(report.offlineScans).toBeGreaterThan(0);
      expect(report.offlineWrites).toBeGreaterThan(report.writes / 4);
    } finally {
      await close();
    }
  });
});
