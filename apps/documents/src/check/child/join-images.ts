import { PDFDocument } from '@cantoo/pdf-lib';

/** A4 in points of 1/72 inch. */
const SHORT_SIDE = 595.28;
const LONG_SIDE = 841.89;

/** Writes JPEG images as pages of one PDF: A4, upright or landscape as the image is, the image as large as it fits. */
export async function joinImages(jpegs: readonly Buffer[]): Promise<Buffer> {
  // No dates: the same pages give the same file.
  const pdf = await PDFDocument.create({ updateMetadata: false });
  for (const jpeg of jpegs) {
    const image = await pdf.embedJpg(jpeg);
    const landscape = image.width > image.height;
    const size = { width: landscape ? LONG_SIDE : SHORT_SIDE, height: landscape ? SHORT_SIDE : LONG_SIDE };
    const { width, height } = image.scaleToFit(size.width, size.height);
    const page = pdf.addPage([size.width, size.height]);
    page.drawImage(image, { x: (size.width - width) / 2, y: (size.height - height) / 2, width, height });
  }
  return Buffer.from(await pdf.save({ useObjectStreams: false, addDefaultPage: false }));
}
