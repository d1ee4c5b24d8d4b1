import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe } from '../desk.ts';
import { findLayoutErrors } from '../layout-checks.ts';
import { openDocuments } from '../open-documents.ts';
import { chooseFile, createPdf, scanOf, waitForScan } from '../scans.ts';

/** Layout and accessibility of scans: the screen of documents, the camera and the viewer. */

const LANGUAGES = ['ro', 'ru', 'en'] as const;
const SIZES = [
  { width: 1366, height: 620 },
  { width: 1024, height: 768 },
  { width: 360, height: 740 },
];

const view = (page: Page) => scanOf(page).locator('button', { hasText: /^(Deschide|Открыть|View)/ });
const photograph = (page: Page) => scanOf(page, 1).locator('button', { hasText: /^(Foto|Сфото|Photo)/ });
const waitForFrame = (page: Page) => page.frameLocator('dialog iframe').locator('canvas').waitFor();

async function chooseLanguage(page: Page, language: string): Promise<void> {
  await page.evaluate((chosen) => sessionStorage.setItem('cups-language', chosen), language);
  await page.reload();
  await view(page).waitFor();
}

async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
}

/** Runs in the page. Buttons with a key are in sight without scrolling. */
const findHiddenButtons = () =>
  [...document.querySelectorAll('dialog button:has(kbd), footer button:has(kbd)')]
    .filter((button) => button.getBoundingClientRect().bottom > innerHeight)
    .map((button) => `below the window: ${button.textContent}`);

/** Checks the shown part of the page in all sizes, and its accessibility once. */
async function findErrors(
  page: Page,
  what: string,
  selector: string,
  isAccessibilityChecked = what.endsWith('ro'),
): Promise<string[]> {
  const errors: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await page.evaluate(() => document.fonts.ready);
    const found = [...(await findLayoutErrors(page, selector)), ...(await page.evaluate(findHiddenButtons))];
    errors.push(...found.map((error) => `${size.width}: ${error}`));
  }
  // The language changes no role, and a check takes a second.
  if (isAccessibilityChecked) errors.push(...(await axe(page)));
  await page.setViewportSize(SIZES[0]!);
  return errors.map((error) => `${what}, ${error}`);
}

test('fits the documents, the camera and the viewer in each language and width', async () => {
  const page = await openDocuments({ camera: true });
  await chooseFile(page, createPdf('Certificat', { pages: 3 }));
  await waitForScan(page, 'Încărcat și verificat');
  await chooseFile(page, createPdf('x', { catalog: '/OpenAction<</S/JavaScript/JS(app.alert(1))>>' }), { at: 1 });
  await waitForScan(page, /^PDF-ul conține un program/, 1);
  const errors: string[] = [];
  for (const language of LANGUAGES) {
    await chooseLanguage(page, language);
    errors.push(...(await findErrors(page, `documents, ${language}`, 'main')));

    await photograph(page).click();
    await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
    await page.keyboard.press('Space');
    await page.locator('dialog li img').waitFor();
    errors.push(...(await findErrors(page, `camera, ${language}`, 'dialog')));
    await closeDialog(page);

    await view(page).click();
    await waitForFrame(page);
    await page.locator('dialog [role=status]').waitFor();
    errors.push(...(await findErrors(page, `viewer, ${language}`, 'dialog')));
    await closeDialog(page);
  }
  expect(errors).toEqual([]);
});
