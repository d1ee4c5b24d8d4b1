import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { serveChromium } from './chromium.ts';
import { running } from './running.ts';
import { openStage } from './stage.ts';

/** jest globalSetup: builds the page when it is stale, starts one platform and one Chromium for all test files. */
export default async function setup(): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  execFileSync(process.execPath, [join(root, 'tools/run.mjs'), 'build'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const stage = await openStage({ CUPS_CHECK_ANSWERS: 'true' });
  try {
    const browser = await serveChromium();
    process.env['CUPS_DESK_BROWSER'] = browser.wsEndpoint();
    running.set({ stage, browser });
  } catch (error) {
    await stage.close();
    throw error;
  }
}
