import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, tolerate } from '../desk.ts';
import { KeyboardUser } from '../keyboard.ts';
import { openDocuments } from '../open-documents.ts';
import { CHUNK, chooseFile, createPdf, createPicture, scanOf, waitForScan, watchOffsets } from '../scans.ts';

/** Scans in a real browser: chosen, dropped, pasted, cut off, resumed, photographed and refused. */

/** Cuts the next upload request after some chunks: the platform has them, and the page has no response. */
async function cutNextUpload(page: Page): Promise<void> {
  let isCut = false;
  await page.route('**/api/v1/uploads/*', async (route) => {
    if (isCut || route.request().method() !== 'PATCH') return route.fallback();
    isCut = true;
    const part = route
      .request()
      .postDataBuffer()
      ?.subarray(0, 4 * CHUNK);
    await route.fetch({ postData: part ?? '' });
    await route.abort('connectionreset');
  });
}

test('uploads a PDF over a line that is cut, and over a reload', async () => {
  const page = await openDocuments();
  tolerate(page, /Failed to load resource/, /ERR_CONNECTION_RESET/);
  const offsets = watchOffsets(page);
  await cutNextUpload(page);
  await chooseFile(page, createPdf('Certificat', { padding: 1_500_000 }));
  await waitForScan(page, /^Linia s-a întrerupt/);
  await page.reload();
  await waitForScan(page, 'Încărcat și verificat');
  expect(offsets.at(-1)).toBe(4 * CHUNK);
  await page
    .getByRole('contentinfo')
    .getByText(/^Salvat la/)
    .waitFor();
});

test('says why a file is refused, by the page and by the platform', async () => {
  const page = await openDocuments();
  await chooseFile(page, Buffer.from('\0\0\0\x18ftypheic\0\0\0\0'), { name: 'photo.heic' });
  await scanOf(page)
    .getByText(/^Fotografiile HEIC nu sunt acceptate/)
    .waitFor();
  await chooseFile(page, createPdf('x', { catalog: '/OpenAction<</S/JavaScript/JS(app.alert(1))>>' }));
  await waitForScan(page, /^PDF-ul conține un program/);
  await scanOf(page)
    .getByRole('button', { name: /^Scanează din nou/ })
    .waitFor();
  expect(await axe(page)).toEqual([]);
});

test('photographs three pages and files with 15 keys and no click', async () => {
  const page = await openDocuments({ camera: true });
  const user = new KeyboardUser(page);
  await user.press('f');
  await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
  for (const n of [1, 2, 3]) {
    await user.press('Space');
    await page.getByText(`Pagina ${n}`, { exact: true }).waitFor();
  }
  await user.press('r');
  expect(await axe(page)).toEqual([]);
  await user.press('Control+Enter');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await waitForScan(page, 'Încărcat și verificat');
  await scanOf(page)
    .getByText(/^3\s*pagini/)
    .waitFor();
  expect(user.keys).toBe(7);
  await user.press('Control+Enter');
  await user.waitForScreen('Cum primește rezultatul?');
  await user.press('Control+Enter');
  // The draft names a mandate already.
  await user.waitForScreen('Persoana împuternicește centrul');
  await user.press('Enter');
  await user.waitForScreen(/Verificați|verific/i);
  await user.press('Space');
  await user.press('Control+Enter');
  await page.getByRole('heading', { name: 'Cererea a fost depusă' }).waitFor();
  expect(user.keys).toBe(15);
});

test('takes a pasted picture and a dropped file', async () => {
  const page = await openDocuments();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const png = (await createPicture(page, 'image/png')).toString('base64');
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (symbol) => symbol.charCodeAt(0));
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) })]);
  }, png);
  await scanOf(page).getByRole('button', { name: 'Alege fișierul' }).focus();
  await page.keyboard.press('Control+V');
  await waitForScan(page, 'Încărcat și verificat');

  const folder = mkdtempSync(join(tmpdir(), 'cups-e2e-drop-'));
  const file = join(folder, 'scan.pdf');
  writeFileSync(file, createPdf('Certificat', { pages: 2 }));
  try {
    await dropFile(page, file);
    await scanOf(page)
      .getByText(/^2\s*pagini/)
      .waitFor();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Drops a file onto the first document, as a file manager does. */
async function dropFile(page: Page, file: string): Promise<void> {
  const { x, y, width, height } = (await scanOf(page).boundingBox())!;
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files: [file], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await browser.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data });
}
