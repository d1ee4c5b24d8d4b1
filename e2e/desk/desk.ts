import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, afterEach, expect } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startChromium } from './chromium.ts';
import type { ChromiumVersion } from './chromium.ts';
import { readSetupVariable, platformUrl } from './test-env.ts';
import { findBlankPage, collectPageErrors } from './page-errors.ts';

/**
 * Journeys through the page of the desk: a real Chromium, the running platform, and no part of either replaced.
 *
 * setup.ts has built the page and started one platform (no sample day) and one Chromium for all files of `test/`. A test
 * gets a fresh browser context from `open`, so that it shares no cookie and nothing that is kept with another; what it
 * files (`filings.ts`) is its own, because people are numbered. When a test ends, each of its pages must show something
 * (a `main` with words in it) and have done nothing wrong: an error in the console, an exception, a violated
 * Content-Security-Policy, a request to another site, an answer 500. What a test breaks on purpose it names with
 * `tolerate`. `paper.ts` reads print back.
 *
 *     import { axe, open } from '../desk.ts';
 *     test('…', async () => {
 *       const page = await open({ operator: 'cu-001-specialist', path: '/find' });
 *       await page.getByRole('textbox').fill('…');
 *       expect(await axe(page)).toEqual([]);
 *     });
 *
 * One file by hand: `cd e2e/desk && node --experimental-vm-modules ../../node_modules/jest/bin/jest.js sign-in`. With
 * CUPS_DESK_PICTURES=1 each page leaves its picture in .cups/desk when its test ends.
 */

/** The screen of an old PC in a village hall, without the bars of the browser. */
const DESKTOP = { width: 1366, height: 620 };
/** For a house call. */
export const PHONE = { width: 390, height: 844 };

interface WatchedPage {
  page: Page;
  errors: string[];
  tolerated: RegExp[];
}

const browsers = new Map<ChromiumVersion, Promise<Browser>>();
let watched: WatchedPage[] = [];

export interface OpenOptions extends BrowserContextOptions {
  /** Signed in before the page opens, such as `cu-001-specialist`; nobody when absent. */
  operator?: string;
  /** @default / */
  path?: string;
  /** @default newest */
  chromium?: ChromiumVersion;
}

/** Opens the page in a browser of its own, which is closed after the test. */
export async function open(options: OpenOptions = {}): Promise<Page> {
  const { operator, path = '/', chromium: which = 'newest', ...context } = options;
  const own = await (
    await openBrowser(which)
  ).newContext({
    baseURL: platformUrl(),
    viewport: DESKTOP,
    locale: 'ro-RO',
    timezoneId: 'Europe/Chisinau',
    ...context,
  });
  const page = await own.newPage();
  page.setDefaultTimeout(20_000);
  watched.push({ page, errors: await collectPageErrors(page, platformUrl()), tolerated: [] });
  if (operator) await signIn(page, operator);
  await page.goto(path);
  return page;
}

/** Signs in beside the page, as quickly as can be; the page itself does it in sign-in.test.ts. */
async function signIn(page: Page, operator: string): Promise<void> {
  const data = { provider: 'local', operator };
  const answer = await page.context().request.post(`${platformUrl()}/api/v1/sessions`, { data });
  if (!answer.ok()) throw new Error(`${operator} cannot sign in: ${answer.status()} ${await answer.text()}`);
}

/** What a test breaks on purpose is no fault of the page. */
export function tolerate(page: Page, ...errors: RegExp[]): void {
  watched.find((one) => one.page === page)?.tolerated.push(...errors);
}

/** What is wrong with a page so far; a test that ends with something here fails. */
export async function findPageErrors(page: Page): Promise<string[]> {
  const one = watched.find((each) => each.page === page);
  if (!one) return [];
  const found = [...one.errors, ...(page.isClosed() ? [] : [await findBlankPage(page)])];
  return found.filter((fault) => fault !== undefined && !one.tolerated.some((known) => known.test(fault))) as string[];
}

/** Forgets a page that is broken on purpose. */
export async function forgetPage(page: Page): Promise<void> {
  watched = watched.filter((one) => one.page !== page);
  await page.context().close();
}

/** What breaks WCAG 2.2 AA on the page as it is now, each rule with its first places; empty when nothing does. */
export async function axe(page: Page): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  // Without frames to look into, it need not open a page of its own.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(tags).analyze();
  return violations.map(({ id, help, nodes }) => {
    const places = nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`);
    return [`${id}: ${help} (${nodes.length})`, ...places].join('\n  ');
  });
}

afterEach(async () => {
  const pages = watched;
  const errors: string[] = [];
  for (const { page } of pages) errors.push(...(await findPageErrors(page)));
  if (process.env['CUPS_DESK_PICTURES']) await Promise.all(pages.map(({ page }, n) => takeScreenshot(page, n)));
  watched = [];
  await Promise.all(pages.map(({ page }) => page.context().close()));
  if (errors.length > 0) throw new Error(`The page did wrong:\n${errors.join('\n')}`);
});

afterAll(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

/** Of a page as its test has left it. */
async function takeScreenshot(page: Page, n: number): Promise<void> {
  const test = (expect.getState().currentTestName ?? 'page').replaceAll(/[^a-z]+/gi, '-').slice(0, 80);
  if (!page.isClosed()) await page.screenshot({ path: join(import.meta.dirname, `../../.cups/desk/${test}-${n}.png`) });
}

/** The newest is the one of all tests; another is started for those that ask for it. */
function openBrowser(which: ChromiumVersion): Promise<Browser> {
  const started =
    which === 'newest' ? () => chromium.connect(readSetupVariable('CUPS_DESK_BROWSER')) : () => startChromium(which);
  if (!browsers.has(which)) browsers.set(which, started());
  return browsers.get(which)!;
}
