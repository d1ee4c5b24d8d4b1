import type { Page } from 'playwright-core';

/** What tests of the page without a network share. */

/** Waits until this browser has stored the page, and the page opens without a network. */
export async function waitForStoredPage(page: Page): Promise<void> {
  await page.waitForFunction(
    () => navigator.serviceWorker.controller?.state === 'activated',
    undefined,
    // The worker follows the prefetched screens.
    { timeout: 60_000 },
  );
}

/** Returns the paths of everything in the Cache Storage, by cache. */
export function listCaches(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(async () => {
    const found: Record<string, string[]> = {};
    for (const name of await caches.keys()) {
      const requests = await (await caches.open(name)).keys();
      found[name] = requests.map(({ url }) => new URL(url).pathname);
    }
    return found;
  });
}
