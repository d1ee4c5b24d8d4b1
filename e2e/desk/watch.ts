import type { ConsoleMessage, Page } from 'playwright-core';

/** What a page does wrong while nobody looks: a test fails by it, whatever else it asks for. */

/** Watches a page from now on. @returns what is wrong so far, each fault in a line; the list grows */
export async function watch(page: Page, url: string): Promise<string[]> {
  const faults: string[] = [];
  /** Where people sign in: no page of ours, and no third party. */
  const elsewhere = process.env['CUPS_DESK_SIGN_IN'];
  await page.addInitScript(() =>
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      console.error(`policy violated: ${violatedDirective} ${blockedURI} ${sample}`),
    ),
  );
  page.on('console', (message) => {
    if (message.type() === 'error' && !isAnswerOfApi(message, url)) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin === elsewhere) return;
    if (!['data:', 'blob:'].includes(protocol) && origin !== url) faults.push(`third party: ${request.url()}`);
  });
  page.on('response', (answer) => {
    if (answer.status() === 500) faults.push(`fault of the platform: ${answer.request().method()} ${answer.url()}`);
  });
  return faults;
}

/** A browser writes each refused or unanswered request to the console; what the page makes of it is for tests to say. */
const isAnswerOfApi = (message: ConsoleMessage, url: string): boolean =>
  message.text().startsWith('Failed to load resource') && message.location().url.startsWith(`${url}/api/`);

/** How long a page that was just opened may take to draw itself, in milliseconds. */
const DRAWN_WITHIN_MS = 5_000;

/** @returns why the page shows nothing to work with, or undefined when it does; waits for a page that is just opening */
export async function blankness(page: Page): Promise<string | undefined> {
  const main = page.locator('main');
  const isDrawn = main.first().waitFor({ state: 'attached', timeout: DRAWN_WITHIN_MS });
  if (!(await isDrawn.then(() => true).catch(() => false))) return `blank: ${page.url()} has no main part`;
  const text = (await main.first().innerText()).trim();
  return text === '' ? `blank: the main part of ${page.url()} says nothing` : undefined;
}
