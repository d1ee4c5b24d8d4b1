import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open, tolerate } from '../desk.ts';
import type { OpenOptions } from '../desk.ts';
import { applicant, fileApplication } from '../filings.ts';
import { KeyboardUser } from '../keyboard.ts';

/** Scans in a real browser: chosen, cut off, resumed, photographed and refused. */

const CHUNK = 65_536;
const scanOf = (page: Page) => page.locator('[data-scan]').first();
const waitForState = (page: Page, text: string | RegExp) => scanOf(page).getByRole('status').getByText(text).waitFor();

/** Opens a draft that lacks its documents, which are therefore its first screen. */
async function openDocuments(options: OpenOptions = {}): Promise<Page> {
  const draft = await fileApplication({ submit: false, content: { applicant: applicant('Scutaru'), evidence: [] } });
  const page = await open({ operator: 'cu-001-specialist', path: `/visits/resume/${draft.id}`, ...options });
  await page.getByRole('heading', { level: 1, name: 'Ce acte a adus persoana?' }).waitFor();
  return page;
}

async function chooseFile(page: Page, buffer: Buffer, name = 'scan.pdf'): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await scanOf(page).getByRole('button', { name: 'Alege fișierul' }).click();
  await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer });
}

/** Returns a PDF of one page, padded by a comment. */
function createPdf(text: string, { padding = 0, catalog = '' } = {}): Buffer {
  const content = `BT /F1 24 Tf 72 770 Td (${text}) Tj ET`;
  const objects = [
    `<</Type/Catalog/Pages 2 0 R${catalog}>>`,
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  let body = `%PDF-1.4\n${padding > 0 ? `%${'x'.repeat(padding)}\n` : ''}`;
  const offsets = objects.map((object, at) => {
    const offset = body.length;
    body += `${at + 1} 0 obj${object}endobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 6\n0000000000 65535 f \n${offsets.join('')}`;
  return Buffer.from(`${body}${table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${body.length}\n%%EOF`);
}

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

/** The offsets at which the page continued, in order. */
function watchOffsets(page: Page): number[] {
  const offsets: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH' && request.url().includes('/uploads/'))
      offsets.push(Number(request.headers()['upload-offset']));
  });
  return offsets;
}

test('uploads a PDF over a line that is cut, and over a reload', async () => {
  const page = await openDocuments();
  tolerate(page, /Failed to load resource/, /ERR_CONNECTION_RESET/);
  const offsets = watchOffsets(page);
  await cutNextUpload(page);
  await chooseFile(page, createPdf('Certificat', { padding: 1_500_000 }));
  await waitForState(page, /^Linia s-a întrerupt/);
  await page.reload();
  await waitForState(page, 'Încărcat și verificat');
  expect(offsets.at(-1)).toBe(4 * CHUNK);
  await page
    .getByRole('contentinfo')
    .getByText(/^Salvat la/)
    .waitFor();
});

test('says why a file is refused, by the page and by the platform', async () => {
  const page = await openDocuments();
  await chooseFile(page, Buffer.from('\0\0\0\x18ftypheic\0\0\0\0'), 'photo.heic');
  await scanOf(page)
    .getByText(/^Fotografiile HEIC nu sunt acceptate/)
    .waitFor();
  await chooseFile(page, createPdf('x', { catalog: '/OpenAction<</S/JavaScript/JS(app.alert(1))>>' }));
  await waitForState(page, /^PDF-ul conține un program/);
  await scanOf(page)
    .getByRole('button', { name: /^Scanează din nou/ })
    .waitFor();
  expect(await axe(page)).toEqual([]);
});

test('photographs three pages with seven keys', async () => {
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
  await waitForState(page, 'Încărcat și verificat');
  await scanOf(page)
    .getByText(/^3\s*pagini/)
    .waitFor();
  expect(user.keys).toBe(7);
});
