import { expect, test } from '@jest/globals';
import { createPdf, writePdf } from '../day/files.ts';
import { buildPdf } from '../day/upload-client.ts';

/** The files that scripted desks upload are read as PDF, so their tables must be right. */

test.each([
  ['a line', createPdf('A line (in brackets)')],
  ['a script', createPdf('x', { script: true })],
  ['a size', buildPdf(4_000, 'scan')],
  ['two objects', writePdf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 0 >>'])],
])('the table of a PDF with %s names the position of each object', (_, file) => {
  const text = file.toString('latin1');
  const table = text.slice(Number(/startxref\n(\d+)/.exec(text)?.[1]));
  const positions = [...table.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, position]) => Number(position));
  expect(table).toMatch(new RegExp(`^xref\n0 ${positions.length + 1}\n`));
  expect(positions.map((position) => /^\d+ 0 obj/.exec(text.slice(position))?.[0])).toEqual(
    positions.map((_position, index) => `${index + 1} 0 obj`),
  );
});

test.each([1_024, 2_048, 300_000])('a PDF of a given size has exactly %i bytes', (size) => {
  expect(buildPdf(size, 'scan')).toHaveLength(size);
});
