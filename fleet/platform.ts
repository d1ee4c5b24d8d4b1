import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform } from '@cups/tools/platform';
import type { Platform, PlatformOptions } from '@cups/tools/platform';

/** The desks of a fleet share one address, and look up their receipts at once. */
const LIMITS = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: '1000000',
  RATE_LIMIT_SESSION_PER_MINUTE: '100000',
  RATE_LIMIT_TRACKING_PER_MINUTE: '1000000',
  MAX_IN_FLIGHT_PER_ADDRESS: '512',
};

/** Starts a platform of its own for a fleet, with its data in a temporary folder. */
export async function startFleetPlatform(
  options: Partial<PlatformOptions>,
): Promise<{ platform: Platform; close: () => Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-fleet-'));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const platform = await startPlatform({ port: 0, dataDir, open: true, testIdp: true, env: LIMITS, ...options });
    return { platform, close: () => platform.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
