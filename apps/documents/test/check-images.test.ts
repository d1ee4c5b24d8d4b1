import { describe, expect, test } from '@jest/globals';
import { PDFDocument } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { encodeImage, encodePages } from '../src/check/child/images.ts';
import { inspect } from '../src/check/child/inspect.ts';
import { picture, zip } from './check-fixtures.ts';

const noise = (width: number, height: number) =>
  sharp({
    create: { width, height, channels: 3, background: '#fff', noise: { type: 'gaussian', mean: 128, sigma: 90 } },
  });

/** Colour of a pixel, in hexadecimal with one digit a channel. */
async function colour(image: Buffer, left: number, top: number): Promise<string> {
  const pixel = await sharp(image).extract({ left, top, width: 1, height: 1 }).removeAlpha().raw().toBuffer();
  return [...pixel].map((value) => Math.round(value / 17).toString(16)).join('');
}

describe('an image', () => {
  test('loses its place, its camera and its owner', async () => {
    const exif = {
      IFD0: { Artist: 'Ion Test', Make: 'Camera' },
      IFD3: { GPSLatitude: '47/1 0/1 0/1', GPSLatitudeRef: 'N' },
    };
    const jpeg = await picture()
      .withExif(exif)
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>Ion Test</a></x:xmpmeta>')
      .jpeg()
      .toBuffer();
    expect((await sharp(jpeg).metadata()).exif).toBeDefined();
    const { content, preview } = await encodeImage(jpeg);
    for (const image of [content!, preview!]) {
      const { exif: kept, xmp, icc, iptc } = await sharp(image).metadata();
      expect([kept, xmp, icc, iptc]).toEqual([undefined, undefined, undefined, undefined]);
      expect(image.includes('Ion Test')).toBe(false);
    }
  });

  test('is turned upright', async () => {
    const jpeg = await picture(60, 40).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    const { content } = await encodeImage(jpeg);
    expect(await sharp(content).metadata()).toMatchObject({ width: 40, height: 60 });
    expect(await colour(content!, 35, 5)).toBe('c00');
    expect(await colour(content!, 5, 5)).toBe('fff');
  });

  test('loses an archive that follows it', async () => {
    const { content } = await encodeImage(Buffer.concat([await picture().jpeg().toBuffer(), zip()]));
    expect(content!.includes('PK')).toBe(false);
  });

  test.each([
    ['progressive', () => picture().jpeg({ progressive: true })],
    ['CMYK', () => picture().toColourspace('cmyk').jpeg({ quality: 100 })],
    ['grey', () => picture().toColourspace('b-w').jpeg()],
  ])('stays a JPEG with its colours when it is %s', async (kind, build) => {
    const { content, mediaType } = await encodeImage(await build().toBuffer());
    expect(mediaType).toBe('image/jpeg');
    expect(await sharp(content).metadata()).toMatchObject({ format: 'jpeg', space: kind === 'grey' ? 'b-w' : 'srgb' });
    expect(await colour(content!, 50, 30)).toMatch(/^(fff|f)$/);
  });

  test.each([
    ['16 bits', () => picture().toColourspace('rgb16').png()],
    ['transparent', () => picture().ensureAlpha(0.5).png()],
    ['palette', () => picture().png({ palette: true })],
    ['interlaced', () => picture().png({ progressive: true })],
    ['text', () => picture().withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>').png()],
  ])('stays a PNG of 8 bits without texts when it has %s', async (_, build) => {
    const { content, mediaType } = await encodeImage(await build().toBuffer());
    expect(mediaType).toBe('image/png');
    expect(await sharp(content).metadata()).toMatchObject({ format: 'png', depth: 'uchar' });
    expect(/tEXt|iTXt|zTXt|eXIf|iCCP/.test(content!.toString('latin1'))).toBe(false);
  });

  test('becomes a JPEG when its PNG is a photograph of more than 2 MiB', async () => {
    const { content, mediaType } = await encodeImage(await noise(1200, 900).png({ compressionLevel: 1 }).toBuffer());
    expect([mediaType, content!.length < 2 * 1024 * 1024]).toEqual(['image/jpeg', true]);
  });

  test('shrinks to 2480 pixels, and its preview to 400', async () => {
    const { content, preview } = await encodeImage(await picture(5000, 1000).jpeg().toBuffer());
    expect(await sharp(content).metadata()).toMatchObject({ width: 2480, height: 496 });
    expect(await sharp(preview).metadata()).toMatchObject({ width: 400, height: 80, format: 'jpeg' });
  });

  test('gives the same content for the same bytes', async () => {
    const jpeg = await picture().jpeg().toBuffer();
    expect((await encodeImage(jpeg)).content!.equals((await encodeImage(jpeg)).content!)).toBe(true);
  });
});

describe('photographed pages', () => {
  test('become one PDF of A4 pages, upright or landscape as each image is', async () => {
    const images = await Promise.all([picture(40, 60).jpeg().toBuffer(), picture(60, 40).png().toBuffer()]);
    const sizes = images.map((image) => image.length);
    const { content, mediaType, pages, preview } = await inspect(Buffer.concat(images), sizes);
    expect([mediaType, pages]).toEqual(['application/pdf', 2]);
    const pdf = await PDFDocument.load(content!);
    expect(pdf.getPages().map((page) => [Math.round(page.getWidth()), Math.round(page.getHeight())])).toEqual([
      [595, 842],
      [842, 595],
    ]);
    expect((await sharp(preview).metadata()).format).toBe('jpeg');
    expect(await inspect(content!, [])).toMatchObject({ pages: 2 });
  });

  test('give the same PDF for the same images', async () => {
    const images = [await picture().jpeg().toBuffer()];
    expect((await encodePages(images)).content!.equals((await encodePages(images)).content!)).toBe(true);
  });

  test.each([
    ['a PDF among them', ['%PDF-1.7', 'image'], 'TYPE_UNSUPPORTED'],
    ['a text among them', ['text', 'image'], 'TYPE_UNSUPPORTED'],
    ['an empty one', ['image', ''], 'EMPTY'],
    ['a damaged one', ['image', 'half'], 'DAMAGED'],
    ['31 of them', Array.from({ length: 31 }, () => 'image'), 'TOO_MANY_PAGES'],
  ])('are refused with %s', async (_, words, code) => {
    const image = await picture().jpeg().toBuffer();
    const half = (await noise(100, 100).jpeg().toBuffer()).subarray(0, 900);
    const pages = words.map((word) => (word === 'image' ? image : word === 'half' ? half : Buffer.from(word)));
    const sizes = pages.map((page) => page.length);
    await expect(inspect(Buffer.concat(pages), sizes)).rejects.toMatchObject({ code });
  });

  test('are refused when the sizes are not those of the upload', async () => {
    const image = await picture().jpeg().toBuffer();
    await expect(inspect(image, [image.length - 1])).rejects.toMatchObject({ code: 'DAMAGED' });
    await expect(inspect(image, [image.length, 1])).rejects.toMatchObject({ code: 'DAMAGED' });
  });
});
