import { join } from 'node:path';
import { afterAll, afterEach, expect } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startChromium } from './chromium.ts';
import type { ChromiumVersion } from './chromium.ts';
import { readSetupVariable, platformUrl } from './test-env.ts';
import { findBlankPage, collectPageErrors } from './page-errors.ts';
import { signIn } from './sign-in.ts';

/**
 * The harness of the browser tests: a real Chromium against a running platform, without mocks.
 *
 * setup.ts builds the page, and starts one platform (without sample data) and one Chromium for all files of `test/`.
 * `open` gives a test its own browser context. Applications from `filings.ts` belong to new persons, so that tests do
 * not see each other's data. After each test its pages must not be blank, and must have had no console error,
 * exception, Content-Security-Policy violation, third-party request or status 500. `tolerate` exempts errors that a
 * test causes on purpose. `pdf.ts` reads printouts.
 *
 * Service workers are off, because requests of a worker pass by `page.route`. A test of the page without a network passes
 * `serviceWorkers: 'allow'`, and waits with `waitForStoredPage` of `offline.ts`.
 *
 *     import { axe, open } from '../desk.ts';
 *     test('…', async () => {
 *       const page = await open({ operator: 'cu-001-specialist', path: '/find' });
 *       await page.getByRole('textbox').fill('…');
 *       expect(await axe(page)).toEqual([]);
 *     });
 *
 * Run one file: `cd e2e/desk && node --experimental-vm-modules ../../node_modules/jest/bin/jest.js sign-in`.
 * With CUPS_DESK_PICTURES=1 each test saves a screenshot of its pages to .cups/desk.
 */

/** The screen of an old PC, without browser bars. */
const DESKTOP = { width: 1366, height: 620 };
export const PHONE = { width: 390, height: 844 };

interface WatchedPage {
  page: Page;
  errors: string[];
  tolerated: RegExp[];
}

const CAMERA_FLAGS = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

const browsers = new Map<string, Promise<Browser>>();
let watched: WatchedPage[] = [];

export interface OpenOptions extends BrowserContextOptions {
  /** Signed in before the page opens, such as `cu-001-specialist`; nobody by default. */
  operator?: string;
  /** @default / */
  path?: string;
  /** @default newest */
  chromium?: ChromiumVersion;
  /** A browser with a camera that shows a moving picture. Its use is allowed. */
  camera?: boolean;
  /** A newest browser of its own with these command-line flags. The pages of a test file with the same flags share it. */
  flags?: readonly string[];
}

/** Opens the page in a new browser context, closed after the test. */
export async function open(options: OpenOptions = {}): Promise<Page> {
  const { operator, path = '/', chromium: which = 'newest', camera = false, flags = [], ...context } = options;
  const browserContext = await (
    await openBrowser(which, camera ? CAMERA_FLAGS : flags)
  ).newContext({
    baseURL: platformUrl(),
    viewport: DESKTOP,
    locale: 'ro-RO',
    timezoneId: 'Europe/Chisinau',
    serviceWorkers: 'block',
    ...context,
  });
  const page = await browserContext.newPage();
  page.setDefaultTimeout(30_000);
  watched.push({ page, errors: await collectPageErrors(page, platformUrl()), tolerated: [] });
  if (operator) await signIn(browserContext, operator);
  await page.goto(path);
  return page;
}

/** Ignores errors that a test causes on purpose. */
export function tolerate(page: Page, ...errors: RegExp[]): void {
  watched.find((entry) => entry.page === page)?.tolerated.push(...errors);
}

/** Returns the page's errors so far. A test that ends with one fails. */
export async function findPageErrors(page: Page): Promise<string[]> {
  const current = watched.find((entry) => entry.page === page);
  if (!current) return [];
  const found = [...current.errors, ...(page.isClosed() ? [] : [await findBlankPage(page)])];
  return found.filter(
    (fault) => fault !== undefined && !current.tolerated.some((known) => known.test(fault)),
  ) as string[];
}

/** Closes a page that is broken on purpose. */
export async function forgetPage(page: Page): Promise<void> {
  watched = watched.filter((entry) => entry.page !== page);
  await page.context().close();
}

export { findAxeViolations as axe } from './axe.ts';

afterEach(async () => {
  const pages = watched;
  const shown = hasTestFailed() ? await Promise.all(pages.map(({ page }) => describePage(page))) : [];
  const errors: string[] = [];
  for (const { page } of pages) errors.push(...(await findPageErrors(page)));
  if (process.env['CUPS_DESK_PICTURES']) await Promise.all(pages.map(({ page }, n) => takeScreenshot(page, n)));
  watched = [];
  // A handler of a route would fail in the middle of a request that nobody waits for.
  await Promise.all(pages.map(({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' })));
  await Promise.all(pages.map(({ page }) => page.context().close()));
  if (shown.length > 0) throw new Error([...errors, ...shown].join('\n'));
  if (errors.length > 0) throw new Error(`The page did wrong:\n${errors.join('\n')}`);
});

/** Set by failure-environment.ts. */
const hasTestFailed = (): boolean => (globalThis as { CUPS_TEST_FAILED?: boolean }).CUPS_TEST_FAILED === true;

/** Maximum length of a page's text in an error. */
const MAX_TEXT_LENGTH = 1_500;

/** Returns the address and text of a page, for the error of a failed test: often nobody can repeat it. */
async function describePage(page: Page): Promise<string> {
  const text = await page.innerText('body', { timeout: 2_000 }).catch((error: Error) => error.message);
  return `The page at ${page.url()} showed: ${text.replaceAll(/\s+/g, ' ').slice(0, MAX_TEXT_LENGTH)}`;
}

afterAll(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

async function takeScreenshot(page: Page, n: number): Promise<void> {
  const test = (expect.getState().currentTestName ?? 'page').replaceAll(/[^a-z]+/gi, '-').slice(0, 80);
  if (!page.isClosed()) await page.screenshot({ path: join(import.meta.dirname, `../../.cups/desk/${test}-${n}.png`) });
}

/** Returns the shared newest browser, or starts another one. */
function openBrowser(which: ChromiumVersion, flags: readonly string[]): Promise<Browser> {
  const key = [which, ...flags].join(' ');
  const isShared = key === 'newest';
  const start = () =>
    isShared ? chromium.connect(readSetupVariable('CUPS_DESK_BROWSER')) : startChromium(which, [...flags]);
  if (!browsers.has(key)) browsers.set(key, start());
  return browsers.get(key)!;
}
