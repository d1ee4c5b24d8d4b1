import type { ConsoleMessage, Page } from 'playwright-core';

/** What a page does wrong while nobody looks: a test fails by it, whatever else it asks for. */

/** Watches a page from now on. @returns what is wrong so far, each fault in a line; the list grows */
export async function collectPageErrors(page: Page, url: string): Promise<string[]> {
  const errors: string[] = [];
  /** Where people sign in: no page of ours, and no third party. */
  const signInOrigin = process.env['CUPS_DESK_SIGN_IN'];
  await page.addInitScript(() =>
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      console.error(`policy violated: ${violatedDirective} ${blockedURI} ${sample}`),
    ),
  );
  page.on('console', (message) => {
    if (message.type() === 'error' && !isApiFailure(message, url)) errors.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => errors.push(`error: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin === signInOrigin) return;
    if (!['data:', 'blob:'].includes(protocol) && origin !== url) errors.push(`third party: ${request.url()}`);
  });
  page.on('response', (answer) => {
    if (answer.status() === 500) errors.push(`fault of the platform: ${answer.request().method()} ${answer.url()}`);
  });
  return errors;
}

/** A browser writes each refused or unanswered request to the console; what the page makes of it is for tests to say. */
const isApiFailure = (message: ConsoleMessage, url: string): boolean =>
  message.text().startsWith('Failed to load resource') && message.location().url.startsWith(`${url}/api/`);

/** How long a page that was just opened may take to draw itself, in milliseconds. */
const RENDER_TIMEOUT_MS = 5_000;

/** @returns why the page shows nothing to work with, or undefined when it does; waits for a page that is just opening */
export async function findBlankPage(page: Page): Promise<string | undefined> {
  const main = page.locator('main');
  const rendered = main.first().waitFor({ state: 'attached', timeout: RENDER_TIMEOUT_MS });
  if (!(await rendered.then(() => true).catch(() => false))) return `blank: ${page.url()} has no main part`;
  const text = (await main.first().innerText()).trim();
  return text === '' ? `blank: the main part of ${page.url()} says nothing` : undefined;
}
