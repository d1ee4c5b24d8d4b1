import type { Page } from 'playwright-core';

/** Returns the header with the key of the page's session, for requests with its cookie beside the page. */
export async function sessionKeyHeaders(page: Page): Promise<Record<string, string>> {
  const key = await page.evaluate(readKey);
  return key === undefined ? {} : { 'Cups-Session-Key': key };
}

/** Runs in the page. */
async function readKey(): Promise<string | undefined> {
  const stored = await caches.match('/api/v1/sessions/current/key', { cacheName: 'cups-session-key' });
  return stored?.text();
}
