import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { serveChromium } from './chromium.ts';
import { sharedSetup } from './shared-setup.ts';
import { startTestPlatform } from './test-platform.ts';

/** jest globalSetup: builds the page if it is stale, then starts one platform and one browser for all test files. */
export default async function setup(): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  execFileSync(process.execPath, [join(root, 'tools/run.mjs'), 'build'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const testPlatform = await startTestPlatform({ VALIDATE_RESPONSES: 'true' });
  try {
    const browser = await serveChromium();
    process.env['CUPS_DESK_BROWSER'] = browser.wsEndpoint();
    sharedSetup.set({ testPlatform, browser });
  } catch (error) {
    await testPlatform.close();
    throw error;
  }
}
