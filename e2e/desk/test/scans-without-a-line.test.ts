import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { startKillableChromium } from '../chromium.ts';
import type { KillableBrowser } from '../chromium.ts';
import { axe, tolerate } from '../desk.ts';
import { applicant, fileApplication, openDeskFor, waitForState } from '../filings.ts';
import { KeyboardUser } from '../keyboard.ts';
import { Line } from '../line.ts';
import {
  fillIn,
  setUpWords,
  submitOffline,
  unlock,
  waitForCopy,
  waitForScreens,
  waitForStoredPage,
} from '../offline.ts';
import { openDocuments } from '../open-documents.ts';
import { pdfText } from '../pdf.ts';
import { chooseFile, createPdf, createPicture, scanOf, setFiles, waitForScan } from '../scans.ts';
import { platformUrl } from '../test-env.ts';
import { signIn } from '../sign-in.ts';

/** Scans that are taken while the line is down: stored here, sent on contact, and decided about when refused. */

const CLERK = 'cu-001-specialist';
const KEPT = 'Păstrată pe acest calculator. Se trimite automat.';
const REFUSED_PDF = createPdf('x', { catalog: '/OpenAction<</S/JavaScript/JS(app.alert(1))>>' });
const OFFLINE_ERRORS = /ERR_INTERNET_DISCONNECTED|Failed to load resource/;

interface FiledApplication {
  id: string;
  state: string;
  evidence?: { kind: string; copy?: string; originalSeen?: boolean }[];
}
interface ListedDocument {
  name: string;
  state: string;
  pages?: number;
}

const title = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

/** Waits until the application with a number is filed. */
async function waitForFiled(trackingNumber: string): Promise<FiledApplication> {
  const desk = await openDeskFor(CLERK);
  const search = () =>
    desk.call<{ applications: FiledApplication[] }>('POST', '/applications/search', { body: { trackingNumber } });
  const isFiled = async () => (await search()).body.applications.some(({ state }) => state !== 'draft');
  await eventually(isFiled, { timeoutMs: 60_000 });
  const { applications } = (await search()).body;
  expect(applications).toHaveLength(1);
  return (await desk.call<FiledApplication>('GET', `/applications/${applications[0]!.id}`)).body;
}

/** Waits until all documents of an application are checked. */
async function waitForChecked({ id }: { id: string }): Promise<ListedDocument[]> {
  const desk = await openDeskFor(CLERK);
  const list = async () =>
    (await desk.call<{ documents: ListedDocument[] }>('GET', `/applications/${id}/documents`)).body.documents;
  const isChecked = ({ state }: ListedDocument) => state === 'ready' || state === 'refused';
  await eventually(async () => (await list()).every(isChecked), { timeoutMs: 60_000 });
  return list();
}

/** Continues from the documents of a draft to its review. */
async function reviewFromDocuments(page: Page): Promise<KeyboardUser> {
  const user = new KeyboardUser(page);
  await user.press('Control+Enter');
  await user.waitForScreen('Cum primește rezultatul?');
  await user.press('Control+Enter');
  await user.waitForScreen('Persoana împuternicește centrul');
  await user.press('Enter');
  await user.waitForScreen('Persoana verifică datele');
  return user;
}

/** Continues from the documents of a draft to its receipt. */
const submitFromDocuments = async (page: Page): Promise<string> => submitOffline(page, await reviewFromDocuments(page));

test('files an application with a scan of two pages, taken without a line, after the browser is killed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-e2e-scans-'));
  const browsers: KillableBrowser[] = [];
  const line = await Line.open(platformUrl());
  const start = async (): Promise<Page> => {
    const killable = await startKillableChromium(dataDir, line.browserFlags);
    browsers.push(killable);
    const context = killable.browser.contexts()[0]!;
    await signIn(context, CLERK);
    const page = await context.newPage();
    await page.setViewportSize({ width: 1366, height: 768 });
    page.setDefaultTimeout(30_000);
    await page.addInitScript(() => sessionStorage.setItem('cups-language', 'ro'));
    await page.goto(platformUrl());
    return page;
  };
  try {
    const page = await start();
    await title(page, /^Astăzi/);
    await Promise.all([waitForStoredPage(page), waitForCopy(page)]);
    const words = await setUpWords(page);
    await page.keyboard.press('Escape');
    line.cut();
    await page.reload();
    await unlock(page, words);
    await title(page, /^Astăzi/);
    const user = await fillIn(page, 'Scanaru', 'adeverinta', async () => {
      await setFiles(page, [await createPicture(page, 'image/jpeg'), await createPicture(page, 'image/png')]);
      await waitForScan(page, KEPT);
      await scanOf(page)
        .getByText(/^2\s*pagini/)
        .waitFor();
    });
    const number = await submitOffline(page, user);
    expect((await pdfText(page)).join('\n')).toContain('copie scanată');
    await browsers[0]!.kill();

    const next = await start();
    await unlock(next, words);
    await next.getByRole('link', { name: 'Vezi ce este de trimis' }).first().click();
    await title(next, 'De trimis');
    await next
      .getByRole('strong')
      .getByText(/^Copie scanată: /)
      .waitFor();
    await next.getByText(KEPT).waitFor();
    expect(await axe(next)).toEqual([]);
    line.restore();
    await next.getByText('Totul este trimis.').waitFor({ timeout: 60_000 });
    const filed = await waitForFiled(number);
    const documents = await waitForChecked(filed);
    expect(documents).toMatchObject([{ state: 'ready', pages: 2 }]);
    expect(filed.evidence?.map(({ copy }) => copy).filter(Boolean)).toEqual([documents[0]!.name]);
  } finally {
    for (const browser of browsers) await browser.kill();
    await line.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test('shows a scan that the check refuses on arrival, and replaces it in the answer to the agency', async () => {
  const content = { applicant: applicant('Refuzatu'), evidence: [] };
  const draft = await fileApplication({ operator: CLERK, ending: 'ZD', submit: false, content });
  const page = await openDocuments({ draft });
  tolerate(page, OFFLINE_ERRORS);
  await waitForScreens(page);
  await page.context().setOffline(true);
  await chooseFile(page, REFUSED_PDF);
  await waitForScan(page, KEPT);
  await submitFromDocuments(page);
  await page.context().setOffline(false);
  await waitForState(draft, 'documents-requested');
  expect(await waitForChecked(draft)).toMatchObject([{ state: 'refused' }]);

  await page.goto(`/applications/${draft.id}`);
  const alerts = page.getByRole('region', { name: 'De știut' });
  await alerts.getByRole('button', { name: /^Scanează din nou: / }).click();
  await page.locator('[data-scan]:focus-within').waitFor();
  const panel = page.locator('[data-scan]:focus-within');
  const kind = (await panel.getAttribute('data-scan'))!;
  const again = page.locator(`[data-scan="${kind}"]`);
  await again.locator('input[type=file]').setInputFiles({
    name: 'scan.pdf',
    mimeType: 'application/pdf',
    buffer: createPdf('Certificat'),
  });
  await again.getByRole('status').getByText('Încărcat și verificat').waitFor();
  const supplied = page.waitForResponse((response) => response.url().endsWith('/supply-documents'));
  await page.keyboard.press('Control+Enter');
  expect((await supplied).status()).toBe(200);
  expect((await waitForChecked(draft)).map(({ state }) => state).sort()).toEqual(['ready', 'refused']);
});

test('lets the clerk send an application without a scan that the platform does not take', async () => {
  const page = await openDocuments();
  tolerate(page, OFFLINE_ERRORS);
  await waitForScreens(page);
  await page.context().setOffline(true);
  await page.getByRole('radio', { name: 'Original văzut' }).first().check({ force: true });
  await chooseFile(page, createPdf('Certificat'));
  await waitForScan(page, KEPT);
  const number = await submitFromDocuments(page);
  await page.route('**/api/v1/uploads', (route) =>
    route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({ reason: 'DOCUMENT_QUOTA_REACHED', status: 409 }),
    }),
  );
  await page.context().setOffline(false);
  await page.getByText('Platforma nu a primit o copie scanată.').waitFor();
  await page.getByRole('link', { name: 'Vezi ce este de trimis' }).first().click();
  await title(page, 'De trimis');
  await page.getByRole('button', { name: /^Trimite fără copie/ }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: /^Trimite fără copie/ }).click();
  await page.getByRole('button', { name: /^Da, fără copie/ }).click();
  await page.getByText('Totul este trimis.').waitFor();
  const filed = await waitForFiled(number);
  expect(filed.evidence).toMatchObject([{ originalSeen: true }]);
  expect(filed.evidence?.[0]?.copy).toBeUndefined();
});

test('takes no scan without a line when the disk is full', async () => {
  const page = await openDocuments();
  tolerate(page, OFFLINE_ERRORS);
  await waitForScreens(page);
  await page.evaluate(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value: { sealed?: ArrayBuffer }, ...rest: [IDBValidKey?]) {
      if ((value.sealed?.byteLength ?? 0) > 1_000_000) throw new DOMException('full', 'QuotaExceededError');
      return put.call(this, value, ...rest);
    };
  });
  const large = createPdf('Certificat', { padding: 3_000_000 });
  await page.context().setOffline(true);
  // The page finds out that the line is down when it sends the first scan, which is only in its memory.
  await chooseFile(page, large);
  await waitForScan(page, /^Discul este plin: copia se pierde dacă închideți pagina/);
  const count = page.getByText('De trimis: 1 scanare');
  await count.waitFor();
  // In a narrow window it covers no text.
  const before = page.viewportSize()!;
  await page.setViewportSize({ width: 360, height: 640 });
  expect(await count.evaluate((text) => getComputedStyle(text.parentElement!).position)).toBe('static');
  await page.setViewportSize(before);
  const user = await reviewFromDocuments(page);
  await page.locator('[id="/checked"]').check({ force: true });
  await user.press('Control+Enter');
  await page
    .getByText(/^Discul este plin: copia scanată nu s-a păstrat/)
    .first()
    .waitFor();

  await page.getByRole('button', { name: 'Actele', exact: true }).click();
  await scanOf(page)
    .getByRole('button', { name: /^Anulează/ })
    .click();
  await chooseFile(page, large);
  await scanOf(page)
    .getByText(/^Discul este plin: copia scanată nu s-a păstrat/)
    .waitFor();
  await scanOf(page).getByRole('button', { name: 'Alege fișierul' }).waitFor();
  expect(await axe(page)).toEqual([]);
});
