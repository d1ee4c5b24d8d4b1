import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uniquePrefix } from '@cups/testing';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';

/** One platform for browsers: over the store and the Kafka of the environment, else embedded ones, with data of its own. */

/** All browsers come from one address, and sample people do not type as slowly as real ones. */
const LIMITS = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: '100000',
  RATE_LIMIT_SESSION_PER_MINUTE: '100000',
  MAX_IN_FLIGHT_PER_ADDRESS: '512',
  RATE_LIMIT_PAGE_PER_MINUTE: '100000',
  RATE_LIMIT_TRACKING_PER_MINUTE: '1000',
  // What a manager changes in one window counts at once in the other.
  SESSION_LOOK_MS: '1000',
};

export interface TestPlatform {
  platform: Platform;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

/** Starts it and names it in the environment: `surroundings.ts` and `filings.ts` find it there. */
export async function startTestPlatform(env: Record<string, string> = {}): Promise<TestPlatform> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-e2e-desk-'));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const settings = Object.assign({}, LIMITS, env);
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
    process.env['CUPS_DESK_PREFIX'] = platform.prefix;
    return { platform, close: () => platform.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
