import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from './chromium.ts';
import { applicant, fileApplication, waitForState } from './filings.ts';
import type { Line } from './line.ts';
import { chooseFile, createDraft, createPdf, scanOf, waitForDocuments, waitForScan } from './scans.ts';

/** Screens of scans and results, for screenshots: from choosing a file to the result at the hand-over. */

interface ScanScreen {
  name: string;
  prepare: (page: Page) => Promise<unknown>;
  /** Requests are pending while the picture is taken. */
  isPending?: boolean;
}

/** Bytes of the upload that the picture shows under way. The buffers of the computer take some of them at once. */
const UPLOAD = { all: 9_900_000, delivered: 300_000 };

export function scanScreens(line: Line): ScanScreen[] {
  const open = async (page: Page): Promise<void> => {
    const draft = await createDraft();
    await page.goto(`/visits/resume/${draft.id}`);
    await waitForDocuments(page);
  };
  return [
    { name: 'scan-choose', prepare: open },
    {
      name: 'scan-camera',
      async prepare(page) {
        await open(page);
        await photograph(page, 3);
        await page.keyboard.press('r');
      },
    },
    {
      name: 'scan-uploading',
      isPending: true,
      async prepare(page) {
        await open(page);
        const stalled = line.stallAfter(UPLOAD.delivered);
        await chooseFile(page, createPdf('Certificat', { padding: UPLOAD.all }));
        await stalled;
        await page.getByText(/^[1-9],\d\sMB din/).waitFor();
        await page
          .getByRole('contentinfo')
          .getByText(/^Salvat la/)
          .waitFor();
      },
    },
    {
      name: 'scan-checked',
      async prepare(page) {
        line.restore();
        await open(page);
        await photograph(page, 3);
        await page.keyboard.press('Control+Enter');
        await waitForScan(page, 'Încărcat și verificat');
        const program = createPdf('x', { catalog: '/OpenAction<</S/JavaScript/JS(app.alert(1))>>' });
        await chooseFile(page, program, { at: 1 });
        await waitForScan(page, /^PDF-ul conține un program/, 1);
      },
    },
    {
      name: 'scan-viewer',
      async prepare(page) {
        await open(page);
        await photograph(page, 3);
        await page.keyboard.press('Control+Enter');
        await waitForScan(page, 'Încărcat și verificat');
        await scanOf(page)
          .getByRole('button', { name: /^Deschide/ })
          .click();
        await page.frameLocator('dialog iframe').locator('canvas').waitFor();
        await page.getByText('Pagina 1 din 3').waitFor();
        await page.keyboard.press('Minus');
      },
    },
    { name: 'scan-result', prepare: openResult },
  ];
}

async function photograph(page: Page, count: number): Promise<void> {
  await page.keyboard.press('f');
  await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
  for (let n = 1; n <= count; n += 1) {
    await page.keyboard.press('Space');
    await page.getByText(`Pagina ${n}`, { exact: true }).waitFor();
  }
}

/** The document of an electronic result, where it is handed over. */
async function openResult(page: Page): Promise<void> {
  const content = { applicant: applicant('Croitoru', 'Ion'), delivery: { kind: 'electronic' } };
  const { id } = await waitForState(await fileApplication({ content }), 'ready');
  await page.goto(`/applications/${id}/hand-over`);
  await page
    .getByText(/^Documentul emis/)
    .first()
    .waitFor();
}

/** Starts a browser whose camera films a synthetic document. */
export async function startCameraBrowser(flags: readonly string[]): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'cups-e2e-camera-'));
  try {
    const painter = await startChromium('newest');
    const base64 = await (await painter.newPage()).evaluate(paintDocument);
    await painter.close();
    const film = join(folder, 'document.mjpeg');
    writeFileSync(film, Buffer.from(base64, 'base64'));
    const camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    const browser = await startChromium('newest', [...camera, `--use-file-for-fake-video-capture=${film}`, ...flags]);
    browser.on('disconnected', () => rmSync(folder, { recursive: true }));
    return browser;
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}

/** Runs in the page. Paints a document on a table, in the proportions of a camera. @returns a JPEG in Base64 */
function paintDocument(): string {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 1200 });
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#8a6f52';
  context.fillRect(0, 0, 1600, 1200);
  context.translate(800, 600);
  context.rotate(-0.02);
  context.fillStyle = '#fbfaf5';
  context.fillRect(-400, -565, 800, 1130);
  context.strokeStyle = '#7a8fb0';
  context.lineWidth = 4;
  context.strokeRect(-365, -530, 730, 1060);
  const lines: [text: string, size: number, y: number][] = [
    ['REPUBLICA MOLDOVA', 34, -440],
    ['CERTIFICAT DE NAȘTERE', 44, -340],
    ['Exemplu sintetic, fără valoare', 26, -280],
    ['Numele: Scutaru', 32, -160],
    ['Prenumele: Maria', 32, -100],
    ['Data nașterii: 4 mai 1961', 32, -40],
    ['Locul nașterii: Lozova, Strășeni', 32, 20],
    ['Seria NA-I, nr. 000000', 32, 140],
  ];
  context.fillStyle = '#26303f';
  context.textAlign = 'center';
  for (const [text, size, y] of lines) {
    context.font = `${size}px serif`;
    context.fillText(text, 0, y);
  }
  context.strokeStyle = '#3b5ba5';
  context.beginPath();
  context.arc(180, 330, 95, 0, 2 * Math.PI);
  context.stroke();
  return canvas.toDataURL('image/jpeg', 0.9).split(',')[1]!;
}
