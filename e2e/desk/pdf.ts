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
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)), { mergePages: false });
  return text.map((sheet) => sheet.replaceAll(/\s+/g, ' ').trim());
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
