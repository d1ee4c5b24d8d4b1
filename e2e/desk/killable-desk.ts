import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startKillableChromium } from './chromium.ts';
import type { KillableBrowser } from './chromium.ts';
import { waitForScreens } from './offline.ts';
import { platformUrl } from './test-env.ts';
import { signIn } from './sign-in.ts';

/** A desk whose browser ends without warning, and starts again with the same profile. */
export class KillableDesk {
  readonly #operator: string;
  readonly #profile = mkdtempSync(join(tmpdir(), 'cups-e2e-browser-'));
  #browser: KillableBrowser | undefined;

  constructor(operator: string) {
    this.#operator = operator;
  }

  /**
   * Starts the browser, signs in, and opens a path. The page then needs no line for its screens.
   * @param prepare runs before the page opens
   */
  async start(path = '/', prepare: (page: Page) => Promise<unknown> = () => Promise.resolve()): Promise<Page> {
    this.#browser = await startKillableChromium(this.#profile);
    const context = this.#browser.browser.contexts()[0]!;
    await signIn(context, this.#operator);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.addInitScript(() => sessionStorage.setItem('cups-language', 'ro'));
    await prepare(page);
    await page.goto(`${platformUrl()}${path}`);
    await waitForScreens(page);
    return page;
  }

  /** Ends all processes of the browser immediately, as a power cut does. */
  async kill(): Promise<void> {
    await this.#browser?.kill();
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}
