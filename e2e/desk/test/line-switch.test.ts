import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication } from '../filings.ts';
import { waitForScreens, waitForStoredPage } from '../offline.ts';
import { refocus } from '../refocus.ts';
import { ReleaseProxy } from '../release-proxy.ts';
import { platformUrl } from '../test-env.ts';

/** The switch of the account menu that makes the page work as without a network. */

let proxy: ReleaseProxy;
beforeAll(async () => {
  proxy = await ReleaseProxy.open(platformUrl());
});
afterAll(() => proxy.close());

const CLERK = 'cu-001-specialist';
const CUT = 'Taie legătura';
const RESTORE = 'Restabilește legătura';

/** Returns the URLs of requests that leave the page from now on, as DevTools see them. */
async function listenToNetwork(page: Page): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  const urls: string[] = [];
  devtools.on('Network.requestWillBeSent', ({ request }) => void urls.push(`${request.method} ${request.url}`));
  return urls;
}

const queueHeading = (page: Page) => page.getByRole('heading', { level: 1, name: /^Astăzi/ });

async function openAccount(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Contul meu/ }).click();
}

async function cut(page: Page): Promise<void> {
  await openAccount(page);
  await page.getByRole('button', { name: CUT }).click();
  await page.keyboard.press('Escape');
}

test('sends no request while the line is cut, and what waits once it is restored', async () => {
  const { id } = await fileApplication({ content: { applicant: applicant('Firescu') } });
  const page = await open({ operator: CLERK, path: `/applications/${id}` });
  await waitForScreens(page);
  await cut(page);
  const strip = page.getByRole('status').filter({ hasText: 'Legătura este tăiată din meniu.' });
  await strip.waitFor();
  await page.getByText('Platforma nu răspunde').waitFor();
  expect(await axe(page)).toEqual([]);
  const sent = await listenToNetwork(page);

  await page.keyboard.press('o');
  await page.getByLabel('Scrieți o notă').fill('Vine din nou joi.');
  await page.getByRole('button', { name: 'Salvează nota' }).click();
  await page.getByRole('link', { name: 'Coada', exact: true }).click();
  await page.getByText('(cereri de trimis: 1)').waitFor();
  await refocus(page);
  expect(sent).toEqual([]);

  await strip.getByRole('button', { name: RESTORE }).click();
  await strip.waitFor({ state: 'hidden' });
  // The time for an undo passes first.
  await eventually(() => sent.some((request) => request.endsWith(`/applications/${id}/notes`)), { timeoutMs: 30_000 });
});

test('keeps the line cut over a reload and in other windows', async () => {
  const page = await open({ operator: CLERK, flags: proxy.browserFlags, serviceWorkers: 'allow' });
  await queueHeading(page).waitFor();
  await waitForStoredPage(page);
  const other = await page.context().newPage();
  await other.goto('/');
  await queueHeading(other).waitFor();
  await cut(page);
  await other.getByRole('button', { name: RESTORE }).waitFor();
  await other.close();
  proxy.requests.length = 0;
  await page.reload();
  await page.getByRole('button', { name: RESTORE }).waitFor();
  await page.getByText('Platforma nu răspunde').first().waitFor();
  // The browser itself checks its service worker at each navigation.
  expect(proxy.requests.filter((path) => path !== '/sw.js')).toEqual([]);
  await page.getByRole('button', { name: RESTORE }).click();
  await queueHeading(page).waitFor();
});

test('has no switch on a platform without test operators', async () => {
  const page = await open({ operator: CLERK, path: '/find' });
  await page.route('**/api/v1/sign-in-providers', async (route) => {
    const response = await route.fetch();
    const { providers } = (await response.json()) as { providers: object[] };
    const json = { providers: providers.map((provider) => Object.assign({}, provider, { listsOperators: false })) };
    await route.fulfill({ response, json });
  });
  await openAccount(page);
  await page.getByText('această fereastră').waitFor();
  expect(await page.getByRole('button', { name: CUT }).count()).toBe(0);
});
