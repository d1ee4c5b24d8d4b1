import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prefix } from '@cups/testing';
import { startPlatform } from '@cups/tools/platform';
import { serveChromium } from './chromium.ts';
import { running } from './running.ts';

/** All browsers of the tests come from one address, and the sample people of a village hall do not type as fast. */
const LIMITS = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: '100000',
  RATE_LIMIT_SESSION_PER_MINUTE: '100000',
  RATE_LIMIT_PAGE_PER_MINUTE: '100000',
  RATE_LIMIT_TRACKING_PER_MINUTE: '1000',
};

/**
 * jest globalSetup: builds the page when it is stale, starts one platform (over the store and the Kafka of the environment,
 * else embedded ones) and one Chromium for all test files, which find them in the environment.
 */
export default async function setup(): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  execFileSync(process.execPath, [join(root, 'tools/run.mjs'), 'build'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-e2e-desk-'));
  try {
    const env = { CUPS_CHECK_ANSWERS: 'true', ...LIMITS };
    const platform = await startPlatform({ port: 0, dataDir, prefix: prefix(), env });
    const browser = await serveChromium().catch(async (error: unknown) => {
      await platform.stop();
      throw error;
    });
    running.set({ platform, browser, dataDir });
    process.env['CUPS_DESK_URL'] = platform.url;
    process.env['CUPS_DESK_KAFKA'] = platform.kafkaBrokers;
    process.env['CUPS_DESK_PREFIX'] = platform.prefix;
    process.env['CUPS_DESK_BROWSER'] = browser.wsEndpoint();
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
}
