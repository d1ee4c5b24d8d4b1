import type { Browser } from 'playwright-core';

/** Keeps text readable at 15 to 40 KB. */
const QUALITY = 0.8;

/** Encodes a screenshot as WebP in the browser, without an image library. */
export async function compressImage(browser: Browser, png: Buffer, quality = QUALITY): Promise<Buffer> {
  const page = await browser.newPage();
  try {
    const given = { base64: png.toString('base64'), quality };
    const packed = await page.evaluate(async (image) => {
      const bytes = Uint8Array.from(atob(image.base64), (symbol) => symbol.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      canvas.getContext('2d')!.drawImage(picture, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality: image.quality });
      const packedBytes = new Uint8Array(await blob.arrayBuffer());
      let text = '';
      for (let at = 0; at < packedBytes.length; at += 8_192)
        text += String.fromCharCode(...packedBytes.subarray(at, at + 8_192));
      return btoa(text);
    }, given);
    return Buffer.from(packed, 'base64');
  } finally {
    await page.close();
  }
}
