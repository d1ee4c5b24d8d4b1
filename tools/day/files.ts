/** Files that scripted desks upload: tiny, synthetic, and without the name of a person. */

/** One photographed page: a grey JPEG of 64 × 88 pixels. */
const PAGE_JPEG = [
  '/9j/2wBDAFBQUFBVUFpkZFp9h3iHfbmqm5uquf/I18jXyP//////////////////////////////////////////////////wgAL',
  'CABYAEABAREA/8QAFgABAQEAAAAAAAAAAAAAAAAAAAUE/9oACAEBAAAAANoAASwVABLBUAEsqAAAAAA//8QAFBABAAAAAAAAAAAA',
  'AAAAAAAAYP/aAAgBAQABPwAx/9k=',
].join('');

export const createJpeg = (): Buffer => Buffer.from(PAGE_JPEG, 'base64');

/**
 * Creates a PDF of one page with a line of printable ASCII (ISO 32000-1, section 7.5).
 * @param script whether the document runs a script when it is opened, for which the platform refuses it
 */
export function createPdf(line: string, { script = false } = {}): Buffer {
  const content = `BT /F1 11 Tf 24 380 Td (${line.replace(/[\\()]/g, '\\$&')}) Tj ET`;
  const action = script ? ' /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>' : '';
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R${action} >>`,
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 298 420] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  return writePdf(objects);
}

/**
 * Writes a PDF with its table of references and its trailer (ISO 32000-1, section 7.5). All numbers in them have a fixed
 * width.
 * @param objects in the order of their numbers, from 1, the catalog first; latin1
 */
export function writePdf(objects: readonly string[]): Buffer {
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = toOffset(body);
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${offset} 00000 n \n`;
  });
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}`;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${toOffset(body)}\n%%EOF\n`;
  return Buffer.from(`${body}${table}${trailer}`, 'latin1');
}

const toOffset = ({ length }: string): string => String(length).padStart(10, '0');
