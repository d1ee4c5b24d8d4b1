import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uniquePrefix } from '@cups/testing';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';

/** Starts a platform for browser tests, with its own data, over the configured or embedded stores and Kafka. */

/** All browsers share one address, and tests type fast. */
const LIMITS = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: '100000',
  RATE_LIMIT_SESSION_PER_MINUTE: '100000',
  MAX_IN_FLIGHT_PER_ADDRESS: '512',
  RATE_LIMIT_PAGE_PER_MINUTE: '100000',
  RATE_LIMIT_TRACKING_PER_MINUTE: '1000',
  // Role changes reach other windows within a second.
  SESSION_LOOK_MS: '1000',
};

export interface TestPlatform {
  platform: Platform;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/** Starts the platform on a copy of `data`, which tests may change, and sets its variables for test-env.ts and filings.ts. */
export async function startTestPlatform(env: Record<string, string> = {}): Promise<TestPlatform> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-e2e-desk-'));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const registry = join(dataDir, 'registry');
    cpSync(join(import.meta.dirname, '../../data'), registry, { recursive: true });
    const settings = Object.assign({ REGISTRY_DIR: registry }, LIMITS, env);
    const platform = await startPlatform({
      port: 0,
      dataDir,
      prefix: uniquePrefix(),
      open: true,
      testIdp: true,
      env: settings,
    });
    process.env['CUPS_DESK_URL'] = platform.url;
    process.env['CUPS_DESK_SIGN_IN'] = platform.testIdp;
    process.env['CUPS_DESK_KAFKA'] = platform.kafkaBrokers;
    process.env['CUPS_DESK_KEYS'] = join(dataDir, 'keys');
    process.env['CUPS_DESK_PREFIX'] = platform.prefix;
    process.env['CUPS_DESK_REGISTRY'] = registry;
    process.env['CUPS_DESK_STORE'] = platform.mongoUri;
    return { platform, close: () => platform.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
