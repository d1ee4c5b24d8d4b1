import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startGateway } from '@cups/gateway/testing';
import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { open, tolerate } from '../desk.ts';
import { listCaches, waitForStoredPage } from '../offline.ts';
import { ReleaseProxy } from '../release-proxy.ts';
import { platformUrl } from '../test-env.ts';

/** A browser with a stored page gets a new release, or loses the stored page, without losing input. */

type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** The title of the queue in each release. */
const OLD = 'Coada';
const NEW = 'Rândul';

let proxy: ReleaseProxy;
/** Folder of the new release. */
const release = mkdtempSync(join(tmpdir(), 'cups-release-'));
/** Serves the new release. */
let newer: Gateway;
/** Serves the new release, and a worker that removes itself. */
let withdrawn: Gateway;
beforeAll(async () => {
  proxy = await ReleaseProxy.open(platformUrl());
  execFileSync(
    process.execPath,
    [join(import.meta.dirname, '../../../apps/desk/test/build-release.ts'), release, NEW],
    {
      stdio: 'inherit',
    },
  );
  newer = await startGateway({}, { deskDir: release });
  withdrawn = await startGateway({}, { deskDir: release, deskServiceWorker: 'withdrawn' });
}, 240_000);
beforeEach(() => proxy.reset());
afterAll(async () => {
  await Promise.all([proxy.close(), newer.stop(), withdrawn.stop()]);
  rmSync(release, { recursive: true });
});

const queueTab = (page: Page, title: string) => page.getByRole('link', { name: new RegExp(`^${title}`) });

async function openStored(): Promise<Page> {
  const page = await open({
    operator: 'cu-022-specialist',
    flags: proxy.browserFlags,
    serviceWorkers: 'allow',
  });
  tolerate(page, /Failed to load resource|ERR_/);
  await queueTab(page, OLD).waitFor();
  await waitForStoredPage(page);
  return page;
}

/** Opens a second window of the same browser, with half an input. */
async function openTyping(page: Page): Promise<Page> {
  const second = await page.context().newPage();
  await second.goto(`${platformUrl()}/visits/new`);
  await second.getByRole('combobox').fill('pașa');
  await second.waitForFunction(() => navigator.serviceWorker.controller !== null);
  return second;
}

/** How long a release may wait for the end of the active worker before the browser ends it, in ms. */
const WORKER_END_MS = 15_000;

/**
 * The browser comes online, and the page checks for a release, until there is a result: a check that meets the browser's
 * own, which follows a navigation, has the result of that one.
 *
 * Chromium gives the active worker up to five minutes to finish before a release that all windows agreed to takes over, and
 * ends no idle worker while a debugger is attached. So the browser ends the workers here when a release waits for long.
 */
async function checkUntil(page: Page, isDone: () => Promise<boolean>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('ServiceWorker.enable');
  let waitsSince: number | undefined;
  const check = async () => {
    await page.evaluate(() => void dispatchEvent(new Event('online')));
    if (await isDone()) return true;
    waitsSince = (await hasWaitingRelease(page)) ? (waitsSince ?? Date.now()) : undefined;
    if (waitsSince !== undefined && Date.now() - waitsSince > WORKER_END_MS) {
      waitsSince = undefined;
      await session.send('ServiceWorker.stopAllWorkers');
    }
    throw new Error(await describeWorkers(page));
  };
  await eventually(check, { timeoutMs: 90_000, everyMs: 1_000 });
}

/** Returns the URL of the window's main script, which names its release. */
const readMainScript = (page: Page) =>
  page.evaluate(() => document.querySelector<HTMLScriptElement>('script[type=module]')?.src);

const hasWaitingRelease = (page: Page) =>
  page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting !== null);

/** Returns the states of the workers, what the window shows, and the last requests: why a release is not taken. */
async function describeWorkers(page: Page): Promise<string> {
  const state = await page.evaluate(async () => {
    const registrations = await navigator.serviceWorker.getRegistrations();
    return {
      'installing, waiting, active': registrations.map(({ installing, waiting, active }) =>
        [installing, waiting, active].map((worker) => worker?.state ?? 'none').join(', '),
      ),
      isControlled: navigator.serviceWorker.controller !== null,
      script: document.querySelector<HTMLScriptElement>('script[type=module]')?.src,
      focused: document.activeElement?.tagName,
      text: document.body.innerText.slice(0, 300),
    };
  });
  return JSON.stringify({ ...state, requests: proxy.requests.slice(-20) }, undefined, 2);
}

/** Resolves when a worker has asked the window this often whether it can reload. */
const waitForQuestions = (page: Page, count: number) =>
  page.evaluate(
    (wanted) =>
      new Promise<void>((resolve, reject) => {
        setTimeout(() => reject(new Error('The window was not asked.')), 60_000);
        let asked = 0;
        navigator.serviceWorker.addEventListener('message', ({ data }) => {
          if ((data as { kind: string }).kind === 'can-reload' && ++asked === wanted) resolve();
        });
      }),
    count,
  );

test('takes a new release when no window has input, and keeps the files of the former one until then', async () => {
  const page = await openStored();
  const typing = await openTyping(page);
  const [oldCache = ''] = Object.keys(await listCaches(page));
  proxy.serve(() => newer.url);
  await checkUntil(page, () => hasWaitingRelease(page));
  // The second question follows a refusal.
  await waitForQuestions(typing, 2);
  expect(await hasWaitingRelease(page)).toBe(true);
  await queueTab(page, OLD).waitFor();
  // A reload alone does not take it.
  await page.reload();
  await queueTab(page, OLD).waitFor();

  // The operator opens it; the other window keeps its input and its files.
  await page.getByRole('button', { name: /^Contul meu/ }).click();
  await page.getByRole('button', { name: 'Deschide acum' }).click();
  await checkUntil(page, () => queueTab(page, NEW).isVisible());
  expect(await typing.getByRole('combobox').inputValue()).toBe('pașa');
  await queueTab(typing, OLD).waitFor();
  const files = (await listCaches(typing))[oldCache] ?? [];
  const former = files.filter((path) => /\/(?:centres|hand-over)-[\w-]+\.js$/.test(path));
  expect(former.length).toBeGreaterThan(1);
  await typing.evaluate((paths) => Promise.all(paths.map((path) => import(path))).then(() => {}), former);

  // Once it has none, it follows, and the former release is deleted.
  await typing.getByRole('combobox').fill('');
  await queueTab(typing, OLD).click();
  await queueTab(typing, NEW).waitFor({ timeout: 60_000 });
  await typing.reload();
  await eventually(async () => !Object.keys(await listCaches(typing)).includes(oldCache));
});

test('stores no release by halves while gateways of two releases serve', async () => {
  const page = await openStored();
  const [oldCache = ''] = Object.keys(await listCaches(page));
  // The worker of the new release meets the document of the former one, last its own.
  proxy.serve((path) => (path === '/' ? platformUrl() : newer.url));
  await page.evaluate(() =>
    navigator.serviceWorker.addEventListener('message', ({ data }) => {
      document.documentElement.dataset['workerMessage'] = (data as { kind: string }).kind;
    }),
  );
  const html = page.locator('html');
  await checkUntil(page, async () => (await html.getAttribute('data-worker-message')) !== null);
  expect(await html.getAttribute('data-worker-message')).toBe('install-failed');
  expect(await hasWaitingRelease(page)).toBe(false);
  await page.reload();
  await queueTab(page, OLD).waitFor();
  proxy.serve(() => newer.url);
  await checkUntil(page, () => queueTab(page, NEW).isVisible());
  expect(Object.keys(await listCaches(page))).not.toEqual([oldCache]);
});

test('a window that was opened past the worker takes a new release', async () => {
  const page = await openStored();
  // The operator reloads with Shift: the browser asks the network, and no worker controls the window.
  const session = await page.context().newCDPSession(page);
  await Promise.all([page.waitForEvent('load'), session.send('Page.reload', { ignoreCache: true })]);
  await queueTab(page, OLD).waitFor();
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBe(null);
  proxy.serve(() => newer.url);
  await checkUntil(page, () => queueTab(page, NEW).isVisible());
});

test('takes a new release in the page of an agency', async () => {
  const page = await open({ operator: 'arhiva-orhei-clerk', flags: proxy.browserFlags, serviceWorkers: 'allow' });
  tolerate(page, /Failed to load resource|ERR_/);
  await waitForStoredPage(page);
  const former = await readMainScript(page);
  proxy.serve(() => newer.url);
  await checkUntil(page, async () => (await readMainScript(page)) !== former);
});

test('takes a new release on a locked screen', async () => {
  const page = await openStored();
  await page.keyboard.press('F8');
  const locked = page.getByRole('heading', { name: 'Ecran acoperit. Intrați din nou.' });
  await locked.waitFor();
  const former = await readMainScript(page);
  proxy.serve(() => newer.url);
  await checkUntil(page, async () => (await readMainScript(page)) !== former);
  await locked.waitFor();
});

test('a withdrawal deletes the stored page, and keeps input', async () => {
  const page = await openStored();
  const typing = await openTyping(page);
  proxy.serve(() => withdrawn.url);
  await checkUntil(page, async () => Object.keys(await listCaches(page)).length === 0);
  const assertUnregistered = async () => {
    const count = await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
    if (count > 0) throw new Error(await describeWorkers(page));
    return true;
  };
  await eventually(assertUnregistered, { timeoutMs: 60_000, everyMs: 500 });
  expect(await typing.getByRole('combobox').inputValue()).toBe('pașa');
  await page.reload();
  await queueTab(page, NEW).waitFor();
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBe(null);
});

test('a worker that fails leaves the page usable', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cups-broken-'));
  writeFileSync(join(dir, 'sw.js'), "addEventListener('install', () => { throw new Error('injected'); }); throw 1;");
  const broken = await startGateway({}, { deskDir: dir });
  try {
    proxy.serve((path) => (path === '/sw.js' ? broken.url : platformUrl()));
    const page = await open({ operator: 'cu-022-specialist', flags: proxy.browserFlags, serviceWorkers: 'allow' });
    tolerate(page, /injected|Uncaught/);
    await queueTab(page, OLD).waitFor();
    await eventually(() => proxy.requests.includes('/sw.js'));
    await page.getByRole('button', { name: /^Contul meu/ }).click();
    await page.getByText('Pagina nu se deschide încă fără rețea.').waitFor();
    await page.reload();
    await queueTab(page, OLD).waitFor();
  } finally {
    await broken.stop();
    rmSync(dir, { recursive: true });
  }
});
