import { eventually } from '@cups/testing';
import type { Page, Request } from 'playwright-core';
import type { Language } from '@cups/application';
import { findLayoutErrors } from './layout-checks.ts';
import { findAxeViolations } from './axe.ts';
import { collectPageErrors } from './page-errors.ts';

/** What a machine can check on each picture of the desk, in any browser. */

/** The network has been idle for this long, in ms. */
const IDLE_MS = 500;
const IDLE_TIMEOUT_MS = 20_000;

interface WatchedScreen {
  /** Errors of the page and failed requests so far. */
  errors: string[];
  waitForIdle: () => Promise<void>;
}

/** Watches a page that has not opened yet. */
export async function watchScreen(page: Page, url: string): Promise<WatchedScreen> {
  const errors = await collectPageErrors(page, url);
  const pending = new Set<Request>();
  let lastActivity = performance.now();
  const finish = (request: Request): void => {
    pending.delete(request);
    lastActivity = performance.now();
  };
  page.on('request', (request) => pending.add(request));
  page.on('requestfinished', finish);
  page.on('requestfailed', (request) => {
    finish(request);
    const cause = request.failure()?.errorText ?? '';
    if (!ABORTED.test(cause)) errors.push(`failed: ${request.method()} ${request.url()} ${cause}`);
  });
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (response.status() >= 400 && response.status() !== 500)
      errors.push(`refused: ${response.status()} ${response.request().method()} ${pathname}`);
  });
  // Requests that a navigation aborts may report no end.
  page.on('framenavigated', () => pending.clear());
  const isIdle = () => pending.size === 0 && performance.now() - lastActivity > IDLE_MS;
  return { errors, waitForIdle: () => eventually(isIdle, { timeoutMs: IDLE_TIMEOUT_MS }).then(() => {}) };
}

/** A navigation aborts requests: in Chromium, and in Firefox. */
const ABORTED = /ERR_ABORTED|NS_BINDING_ABORTED|NS_ERROR_ABORT/;

/** Returns what is wrong on the screen as it is shown. */
export async function checkScreen(page: Page, language: Language): Promise<string[]> {
  const texts = await page.evaluate(readTexts);
  const beyond = (await findLayoutErrors(page, 'body', { canScroll: true })).filter((error) =>
    /^(beyond|cut)/.test(error),
  );
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return [
    ...(overflow > 0 ? [`wider than the window by ${overflow} px`] : []),
    ...beyond,
    ...texts.all.filter((text) => RAW_TEXT.test(text)).map((text) => `raw text: ${text}`),
    ...(language === 'ru' ? texts.labels.filter(isUntranslated).map((text) => `not translated: ${text}`) : []),
    ...(await findAxeViolations(page)).map((violation) => `axe: ${violation}`),
  ];
}

/** An empty placeholder, a failed conversion, a reason of the API, a resource name. */
const RAW_TEXT =
  /\{[a-zA-Z]+\}|\bundefined\b|\bNaN\b|\[object |\b[A-Z]{2,}_[A-Z_]+\b|\b(applications|agencies|operators|centres|publicServices|mandates)\/[\w-]/;

/** Whether a label of the page has words without a Cyrillic letter. Names of people are in Latin letters. */
const isUntranslated = (text: string): boolean =>
  /\p{Ll}{3}/u.test(text) && !/\p{Script=Cyrillic}/u.test(text) && !LATIN_WORDS.test(text);

/** Keys, names of languages, mail addresses and the wave `pilot` are alike in all languages. */
const LATIN_WORDS = /^(Ctrl|Enter|Esc|Română|English|E-?mail|IDNP|IBAN|pilot)\b|@/;

/** Runs in the page: all texts, and those of labels, legends and buttons of the page's own. */
function readTexts(): { all: string[]; labels: string[] } {
  const textOf = (element: Element) => (element.textContent ?? '').replace(/\s+/g, ' ').trim();
  const labels = [
    ...document.querySelectorAll('main label, main legend, main dt, main thead th, main form h2, footer button'),
  ];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const all: string[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (!node.parentElement?.closest('script, style')) all.push((node.nodeValue ?? '').trim());
  return { all: all.filter(Boolean), labels: labels.map(textOf).filter(Boolean) };
}
