import { expect, test } from '@jest/globals';
import type { Application } from '@cups/tools/desk';
import { sha256Of } from '@cups/tools/upload-client';
import type { Page } from 'playwright-core';
import { sendReply, uploadResult } from '../agency.ts';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, waitForState } from '../filings.ts';
import { printViewer, recordViewer } from '../pdf.ts';
import { createPdf } from '../scans.ts';

/** A result that the agency issues as a document: read, printed, handed over, corrected and revoked. */

const VERIFICATION_URL = 'https://verify.example.md/r/77';
const FIRST = createPdf('Extras', { pages: 2 });
const SECOND = createPdf('Extras corectat');
const REASON = { ro: 'Numele era greșit.', ru: 'Имя было неверным.', en: 'The name was wrong.' };
const OPEN = { name: 'Deschide Documentul emis' };

/** As people see it: in groups of eight. */
const shownSha256Of = (bytes: Buffer) => sha256Of(bytes).replace(/(.{8})(?=.)/g, '$1 ');

async function decide(filed: Application, kind: 'decided' | 'resultCorrected', pdf: Buffer, number: string) {
  const document = await uploadResult(filed, pdf);
  const result = { kind: 'electronic', number, documents: [document], verificationUrl: VERIFICATION_URL };
  const decision = { outcome: 'approved', decideTime: new Date().toISOString() };
  const data = Object.assign({ result }, kind === 'decided' ? decision : { reason: REASON });
  await sendReply(filed, kind, data);
}

/** Files an application of somebody who reads Russian, decided with a document of two pages. */
async function fileDecided(): Promise<Application> {
  const content = {
    applicant: Object.assign(applicant('Cebotari'), { language: 'ru' }),
    contact: { none: true },
    delivery: { kind: 'electronic' },
  };
  const filed = await fileApplication({ ending: 'ZN', content });
  await decide(filed, 'decided', FIRST, 'ASP-77');
  return waitForState(filed, 'ready');
}

/** Opens the application, with a viewer whose prints can be read. */
async function openApplication({ id }: Application): Promise<Page> {
  const page = await open({ operator: 'cu-001-specialist', path: '/' });
  await recordViewer(page);
  await page.goto(`/applications/${id}`);
  return page;
}

const waitForPage = (page: Page, text: string) => page.locator('dialog').getByText(text).waitFor();
const waitForFrame = (page: Page) => page.frameLocator('dialog iframe').locator('canvas').first().waitFor();

test('reads, prints and hands over an electronic result by keyboard', async () => {
  const filed = await fileDecided();
  const page = await openApplication(filed);
  await page.getByRole('button', OPEN).focus();
  await page.keyboard.press('Enter');
  await waitForPage(page, 'Pagina 1 din 2');
  await page.keyboard.press('ArrowRight');
  await waitForPage(page, 'Pagina 2 din 2');
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('KeyP');
  const { sheets, qr } = await printViewer(page);
  const [cover = '', ...pages] = sheets;
  // The document itself has no mark: its pages are pictures without any text.
  expect(pages).toEqual(['', '']);
  expect(cover).toMatch(/^CUPS ?Lozova.* Foaie de însoțire Сопроводительный лист/);
  expect(cover).toContain('Tipărit după rezultatul electronic.');
  expect(cover).toContain(`Număr de urmărire Номер для отслеживания ${filed.trackingNumber}`);
  expect(cover).toContain('Numărul rezultatului Номер результата ASP-77');
  expect(cover).toContain(`Документ, SHA-256 ${shownSha256Of(FIRST)}`);
  expect(cover).toMatch(
    /Tipărit Напечатано \d\d\.\d\d\.\d{4}, \d\d:\d\d Specialistul Специалист Test Specialist Lozova/,
  );
  expect(cover).toContain(VERIFICATION_URL);
  expect(cover).not.toMatch(/ÎNLOCUIT|REVOCAT/);
  expect(qr).toBe(VERIFICATION_URL);

  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('KeyH');
  await page.getByRole('heading', { level: 1, name: 'Înmânarea rezultatului' }).waitFor();
  await page.keyboard.type('B00000077');
  for (const key of ['Tab', 'Space', 'Tab', 'Space', 'Control+Enter']) await page.keyboard.press(key);
  await page.getByText('Înmânat și închis').waitFor();
  await waitForState(filed, 'closed');
  await page.goto(`/applications/${filed.id}`);
  await page.getByText(`Documentul, SHA-256: ${shownSha256Of(FIRST)}`).waitFor();
});

test('prints a QR code of the address that the agency of the platform states for a result', async () => {
  const content = { applicant: applicant('Verificare'), contact: { none: true }, delivery: { kind: 'electronic' } };
  const filed = await waitForState(await fileApplication({ content }), 'ready');
  const page = await openApplication(filed);
  const link = page.getByRole('link', { name: 'Verifică rezultatul pe pagina instituției' });
  const url = String(await link.getAttribute('href'));
  const number = /^https:\/\/verify\.example\.md\/(ASP-R-\d{8})$/.exec(url)?.[1];
  await page.getByRole('button', OPEN).click();
  await waitForFrame(page);
  await page.keyboard.press('KeyP');
  const { sheets, qr } = await printViewer(page);
  expect(sheets[0]).toContain(`Numărul rezultatului ${number} `);
  expect(sheets[0]).toContain(`Verificare ${url}`);
  expect(qr).toBe(url);
});

test('prints a replaced or revoked result with a sheet that says so', async () => {
  const filed = await fileDecided();
  await decide(filed, 'resultCorrected', SECOND, 'ASP-78');
  const page = await openApplication(filed);
  const old = page.getByRole('listitem').filter({ hasText: 'Înlocuit la' });
  await old.getByText(/Rezultatul valabil: ASP-78\.$/).waitFor();
  expect(await axe(page)).toEqual([]);
  await old.getByRole('button', OPEN).click();
  await waitForFrame(page);
  await page
    .locator('dialog')
    .getByText(/^Înlocuit la \d\d\.\d\d\.\d{4}/)
    .waitFor();
  expect(await page.locator('dialog').getByRole('button', { name: 'Descarcă' }).count()).toBe(0);
  // The browser's own print command has the sheet too.
  const byBrowser = await printViewer(page, 'browser');
  expect(byBrowser.sheets.length).toBe(2);
  expect(byBrowser.sheets[0]).toContain('ÎNLOCUIT la');
  await page.getByRole('button', { name: /^Tipărește/ }).click();
  const { sheets } = await printViewer(page);
  expect(sheets.length).toBe(3);
  expect(sheets[0]).toMatch(/ÎNLOCUIT la \d\d\.\d\d\.\d{4}, \d\d:\d\d\. Acest document nu mai este valabil\./);
  expect(sheets[0]).toContain('Номер действующего результата: ASP-78.');
  expect(sheets[0]).toContain(`Документ, SHA-256 ${shownSha256Of(FIRST)}`);

  await page.keyboard.press('Escape');
  await sendReply(filed, 'resultRevoked', { reason: REASON });
  await page.getByText('Revocat la').nth(1).waitFor({ timeout: 30_000 });
  // The current result and both in the history.
  expect(await page.getByText('Revocat la').count()).toBe(3);
  await page.getByRole('button', OPEN).first().click();
  await waitForFrame(page);
  await page.keyboard.press('KeyP');
  expect((await printViewer(page)).sheets[0]).toContain('REVOCAT la');
});
