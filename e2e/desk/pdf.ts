import { eventually } from '@cups/testing';
import jsQR from 'jsqr';
import type { Locator, Page } from 'playwright-core';
import { extractText, getDocumentProxy } from 'unpdf';

/** Reads printed output. */

/**
 * Prints the page on A4.
 * @returns the text of each sheet
 */
export async function pdfText(page: Page): Promise<string[]> {
  const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
  return fileText(pdf);
}

/** Returns the text of each page of a PDF file. */
export async function fileText(pdf: Uint8Array): Promise<string[]> {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)), { mergePages: false });
  return text.map((sheet) => sheet.replaceAll(/\s+/g, ' ').trim());
}

type RecordingWindow = typeof globalThis & { commands?: { type: string; bytes?: ArrayBuffer }[] };

/** Records what the desk sends to the frame of the viewer, for `printViewer`. Call it before the page opens a viewer. */
export async function recordViewer(page: Page): Promise<void> {
  await page.addInitScript(() => {
    if (location.pathname !== '/viewer') return;
    // The print dialog would block; the printed pages stay until they are read.
    window.print = () => undefined;
    window.addEventListener('message', ({ data }: MessageEvent<{ type: string; bytes?: ArrayBuffer }>) => {
      const copy = Object.assign({}, data, data.bytes ? { bytes: data.bytes.slice(0) } : {});
      ((globalThis as RecordingWindow).commands ??= []).push(copy);
    });
  });
}

interface PrintedViewer {
  /** Text of each sheet: pages of the document are pictures, without text. */
  sheets: string[];
  /** Text of the QR code of the cover sheet. */
  qr: string | undefined;
}

/**
 * Prints what the frame of the viewer prints: browsers print whole pages only, so a page of its own receives the same
 * messages from itself.
 * @param by the desk, whose command the frame receives after the key; or the browser's own print command
 */
export async function printViewer(page: Page, by: 'desk' | 'browser' = 'desk'): Promise<PrintedViewer> {
  const frame = page.frames().find((one) => one.url().endsWith('/viewer'))!;
  const hasCommand = () => (globalThis as RecordingWindow).commands?.some(({ type }) => type === 'print') ?? false;
  if (by === 'desk') await eventually(() => frame.evaluate(hasCommand));
  const commands = await frame.evaluate(() =>
    ((globalThis as RecordingWindow).commands ?? []).map((command) =>
      Object.assign({}, command, { bytes: command.bytes && Array.from(new Uint8Array(command.bytes)) }),
    ),
  );
  const printer = await page.context().newPage();
  try {
    await printer.addInitScript(() => (window.print = () => undefined));
    await printer.goto('/viewer');
    for (const command of commands) {
      await printer.evaluate((sent) => {
        const bytes = sent.bytes && Uint8Array.from(sent.bytes).buffer;
        window.postMessage(Object.assign({}, sent, { bytes }), '*');
      }, command);
      const isPrint = command.type === 'print';
      await printer
        .locator(isPrint ? 'canvas.page' : 'canvas')
        .first()
        .waitFor();
    }
    await printer.emulateMedia({ media: 'print' });
    const code = printer.locator('.cover svg');
    const qr = (await code.count()) > 0 ? await qrText(code) : undefined;
    return { sheets: await pdfText(printer), qr };
  } finally {
    await printer.close();
  }
}

/** Returns the text of a displayed QR code, or undefined if it is unreadable. */
export async function qrText(code: Locator): Promise<string | undefined> {
  const png = await code.screenshot();
  const { width, height, pixels } = await readPixels(code.page(), png);
  return jsQR.default(new Uint8ClampedArray(Buffer.from(pixels, 'base64')), width, height)?.data;
}

/** Returns the RGBA pixels, decoded in a helper page. */
async function readPixels(page: Page, png: Buffer): Promise<{ width: number; height: number; pixels: string }> {
  const helperPage = await page.context().newPage();
  try {
    return await helperPage.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (symbol) => symbol.charCodeAt(0));
      const { width, height } = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(width, height).getContext('2d')!;
      canvas.drawImage(await createImageBitmap(new Blob([bytes], { type: 'image/png' })), 0, 0);
      const { data } = canvas.getImageData(0, 0, width, height);
      let text = '';
      for (let at = 0; at < data.length; at += 8_192) text += String.fromCharCode(...data.subarray(at, at + 8_192));
      return { width, height, pixels: btoa(text) };
    }, png.toString('base64'));
  } finally {
    await helperPage.close();
  }
}
