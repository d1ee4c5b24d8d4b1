import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open, tolerate } from '../desk.ts';
import { listCaches, waitForStoredPage } from '../offline.ts';
import { ReleaseProxy } from '../release-proxy.ts';
import { platformUrl } from '../test-env.ts';

/** The desk's page starts without a network, from the files of one release. */

let proxy: ReleaseProxy;
beforeAll(async () => {
  proxy = await ReleaseProxy.open(platformUrl());
});
beforeEach(() => proxy.reset());
afterAll(() => proxy.close());

/** Lazy screens, among them those of other roles. */
const SCREENS = ['visit', 'hand-over', 'application', 'find', 'team', 'centres', 'copies', 'own-sessions'];
const OFFLINE_ERRORS = /Failed to load resource|ERR_/;
const queueHeading = (page: Page) => page.getByRole('heading', { level: 1, name: /^Astăzi/ });

async function openStored(chromium: 'newest' | 'oldest' = 'newest', operator = 'cu-022-specialist'): Promise<Page> {
  const page = await open({ operator, chromium, flags: proxy.browserFlags, serviceWorkers: 'allow' });
  tolerate(page, OFFLINE_ERRORS);
  await queueHeading(page).waitFor();
  await waitForStoredPage(page);
  return page;
}

test.each(['newest', 'oldest'] as const)('opens without a network in the %s browser', async (chromium) => {
  const page = await openStored(chromium);
  expect(proxy.requests.indexOf('/sw.js')).toBeGreaterThan(proxy.requests.indexOf('/api/v1/queue'));
  proxy.cut();
  await page.goto('/team');
  await page.getByText('Platforma nu răspunde').first().waitFor();
  proxy.restore();
  await page.goto('/');
  await queueHeading(page).waitFor();
});

test('loads every screen without a network, and stores no response of the API', async () => {
  const page = await openStored();
  const caches = await listCaches(page);
  expect(Object.keys(caches)).toHaveLength(1);
  const [paths = []] = Object.values(caches);
  const assets = paths.filter((path) => path.startsWith('/assets/'));
  expect(paths.filter((path) => !assets.includes(path))).toEqual(['/']);
  for (const screen of SCREENS) {
    const name = new RegExp(`/${screen}-[\\w-]{8}\\.js$`);
    expect([screen, assets.some((path) => name.test(path))]).toEqual([screen, true]);
  }
  proxy.cut();
  const failed = await page.evaluate(async (all) => {
    const faults: string[] = [];
    for (const path of all) {
      const load = path.endsWith('.js') ? import(path) : fetch(path);
      await load.catch((error: unknown) => faults.push(`${path} ${String(error)}`));
    }
    return faults;
  }, assets);
  expect(failed).toEqual([]);
});

test('leaves the tracking page, the viewer and signing in to the network', async () => {
  const page = await openStored();
  const other = await page.context().newPage();
  proxy.requests.length = 0;
  await other.goto('/t');
  await other.goto('/viewer');
  await other.goto('/auth/local/start');
  expect(proxy.requests).toEqual(expect.arrayContaining(['/t', '/viewer', '/auth/local/start']));
  proxy.cut();
  for (const path of ['/t', '/viewer', '/api/v1/queue', '/contract/']) {
    await expect(other.goto(path)).rejects.toThrow(/ERR_/);
  }
  await page.reload();
  await page.getByText('Platforma nu răspunde').first().waitFor();
});

test('says that the disk is too full to store the page', async () => {
  const page = await open({
    path: 'about:blank',
    operator: 'cu-022-specialist',
    flags: proxy.browserFlags,
    serviceWorkers: 'allow',
  });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: platformUrl(), quotaSize: 300_000 });
  await page.goto('/');
  await queueHeading(page).waitFor();
  await page.getByRole('button', { name: /^Contul meu/ }).click();
  await page.getByText('Discul este plin').waitFor({ timeout: 60_000 });
  // A browser context of a test promises nothing.
  await page.getByText('Browserul poate șterge ce păstrează pagina').waitFor();
  expect(await axe(page)).toEqual([]);
});

test('can be installed as an app', async () => {
  const page = await openStored();
  const devtools = await page.context().newCDPSession(page);
  const { errors, data = '' } = await devtools.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  expect(JSON.parse(data)).toMatchObject({ name: 'CUPS', lang: 'ro', display: 'standalone', start_url: '/' });
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  // A browser context of a test is like a private window, which installs nothing.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
});
