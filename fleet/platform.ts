import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform } from '@cups/tools/platform';
import type { Platform, PlatformOptions } from '@cups/tools/platform';

/** Starts a platform of its own for a fleet, with default limits and its data in a temporary folder. */
export async function startFleetPlatform(
  options: Partial<PlatformOptions>,
): Promise<{ platform: Platform; close: () => Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-fleet-'));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const platform = await startPlatform({ port: 0, dataDir, open: true, testIdp: true, ...options });
    return { platform, close: () => platform.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
