import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Application } from '@cups/tools/desk';
import { startChromium } from './chromium.ts';
import { applicant, fileApplication } from './filings.ts';
import { fileForKnownPerson, handOverResult, KeyboardUser } from './keyboard.ts';
import { measureNetwork } from './network-usage.ts';
import { setUpWords, takeApplication, waitForCopy, waitForScreens, waitForStoredPage } from './offline.ts';
import { fileSample } from './sample.ts';
import type { Sample } from './sample.ts';
import { rawTransferMs, throttle, VILLAGE_LINE } from './slow-line.ts';
import { platformUrl } from './test-env.ts';
import { startTestPlatform } from './test-platform.ts';
import { signIn } from './sign-in.ts';

/**
 * `npm run cups -- desk report`: bytes, requests, time and keys of each journey over the slowest line, written to
 * docs/reports/desk.md.
 */

const CLERK = 'cu-001-specialist';
const REPORT = join(import.meta.dirname, '../../docs/reports/desk.md');

interface Journey {
  name: string;
  /** Nobody is signed in at its start. */
  isSignedOut?: boolean;
  /** Starts with an empty browser; else the page is stored in it. */
  isFirstVisit?: boolean;
  /** Ends with the first screen: what the page loads ahead of need afterwards does not count. */
  isPageLoad?: boolean;
  /** Runs without a line, after the page has all that it needs for that. */
  isOffline?: boolean;
  prepare?: (page: Page, sample: Sample) => Promise<unknown>;
  run: (user: KeyboardUser, sample: Sample) => Promise<unknown>;
}

interface Figures {
  name: string;
  keys: number;
  requests: number;
  sentBytes: number;
  receivedBytes: number;
  ms: number;
  isPageLoad: boolean;
}

const queueHeading = (page: Page) => page.getByRole('heading', { level: 1, name: /^Astăzi/ });

async function waitForQueue(page: Page): Promise<void> {
  await queueHeading(page).waitFor();
  await page.locator('[data-row]').first().waitFor();
}

const openApplication = (which: keyof Sample) => async (page: Page, sample: Sample) => {
  await page.goto(`/applications/${(sample[which] as Application).id}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
};

async function signInByKeyboard(user: KeyboardUser): Promise<void> {
  await user.page.goto('/');
  await user.page.getByLabel('Centrul sau numele').waitFor();
  await user.tabTo(/^Centrul sau numele/);
  await user.type('Lozova');
  await user.press('Enter');
  await waitForQueue(user.page);
}

/** The person brought the requested document. */
async function answerDocuments(user: KeyboardUser): Promise<void> {
  await user.press('a');
  await user.press('Space');
  await user.page.getByLabel('Seria și numărul').first().waitFor();
  await user.tabTo(/^Seria și numărul/);
  await user.type('C0004217');
  await user.press('Control+Enter');
  await user.page.getByText('Actele cerute').waitFor({ state: 'hidden' });
}

/** Sets up the six words of each browser. */
const sixWords = new WeakMap<Page, string>();
async function prepareUnlock(page: Page): Promise<void> {
  sixWords.set(page, await setUpWords(page));
  await page.goto('about:blank');
}

async function unlockQueue(user: KeyboardUser): Promise<void> {
  const { page } = user;
  await page.goto('/');
  await page.getByLabel('Șase cuvinte').waitFor();
  await user.tabTo(/^Șase cuvinte/);
  await user.type(sixWords.get(page)!);
  await user.press('Enter');
  await waitForQueue(page);
}

/** Takes an application while the line is down. */
async function takeWithoutLine(page: Page): Promise<void> {
  await waitForScreens(page);
  await page.context().setOffline(true);
  await takeApplication({ page }, 'Vrabie');
}

/** The line returns, and the application is registered. */
async function registerTaken(user: KeyboardUser): Promise<void> {
  await user.page.context().setOffline(false);
  // Restoring the line ends the throttling.
  await throttle(user.page, VILLAGE_LINE);
  await user.waitForScreen('Cererea a fost depusă');
}

const JOURNEYS: readonly Journey[] = [
  {
    name: 'Sign in, first visit, to the queue',
    isSignedOut: true,
    isFirstVisit: true,
    isPageLoad: true,
    run: signInByKeyboard,
  },
  {
    name: 'Open the queue, signed in, first visit',
    isFirstVisit: true,
    isPageLoad: true,
    run: ({ page }) => page.goto('/').then(() => waitForQueue(page)),
  },
  {
    name: 'Open the queue, later visit',
    isPageLoad: true,
    run: ({ page }) => page.goto('/').then(() => waitForQueue(page)),
  },
  { name: 'New application of a known person', run: (user) => fileForKnownPerson(user, 'Vrab') },
  { name: 'Answer a request for documents', prepare: openApplication('asked'), run: answerDocuments },
  { name: 'Hand over a result', prepare: openApplication('ready'), run: (user) => handOverResult(user, 'B00004217') },
  { name: 'No line: open the queue by six words', isOffline: true, prepare: prepareUnlock, run: unlockQueue },
  {
    name: 'The line returns: register one application',
    prepare: takeWithoutLine,
    run: registerTaken,
  },
];

async function openContext(browser: Browser, isSignedOut: boolean): Promise<BrowserContext> {
  const viewport = { width: 1366, height: 620 };
  const context = await browser.newContext({
    baseURL: platformUrl(),
    viewport,
    locale: 'ro-RO',
    timezoneId: 'Europe/Chisinau',
  });
  if (!isSignedOut) await signIn(context, CLERK);
  return context;
}

async function measure(browser: Browser, journey: Journey, sample: Sample): Promise<Figures> {
  const context = await openContext(browser, journey.isSignedOut ?? false);
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const network = await measureNetwork(page);
    if (!journey.isFirstVisit) {
      const copied = waitForCopy(page);
      await page.goto('/');
      await waitForQueue(page);
      await Promise.all([waitForStoredPage(page), copied]);
    }
    await journey.prepare?.(page, sample);
    await network.waitForIdle();
    if (journey.isOffline) await context.setOffline(true);
    else await throttle(page, VILLAGE_LINE);
    network.reset();
    const user = new KeyboardUser(page);
    const startedAt = performance.now();
    await journey.run(user, sample);
    const ms = performance.now() - startedAt;
    if (!journey.isPageLoad) await network.waitForIdle();
    const figures = {
      name: journey.name,
      keys: user.keys,
      requests: network.countRequests('/'),
      sentBytes: network.sentBytes('/'),
      receivedBytes: network.receivedBytes('/'),
      ms,
      isPageLoad: journey.isPageLoad ?? false,
    };
    console.log(JSON.stringify(figures));
    return figures;
  } finally {
    // An operator has five sessions at most.
    await context.request.delete(`${platformUrl()}/api/v1/sessions/current`);
    await context.close();
  }
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
const kilobytes = (bytes: number): string => (bytes / 1_000).toFixed(1);

function toRow({ name, keys, requests, sentBytes, receivedBytes, ms, isPageLoad }: Figures): string {
  const baseline = isPageLoad ? seconds(rawTransferMs(receivedBytes, VILLAGE_LINE) + VILLAGE_LINE.latencyMs) : '';
  const cells = [keys, requests, kilobytes(sentBytes), kilobytes(receivedBytes), baseline, seconds(ms)];
  return `| ${name} | ${cells.join(' | ')} |`;
}

function toReport(all: readonly Figures[], browserVersion: string): string {
  const [processor] = cpus();
  return `# Desk report

Bytes, requests, time and keys of the desk's journeys over a line of ${VILLAGE_LINE.bitsPerSecond / 1_000} kbit/s with ${VILLAGE_LINE.latencyMs} ms for each
request. Written by \`npm run cups -- desk report\` on ${new Date().toISOString().slice(0, 10)}; do not edit.

- Machine: ${cpus().length} cores (${processor?.model ?? 'unknown'}), Chromium ${browserVersion}. Other work ran beside it.
- Bytes include headers and count both ways, over HTTP/1.1 without TLS, as the browser reports them.
- The baseline of a page load is the time that its received bytes and one wait need: no page can be faster.
- The time is from the first key to the last screen, with keys at the speed of a machine. Bytes that the page loads ahead
  of need after its first screen do not count.
- A chord counts as two keys. Later visits have the page in the browser's store.
- Without a line the time is that of the browser alone. The six words are typed in full.

| Journey | Keys | Requests | Sent, KB | Received, KB | Baseline, s | Time, s |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${all.map(toRow).join('\n')}

\`e2e/desk/test/slow-line.test.ts\` checks the budgets: 60 s for a first visit, 3 s for a later one, 30 KB for an
application.
`;
}

const testPlatform = await startTestPlatform();
const browser = await startChromium('newest');
try {
  const sample = await fileSample();
  await fileApplication({ content: { applicant: applicant('Vrabie'), contact: { none: true } } });
  const all: Figures[] = [];
  for (const journey of JOURNEYS) all.push(await measure(browser, journey, sample));
  writeFileSync(REPORT, toReport(all, browser.version()));
} finally {
  await browser.close();
  await testPlatform.close();
}
