import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { startChromium } from './chromium.ts';
import { applicant, fileApplication } from './filings.ts';
import { fileForKnownPerson, KeyboardUser, handOverResult } from './keyboard.ts';
import { fileSample } from './sample.ts';
import { startTestPlatform } from './test-platform.ts';
import { platformUrl } from './test-env.ts';
import { measureNetwork } from './network-usage.ts';
import { measureTimeToQueue, MOBILE_LINE, throttle } from './slow-line.ts';
import { signIn } from './sign-in.ts';

/**
 * `npm run cups -- desk perf`: load times on a slow network and an old PC, key latency, screens and keys per journey, and
 * bytes. Medians of five runs; written to bench/desk-page.json.
 */

const RUNS = 5;
const CPU_SLOWDOWN = 6;
const CLERK = 'cu-001-specialist';

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const round = (value: number): number => Math.round(value);

async function openSignedInContext(browser: Browser): Promise<BrowserContext> {
  const viewport = { width: 1366, height: 620 };
  const context = await browser.newContext({
    baseURL: platformUrl(),
    viewport,
    locale: 'ro-RO',
    timezoneId: 'Europe/Chisinau',
  });
  await signIn(context, CLERK);
  return context;
}

async function measureLoadTimes(browser: Browser): Promise<{ coldMs: number; warmMs: number }> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const context = await openSignedInContext(browser);
    const page = await context.newPage();
    await throttle(page, MOBILE_LINE, CPU_SLOWDOWN);
    cold.push(await measureTimeToQueue(page));
    const network = await measureNetwork(page);
    await network.waitForIdle();
    warm.push(await measureTimeToQueue(page));
    await context.close();
  }
  return { coldMs: round(median(cold)), warmMs: round(median(warm)) };
}

interface KeyLatency {
  code: string;
  ms: number;
}

/** Records the time from each key to the next paint. */
function recordKeyLatencies(): void {
  const latencies: KeyLatency[] = ((globalThis as { keys?: KeyLatency[] }).keys = []);
  addEventListener(
    'keydown',
    ({ code }) => {
      const began = performance.now();
      requestAnimationFrame(() => setTimeout(() => latencies.push({ code, ms: performance.now() - began })));
    },
    true,
  );
}

/** Measures keys in the queue, the service search and the IDNP field, with a slow CPU. */
async function measureKeyLatencies(browser: Browser): Promise<object> {
  const context = await openSignedInContext(browser);
  const page = await context.newPage();
  await page.addInitScript(recordKeyLatencies);
  await page.goto('/');
  await page.locator('[data-row]').first().waitFor();
  const network = await measureNetwork(page);
  await network.waitForIdle();
  await throttle(page, MOBILE_LINE, CPU_SLOWDOWN);
  const user = new KeyboardUser(page);
  const press = async (...keys: string[]) => {
    for (const key of keys) {
      const before = await page.evaluate(() => (globalThis as { keys?: KeyLatency[] }).keys?.length ?? 0);
      await user.press(key);
      await page.waitForFunction((n) => ((globalThis as { keys?: KeyLatency[] }).keys?.length ?? 0) > n, before);
    }
  };
  await press('ArrowDown', 'ArrowDown', 'ArrowUp', '4', '1');
  await press('n');
  await user.waitForScreen('Ce serviciu cere persoana?');
  await press(...'adeverinta', 'ArrowDown', 'ArrowUp', 'Enter');
  await user.waitForScreen('Cine cere serviciul?');
  await press(...'2900100000');
  const all = await page.evaluate(() => (globalThis as { keys?: KeyLatency[] }).keys ?? []);
  await context.close();
  const slow = all.filter(({ ms }) => ms > 100);
  return {
    keys: all.length,
    medianMs: round(median(all.map(({ ms }) => ms))),
    slowerThan100: slow.map(({ code, ms }) => `${code} ${round(ms)}`),
  };
}

async function measureJourneys(browser: Browser, ready: string) {
  const context = await openSignedInContext(browser);
  const page = await context.newPage();
  await page.goto('/');
  await page.locator('[data-row]').first().waitFor();
  const filingUser = new KeyboardUser(page);
  const network = await measureNetwork(page);
  await network.waitForIdle();
  network.reset();
  await fileForKnownPerson(filingUser, 'Vrab');
  await network.waitForIdle();
  // Scripts are cached after the first load.
  const bytes = network.totalBytes('/api/');
  await page.goto(`/applications/${ready}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await network.waitForIdle();
  const handOverUser = new KeyboardUser(page);
  await handOverResult(handOverUser, 'B00004217');
  await context.close();
  return {
    // The receipt is no screen to work on.
    knownPersonFiles: { screens: filingUser.screens.length - 1, keys: filingUser.keys, wireBytes: bytes },
    handOver: { screens: handOverUser.screens.length - 1, keys: handOverUser.keys },
  };
}

async function measureBytes(browser: Browser) {
  const context = await openSignedInContext(browser);
  const page = await context.newPage();
  const network = await measureNetwork(page);
  const measureVisit = async (): Promise<number> => {
    await page.goto('about:blank');
    await network.waitForIdle();
    network.reset();
    await page.goto('/');
    await page.locator('[data-row]').first().waitFor();
    return network.receivedBytes('/') - network.receivedBytes('/api/v1/catalog');
  };
  const firstScreen = await measureVisit();
  const repeatVisit = await measureVisit();
  await context.close();
  const other = await browser.newContext({ baseURL: platformUrl() });
  const citizen = await other.newPage();
  const citizenNetwork = await measureNetwork(citizen);
  await citizen.goto('/t');
  await citizenNetwork.waitForIdle();
  await other.close();
  return { firstScreen, repeatVisit, citizenPage: citizenNetwork.receivedBytes('/') };
}

const testPlatform = await startTestPlatform();
const browser = await startChromium('newest');
try {
  const { ready } = await fileSample();
  await fileApplication({ content: { applicant: applicant('Vrabie'), contact: { none: true } } });
  const figures = {
    of: new Date().toISOString().slice(0, 10),
    machine: { cores: cpus().length, processor: cpus()[0]?.model, chromium: browser.version() },
    wireBytes: await measureBytes(browser),
    journeys: await measureJourneys(browser, ready.id),
    slow: {
      line: '512 kbit/s, 300 ms',
      processor: `${CPU_SLOWDOWN} times slower`,
      runs: RUNS,
      queue: await measureLoadTimes(browser),
    },
    keyAnswers: await measureKeyLatencies(browser),
  };
  writeFileSync(join(import.meta.dirname, '../../bench/desk-page.json'), `${JSON.stringify(figures, undefined, 2)}\n`);
  console.log(JSON.stringify(figures, undefined, 2));
} finally {
  await browser.close();
  await testPlatform.close();
}
