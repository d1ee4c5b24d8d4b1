import { PDFDocument, rgb } from '@cantoo/pdf-lib';
import type { PDFFont, PDFPage } from '@cantoo/pdf-lib';
import type { Language } from '../content.ts';
import type { PersonCopy } from './copy.ts';
import { describeCopy } from './describe.ts';
import type { Line } from './describe.ts';
import { readTrueTypeFont } from './pdf-font.ts';

/** Renders the document that a person receives with the copy of their data: A4, numbered pages, any of three languages. */

export interface CopyFonts {
  /** Bytes of `fonts/onest-regular.ttf`. */
  regular: Uint8Array;
  /** Bytes of `fonts/onest-semibold.ttf`. */
  semibold: Uint8Array;
}

export interface RenderOptions {
  language: Language;
  fonts: CopyFonts;
  /** SHA-256 of `copy.json`, lower-case hexadecimal. */
  sha256: string;
}

/** Sizes in points. */
const [PAGE_WIDTH, PAGE_HEIGHT, MARGIN, FOOTER] = [595.28, 841.89, 56, 28];
const LABEL_WIDTH = 150;
const STYLES = {
  title: { size: 20, before: 0, bold: true },
  heading: { size: 15, before: 18, bold: true },
  subheading: { size: 12, before: 14, bold: true },
  text: { size: 10, before: 6, bold: false },
  fact: { size: 10, before: 2, bold: false },
} as const;
const LINE_HEIGHT = 1.4;
const INK = rgb(0.12, 0.12, 0.12);

export async function renderCopy(copy: PersonCopy, { language, fonts, sha256 }: RenderOptions): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  document.registerFontkit({ create: createFace });
  document.setTitle(`CUPS ${copy.copy}`);
  document.setLanguage(language);
  document.setCreationDate(new Date(copy.createTime));
  document.setModificationDate(new Date(copy.createTime));
  const [regular, semibold] = [await document.embedFont(fonts.regular), await document.embedFont(fonts.semibold)];
  const cursor: Cursor = { document, page: document.addPage([PAGE_WIDTH, PAGE_HEIGHT]), y: PAGE_HEIGHT - MARGIN };
  for (const line of describeCopy(copy, language, sha256)) drawLine(cursor, line, { regular, semibold });
  numberPages(document, copy.copy, regular);
  return document.save();
}

interface Cursor {
  document: PDFDocument;
  page: PDFPage;
  /** Of the last baseline, from the bottom. */
  y: number;
}
type Faces = Record<keyof CopyFonts, PDFFont>;

function drawLine(cursor: Cursor, line: Line, { regular, semibold }: Faces): void {
  const { size, before, bold } = STYLES[line.kind];
  const isFact = line.kind === 'fact';
  const width = PAGE_WIDTH - 2 * MARGIN - (isFact ? LABEL_WIDTH : 0);
  const font = bold ? semibold : regular;
  const labels = isFact ? wrap(line.label, semibold, size, LABEL_WIDTH - 8) : [];
  const texts = wrap(line.text, font, size, width);
  cursor.y -= before;
  for (let at = 0; at < Math.max(labels.length, texts.length); at += 1) {
    // A heading does not stay alone at the end of a page.
    advance(cursor, size * LINE_HEIGHT, bold ? 3 * size * LINE_HEIGHT : 0);
    const draw = (text: string, x: number, face: PDFFont) =>
      cursor.page.drawText(text, { x, y: cursor.y, size, font: face, color: INK });
    draw(labels[at] ?? '', MARGIN, semibold);
    draw(texts[at] ?? '', MARGIN + (isFact ? LABEL_WIDTH : 0), font);
  }
}

/** Moves down by a line, to the next page if the line and what must follow it do not fit. */
function advance(cursor: Cursor, height: number, following: number): void {
  cursor.y -= height;
  if (cursor.y - following >= MARGIN) return;
  cursor.page = cursor.document.addPage([PAGE_WIDTH, PAGE_HEIGHT]);
  cursor.y = PAGE_HEIGHT - MARGIN - height;
}

function numberPages(document: PDFDocument, copy: string, font: PDFFont): void {
  const pages = document.getPages();
  for (const [at, page] of pages.entries()) {
    const text = `CUPS ${copy} · ${at + 1} / ${pages.length}`;
    page.drawText(text, { x: MARGIN, y: FOOTER, size: 8, font, color: INK });
  }
}

/** Breaks a text at spaces, and a word that is longer than a line within it. */
function wrap(text: string, font: PDFFont, size: number, width: number): string[] {
  const fits = (line: string) => font.widthOfTextAtSize(line, size) <= width;
  return text.split(/\r?\n/).flatMap((paragraph) => {
    const lines = [''];
    for (const word of paragraph.split(/\s+/).flatMap((one) => breakWord(one, fits))) {
      const last = lines.at(-1)!;
      const longer = last === '' ? word : `${last} ${word}`;
      if (fits(longer)) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  });
}

function breakWord(word: string, fits: (text: string) => boolean): string[] {
  if (fits(word)) return [word];
  const pieces = [''];
  for (const letter of word) {
    if (fits(pieces.at(-1)! + letter)) pieces[pieces.length - 1] += letter;
    else pieces.push(letter);
  }
  return pieces;
}

/** Returns a face as the PDF library asks for it. The fonts are subsets already. */
function createFace(bytes: Uint8Array) {
  const { unitsPerEm, ascent, descent, bounds, characters, glyphOf, widthOf } = readTrueTypeFont(bytes);
  const [minX, minY, maxX, maxY] = bounds;
  const glyphForCodePoint = (codePoint: number) => {
    const id = glyphOf(codePoint);
    return { id, codePoints: [codePoint], advanceWidth: widthOf(id) };
  };
  return {
    postscriptName: 'Onest',
    unitsPerEm,
    ascent,
    descent,
    italicAngle: 0,
    capHeight: ascent,
    xHeight: 0,
    bbox: { minX, minY, maxX, maxY, width: maxX - minX, height: maxY - minY },
    characterSet: [...characters],
    glyphForCodePoint,
    layout: (text: string) => ({ glyphs: Array.from(text, (letter) => glyphForCodePoint(letter.codePointAt(0)!)) }),
    createSubset: (): never => {
      throw new Error('The fonts are embedded whole.');
    },
  };
}
