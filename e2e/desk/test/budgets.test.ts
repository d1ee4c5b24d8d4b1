import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { open } from '../desk.ts';
import { applicant, fileApplication } from '../filings.ts';
import { fileForKnownPerson, KeyboardUser } from '../keyboard.ts';
import { measureNetwork } from '../network-usage.ts';
import { waitForStoredPage } from '../offline.ts';

/** Network budgets of the page, measured through the gateway. */

const KB = 1_000;

async function openQueue(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  await page.getByText('Nimic de făcut acum.').or(page.locator('[data-row]').first()).waitFor();
}

test('loads the queue in at most 200 KB, and 20 KB on a repeat visit', async () => {
  // No other test files at this centre: the size does not depend on their rows.
  const page = await open({ path: 'about:blank', operator: 'cu-022-specialist', serviceWorkers: 'allow' });
  const network = await measureNetwork(page);
  await openQueue(page);
  // Later screens use the catalog.
  const first = network.receivedBytes('/') - network.receivedBytes('/api/v1/catalog');
  expect(first).toBeLessThan(200 * KB);
  // A lower bound, so that uncounted page, font and scripts fail the test.
  expect(first).toBeGreaterThan(100 * KB);
  expect(network.totalBytes('/api/v1/queue')).toBeGreaterThan(0);
  // Prefetching follows.
  await network.waitForIdle();
  expect(network.receivedBytes('/')).toBeGreaterThan(first);
  // Then the page is stored, and the repeat visit begins from there.
  await waitForStoredPage(page);

  await page.goto('about:blank');
  network.reset();
  await openQueue(page);
  await network.waitForIdle();
  expect(network.receivedBytes('/')).toBeLessThan(20 * KB);
  expect(network.receivedBytes('/')).toBeGreaterThan(1 * KB);
});

test('files an application in at most 50 KB of network traffic', async () => {
  await fileApplication({ content: { applicant: applicant('Vrabie'), contact: { none: true } } });
  const page = await open({ operator: 'cu-001-specialist' });
  const network = await measureNetwork(page);
  await openQueue(page);
  await network.waitForIdle();
  network.reset();
  await fileForKnownPerson(new KeyboardUser(page), 'Vrab');
  await network.waitForIdle();
  // Scripts are cached after the first load.
  expect(network.totalBytes('/api/')).toBeLessThan(50 * KB);
  expect(network.totalBytes('/api/')).toBeGreaterThan(5 * KB);
});

test('loads the tracking page in at most 120 KB', async () => {
  const page = await open({ path: 'about:blank' });
  const network = await measureNetwork(page);
  await page.goto('/t');
  await network.waitForIdle();
  expect(network.receivedBytes('/')).toBeLessThan(120 * KB);
});
