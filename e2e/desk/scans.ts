import { writePdf } from '@cups/tools/files';
import type { Page } from 'playwright-core';
import { waitUntil } from '@cups/tools/desk';
import { applicant, fileApplication, openDeskFor } from './filings.ts';

/** Files and screens of the tests with scans. */

/** Bytes that the platform stores at a time. */
export const CHUNK = 65_536;

/** The scan of a document of the screen, by default of the first. */
export const scanOf = (page: Page, at = 0) => page.locator('[data-scan]').nth(at);

export const waitForScan = (page: Page, text: string | RegExp, at = 0) =>
  scanOf(page, at).getByRole('status').getByText(text).waitFor();

/** Creates a draft that lacks its documents, which are therefore its first screen. */
export const createDraft = () =>
  fileApplication({ submit: false, content: { applicant: applicant('Scutaru'), evidence: [] } });

export const waitForDocuments = (page: Page) =>
  page.getByRole('heading', { level: 1, name: 'Ce acte a adus persoana?' }).waitFor();

/** Collects the offsets from which the page sends from now on, in order. */
export function watchOffsets(page: Page, offsets: number[] = []): readonly number[] {
  page.on('request', (request) => {
    if (request.method() === 'PATCH' && request.url().includes('/uploads/'))
      offsets.push(Number(request.headers()['upload-offset']));
  });
  return offsets;
}

/** Waits until the platform has stored this number of bytes of the only scan of a draft. */
export async function waitForStored({ id }: { id: string }, bytes: number): Promise<void> {
  const desk = await openDeskFor('cu-001-specialist');
  const read = async () =>
    (await desk.call<{ documents: { committedSize: number }[] }>('GET', `/applications/${id}/documents`)).body;
  await waitUntil(read, ({ documents }) => documents[0]?.committedSize === bytes, `${bytes} bytes of ${id}`, 30);
}

/** Waits until a draft names its scan at the platform. */
export async function waitForNamed({ id }: { id: string }): Promise<void> {
  const desk = await openDeskFor('cu-001-specialist');
  const read = async () => (await desk.call<{ evidence?: { copy?: string }[] }>('GET', `/applications/${id}`)).body;
  await waitUntil(read, ({ evidence = [] }) => evidence.some(({ copy }) => copy), `a scan of ${id}`, 30);
}

/** Chooses a file by the button of a document of the screen, by default of the first. */
export async function chooseFile(
  page: Page,
  buffer: Buffer,
  { name = 'scan.pdf', button = 'Alege fișierul', at = 0 } = {},
) {
  const chooser = page.waitForEvent('filechooser');
  await scanOf(page, at).getByRole('button', { name: button }).click();
  await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer });
}

/** Gives files to a document of the screen, by default to the first, as one choice. */
export const setFiles = (page: Page, files: readonly Buffer[], at = 0): Promise<void> =>
  scanOf(page, at)
    .locator('input[type=file]')
    .setInputFiles(files.map((buffer, n) => ({ name: `page-${n}`, mimeType: 'application/octet-stream', buffer })));

interface PdfOptions {
  /** Bytes of a comment, to reach a size. */
  padding?: number;
  /** Further entries of the catalog. */
  catalog?: string;
  /** @default 1 */
  pages?: number;
  /** A link over each whole page. */
  link?: string;
}

/** Returns a PDF with a text on each page. */
export function createPdf(text: string, { padding = 0, catalog = '', pages = 1, link = '' }: PdfOptions = {}): Buffer {
  // A comment of the page's content: bytes between objects would be refused as damage.
  const comment = padding > 0 ? `%${'x'.repeat(padding)}\n` : '';
  const content = `${comment}BT /F1 24 Tf 72 770 Td (${text}) Tj ET`;
  const annotation = `<</Type/Annot/Subtype/Link/Rect[0 0 595 842]/A<</S/URI/URI(${link})>>>>`;
  const page = `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<</Font<</F1 4 0 R>>>>${
    link ? `/Annots[${annotation}]` : ''
  }>>`;
  const numbers = Array.from({ length: pages }, (_, at) => at + 5);
  const objects = [
    `<</Type/Catalog/Pages 2 0 R${catalog}>>`,
    `<</Type/Pages/Kids[${numbers.map((number) => `${number} 0 R`).join(' ')}]/Count ${pages}>>`,
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    ...numbers.map(() => page),
  ];
  return writePdf(objects);
}

/** Returns a picture that the browser draws. */
export async function createPicture(page: Page, type: 'image/jpeg' | 'image/png'): Promise<Buffer> {
  const base64 = await page.evaluate((mediaType) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 1_100 });
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, 800, 1_100);
    context.fillStyle = '#222222';
    context.font = '40px serif';
    context.fillText('Certificat', 80, 120);
    return canvas.toDataURL(mediaType).split(',')[1]!;
  }, type);
  return Buffer.from(base64, 'base64');
}
