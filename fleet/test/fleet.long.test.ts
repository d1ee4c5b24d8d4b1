import { describe, expect, test } from '@jest/globals';
import { uniquePrefix } from '@cups/testing';
import { runFleet } from '../fleet.ts';
import { startFleetPlatform } from '../platform.ts';

describe('a large fleet of desks without a line', () => {
  test('20 desks lose, double and reorder none of 5,000 writes', async () => {
    const { platform, close } = await startFleetPlatform({ prefix: uniquePrefix() });
    try {
      const report = await runFleet(platform, {
        seed: `${Date.now()}`,
        desks: 20,
        acts: 5_000,
        hours: 72,
        seconds: 150,
        settleSeconds: 240,
        signal: AbortSignal.timeout(540_000),
        onProgress: () => undefined,
      });
      expect(report).toMatchObject({ violations: [] });
    } finally {
      await close();
    }
  }, 600_000);
});
