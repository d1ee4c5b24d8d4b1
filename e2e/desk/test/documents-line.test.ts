import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startKillableChromium } from '../chromium.ts';
import type { KillableBrowser } from '../chromium.ts';
import { axe, forgetPage, open, tolerate } from '../desk.ts';
import { Line } from '../line.ts';
import { openDocuments } from '../open-documents.ts';
import {
  CHUNK,
  chooseFile,
  createDraft,
  createPdf,
  scanOf,
  waitForDocuments,
  waitForNamed,
  waitForScan,
  waitForStored,
  watchOffsets,
} from '../scans.ts';
import { platformUrl } from '../test-env.ts';
import { signIn } from '../sign-in.ts';

/** Uploads over a real line that breaks down, and from a browser that is killed. */

const SCAN = createPdf('Certificat', { padding: 1_500_000 });
/** Bytes that the line delivers first: nine whole chunks and a part. */
const DELIVERED = 600_000;
const STORED = DELIVERED - (DELIVERED % CHUNK);

let line: Line;
beforeAll(async () => {
  line = await Line.open(platformUrl());
});
beforeEach(() => line.restore());
afterAll(() => line.close());

/** Opens a draft over the line, and begins an upload that stalls. */
async function openStalled(): Promise<{ page: Page; draft: { id: string }; offsets: readonly number[] }> {
  const draft = await createDraft();
  const page = await openDocuments({ draft, flags: line.browserFlags });
  tolerate(page, /Failed to load resource|ERR_/);
  const offsets = watchOffsets(page);
  const stalled = line.stallAfter(DELIVERED);
  await chooseFile(page, SCAN);
  await stalled;
  await waitForStored(draft, STORED);
  return { page, draft, offsets };
}

const press = (page: Page, name: string) =>
  scanOf(page)
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click();

test('sends at most one chunk again after the line breaks down', async () => {
  const { page, offsets } = await openStalled();
  line.cut();
  await waitForScan(page, /^Linia s-a întrerupt/);
  line.restore();
  await waitForScan(page, 'Încărcat și verificat');
  expect(offsets).toEqual([0, STORED]);
});

test('pauses, resumes and cancels an upload', async () => {
  const { page, offsets } = await openStalled();
  await press(page, 'Oprește');
  await waitForScan(page, 'Încărcarea este oprită');
  line.restore();
  const stalled = line.stallAfter(DELIVERED);
  // The line can be faster than the report of the browser.
  const resumed = page.waitForRequest((request) => request.method() === 'PATCH' && request.url().includes('/uploads/'));
  await press(page, 'Continuă');
  await Promise.all([stalled, resumed]);
  expect(offsets).toEqual([0, STORED]);
  const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE');
  line.restore();
  await press(page, 'Anulează');
  expect((await deleted).status()).toBe(204);
  await scanOf(page).getByRole('button', { name: 'Alege fișierul' }).waitFor();
});

test('continues in another browser once the same file is chosen there', async () => {
  const { page, draft } = await openStalled();
  await waitForNamed(draft);
  await forgetPage(page);
  line.restore();
  const path = `/visits/resume/${draft.id}`;
  const other = await open({ operator: 'cu-001-specialist', path, flags: line.browserFlags });
  // The scan answers the question, so the draft opens at the next one.
  await other.getByRole('button', { name: 'Actele', exact: true }).click();
  const offsets = watchOffsets(other);
  await waitForScan(other, 'Se încarcă din alt browser sau de pe alt calculator');
  expect(await axe(other)).toEqual([]);
  await chooseFile(other, SCAN);
  await waitForScan(other, 'Încărcat și verificat');
  expect(offsets).toEqual([STORED]);
});

/** Signs in and opens a draft in a killable browser, over the line. */
async function openInBrowser({ browser }: KillableBrowser, draft: string): Promise<Page> {
  const context = browser.contexts()[0]!;
  await signIn(context, 'cu-001-specialist');
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.addInitScript(() => sessionStorage.setItem('cups-language', 'ro'));
  await page.goto(`${platformUrl()}/visits/resume/${draft}`);
  await waitForDocuments(page);
  return page;
}

test('continues after the browser is killed in the middle of an upload', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-e2e-browser-'));
  const browsers: KillableBrowser[] = [];
  const start = async () => {
    browsers.push(await startKillableChromium(dataDir, line.browserFlags));
    return browsers.at(-1)!;
  };
  try {
    const draft = await createDraft();
    const killed = await start();
    const stalled = line.stallAfter(DELIVERED);
    await chooseFile(await openInBrowser(killed, draft.id), SCAN);
    await stalled;
    await waitForStored(draft, STORED);
    await killed.kill();
    line.restore();

    const browser = await start();
    const offsets: number[] = [];
    browser.browser.contexts()[0]!.on('page', (page) => watchOffsets(page, offsets));
    const page = await openInBrowser(browser, draft.id);
    await waitForScan(page, 'Încărcat și verificat');
    expect(offsets).toEqual([STORED]);
    await page
      .getByRole('contentinfo')
      .getByText(/^Salvat la/)
      .waitFor();
  } finally {
    for (const browser of browsers) await browser.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
