import chromium from '@sparticuz/chromium';
import { chromium as playwright } from 'playwright-core';
import type { BrowserServer } from 'playwright-core';

/** A Chromium that comes as a package of npm: nothing is downloaded when it is started. */

/** What a test, or a container, needs. The package's own flags run it in one process and take off its fences between sites. */
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'];

/** Starts one that several processes may use, each by `wsEndpoint()`. */
export async function startChromium(): Promise<BrowserServer> {
  chromium.setGraphicsMode = false;
  return playwright.launchServer({ executablePath: await chromium.executablePath(), args: FLAGS });
}
