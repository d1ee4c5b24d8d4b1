import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startChromium } from './chromium.ts';
import { applicant, file } from './filings.ts';
import { fileForKnown, Hand, handOverReady } from './hand.ts';
import { fileSample } from './sample.ts';
import { openStage } from './stage.ts';
import { url } from './surroundings.ts';
import { wireOf } from './wire.ts';

/**
 * `npm run desk:figures`: how quick the page is on a slow line and an old PC, how quickly it answers a key, how many screens
 * and keys its journeys take, and what it brings over the wire. Medians of five; written to bench/desk-page.json.
 */

const RUNS = 5;
/** 512 kbit/s, 300 ms, and a processor six times slower than this one. */
const LINE = { offline: false, latency: 300, downloadThroughput: 64_000, uploadThroughput: 64_000 };
const SLOWER = 6;
const CLERK = 'cu-001-specialist';

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const rounded = (value: number): number => Math.round(value);

async function signedIn(browser: Browser): Promise<BrowserContext> {
  const viewport = { width: 1366, height: 620 };
  const context = await browser.newContext({
    baseURL: url(),
    viewport,
    locale: 'ro-RO',
    timezoneId: 'Europe/Chisinau',
  });
  const data = { provider: 'local', operator: CLERK };
  await context.request.post(`${url()}/api/v1/sessions`, { data });
  return context;
}

async function slowed(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', LINE);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
}

/** Milliseconds from the address until rows are there and a key moves among them. */
async function untilUsable(page: Page): Promise<number> {
  await page.goto('about:blank');
  await page.goto('/', { waitUntil: 'commit' });
  const there = await page.waitForFunction(() => document.querySelector('[data-row]') && performance.now(), undefined, {
    timeout: 60_000,
  });
  return Number(await there.jsonValue());
}

async function speed(browser: Browser): Promise<{ coldMs: number; warmMs: number }> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const context = await signedIn(browser);
    const page = await context.newPage();
    await slowed(page);
    cold.push(await untilUsable(page));
    const wire = await wireOf(page);
    await wire.quiet();
    warm.push(await untilUsable(page));
    await context.close();
  }
  return { coldMs: rounded(median(cold)), warmMs: rounded(median(warm)) };
}

interface Answered {
  code: string;
  ms: number;
}

/** From each key until what it did is painted, as the page itself sees it. */
function watchKeys(): void {
  const seen: Answered[] = ((globalThis as { keys?: Answered[] }).keys = []);
  addEventListener(
    'keydown',
    ({ code }) => {
      const began = performance.now();
      requestAnimationFrame(() => setTimeout(() => seen.push({ code, ms: performance.now() - began })));
    },
    true,
  );
}

/** Keys in the queue, in the search for a service, and in the number of a person, on the slowed processor. */
async function keyAnswers(browser: Browser): Promise<object> {
  const context = await signedIn(browser);
  const page = await context.newPage();
  await page.addInitScript(watchKeys);
  await page.goto('/');
  await page.locator('[data-row]').first().waitFor();
  const wire = await wireOf(page);
  await wire.quiet();
  await slowed(page);
  const hand = new Hand(page);
  const press = async (...keys: string[]) => {
    for (const key of keys) {
      const before = await page.evaluate(() => (globalThis as { keys?: Answered[] }).keys?.length ?? 0);
      await hand.press(key);
      await page.waitForFunction((n) => ((globalThis as { keys?: Answered[] }).keys?.length ?? 0) > n, before);
    }
  };
  await press('ArrowDown', 'ArrowDown', 'ArrowUp', '4', '1');
  await press('n');
  await hand.reach('Ce serviciu cere persoana?');
  await press(...'adeverinta', 'ArrowDown', 'ArrowUp', 'Enter');
  await hand.reach('Cine cere serviciul?');
  await press(...'2900100000');
  const all = await page.evaluate(() => (globalThis as { keys?: Answered[] }).keys ?? []);
  await context.close();
  const slow = all.filter(({ ms }) => ms > 100);
  return {
    keys: all.length,
    medianMs: rounded(median(all.map(({ ms }) => ms))),
    slowerThan100: slow.map(({ code, ms }) => `${code} ${rounded(ms)}`),
  };
}

async function journeys(browser: Browser, ready: string) {
  const context = await signedIn(browser);
  const page = await context.newPage();
  await page.goto('/');
  await page.locator('[data-row]').first().waitFor();
  const filing = new Hand(page);
  const wire = await wireOf(page);
  await wire.quiet();
  wire.reset();
  await fileForKnown(filing, 'Vrab');
  await wire.quiet();
  // Programs of the screens come once and are kept.
  const bytes = wire.of('/api/');
  await page.goto(`/applications/${ready}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await wire.quiet();
  const handing = new Hand(page);
  await handOverReady(handing, 'B00004217');
  await context.close();
  return {
    // The receipt is what comes of it, no screen to work on.
    knownPersonFiles: { screens: filing.screens.length - 1, keys: filing.keys, wireBytes: bytes },
    handOver: { screens: handing.screens.length - 1, keys: handing.keys },
  };
}

async function bytes(browser: Browser) {
  const context = await signedIn(browser);
  const page = await context.newPage();
  const wire = await wireOf(page);
  const visit = async (): Promise<number> => {
    await page.goto('about:blank');
    await wire.quiet();
    wire.reset();
    await page.goto('/');
    await page.locator('[data-row]').first().waitFor();
    return wire.came('/') - wire.came('/api/v1/registry');
  };
  const firstScreen = await visit();
  const repeatVisit = await visit();
  await context.close();
  const other = await browser.newContext({ baseURL: url() });
  const citizen = await other.newPage();
  const counted = await wireOf(citizen);
  await citizen.goto('/t');
  await counted.quiet();
  await other.close();
  return { firstScreen, repeatVisit, citizenPage: counted.came('/') };
}

const stage = await openStage();
const browser = await startChromium('newest');
try {
  const { ready } = await fileSample();
  await file({ content: { applicant: applicant('Vrabie'), contact: { none: true } } });
  const figures = {
    of: new Date().toISOString().slice(0, 10),
    machine: { cores: cpus().length, processor: cpus()[0]?.model, chromium: browser.version() },
    wireBytes: await bytes(browser),
    journeys: await journeys(browser, ready.id),
    slow: { line: '512 kbit/s, 300 ms', processor: `${SLOWER} times slower`, runs: RUNS, queue: await speed(browser) },
    keyAnswers: await keyAnswers(browser),
  };
  writeFileSync(join(import.meta.dirname, '../../bench/desk-page.json'), `${JSON.stringify(figures, undefined, 2)}\n`);
  console.log(JSON.stringify(figures, undefined, 2));
} finally {
  await browser.close();
  await stage.close();
}
