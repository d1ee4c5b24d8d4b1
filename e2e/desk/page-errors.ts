import type { ConsoleMessage, Page } from 'playwright-core';

/** Collects page errors; each fails its test. */

/**
 * Collects errors from now on.
 * @returns the list, which grows
 */
export async function collectPageErrors(page: Page, url: string): Promise<string[]> {
  const errors: string[] = [];
  /** The identity provider, which is no third party. */
  const signInOrigin = process.env['CUPS_DESK_SIGN_IN'];
  await page.addInitScript(() =>
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      console.error(`policy violated: ${violatedDirective} ${blockedURI} ${sample}`),
    ),
  );
  page.on('console', (message) => {
    if (message.type() === 'error' && !isApiFailure(message, url)) errors.push(`console: ${message.text()}`);
  });
  // A DOMException has no stack.
  page.on('pageerror', (error) => errors.push(`error: ${error.stack || `${error.name}: ${error.message}`}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin === signInOrigin) return;
    if (!['data:', 'blob:'].includes(protocol) && origin !== url) errors.push(`third party: ${request.url()}`);
  });
  page.on('response', (answer) => {
    if (answer.status() !== 500) return;
    const at = errors.push(`fault of the platform: ${answer.request().method()} ${answer.url()}`) - 1;
    // Tests expose the cause. A page that has closed has no body any more.
    void answer.text().then(
      (body) => (errors[at] += ` ${body}`),
      () => undefined,
    );
  });
  return errors;
}

/** Browsers log each failed API request; tests check the page's reaction. */
const isApiFailure = (message: ConsoleMessage, url: string): boolean =>
  message.text().startsWith('Failed to load resource') && message.location().url.startsWith(`${url}/api/`);

/** Maximum render time of a new page, in ms. */
const RENDER_TIMEOUT_MS = 5_000;

/** Returns why the page is blank, or undefined. Waits for a page that is opening. */
export async function findBlankPage(page: Page): Promise<string | undefined> {
  const main = page.locator('main');
  const rendered = main.first().waitFor({ state: 'attached', timeout: RENDER_TIMEOUT_MS });
  if (!(await rendered.then(() => true).catch(() => false))) return `blank: ${page.url()} has no main part`;
  const text = (await main.first().innerText()).trim();
  return text === '' ? `blank: the main part of ${page.url()} says nothing` : undefined;
}
