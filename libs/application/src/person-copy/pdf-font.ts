/**
 * Reads what a PDF needs of a TrueType font: the glyph and the width of each character, and the metrics of the face. The
 * fonts of the document are small subsets of Onest, so a PDF embeds them whole, and needs no shaping.
 * Tables are as in the OpenType specification 1.9: cmap format 4, head, hhea and hmtx.
 */

export interface TrueTypeFont {
  unitsPerEm: number;
  ascent: number;
  descent: number;
  bounds: readonly [minX: number, minY: number, maxX: number, maxY: number];
  /** Code points that the font has. */
  characters: readonly number[];
  /** Returns the glyph of a code point; 0, the empty box, for one that the font lacks. */
  glyphOf: (codePoint: number) => number;
  /** Returns the width of a glyph in units. */
  widthOf: (glyph: number) => number;
}

/** @throws Error if a table is missing */
export function readTrueTypeFont(bytes: Uint8Array): TrueTypeFont {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [head, hhea, hmtx, cmap] = ['head', 'hhea', 'hmtx', 'cmap'].map((tag) => findTable(view, tag)) as [
    number,
    number,
    number,
    number,
  ];
  const glyphs = readCharacters(view, findUnicodeMap(view, cmap));
  const widthCount = view.getUint16(hhea + 34);
  const bound = (at: number) => view.getInt16(head + 36 + 2 * at);
  return {
    unitsPerEm: view.getUint16(head + 18),
    ascent: view.getInt16(hhea + 4),
    descent: view.getInt16(hhea + 6),
    bounds: [bound(0), bound(1), bound(2), bound(3)],
    characters: [...glyphs.keys()],
    glyphOf: (codePoint) => glyphs.get(codePoint) ?? 0,
    // Glyphs after the last width have that width.
    widthOf: (glyph) => view.getUint16(hmtx + 4 * Math.min(glyph, widthCount - 1)),
  };
}

/** Returns the offset of a table. */
function findTable(view: DataView, tag: string): number {
  const count = view.getUint16(4);
  for (let at = 12; at < 12 + 16 * count; at += 16) {
    const found = String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(at + byte)));
    if (found === tag) return view.getUint32(at + 8);
  }
  throw new Error(`The font has no table ${tag}.`);
}

/** Returns the offset of the map of the Basic Multilingual Plane (platform 3 encoding 1, or platform 0). */
function findUnicodeMap(view: DataView, cmap: number): number {
  const count = view.getUint16(cmap + 2);
  for (let at = cmap + 4; at < cmap + 4 + 8 * count; at += 8) {
    const offset = cmap + view.getUint32(at + 4);
    if ([0, 3].includes(view.getUint16(at)) && view.getUint16(offset) === 4) return offset;
  }
  throw new Error('The font has no character map of format 4.');
}

/** Returns the glyphs by code point. */
function readCharacters(view: DataView, map: number): Map<number, number> {
  const glyphs = new Map<number, number>();
  const segments = view.getUint16(map + 6) / 2;
  const [ends, starts] = [map + 14, map + 16 + 2 * segments];
  for (let segment = 0; segment < segments; segment += 1) {
    const start = view.getUint16(starts + 2 * segment);
    const delta = view.getUint16(starts + 2 * segments + 2 * segment);
    const rangeAt = starts + 4 * segments + 2 * segment;
    const range = view.getUint16(rangeAt);
    for (let code = start; code <= view.getUint16(ends + 2 * segment) && code < 0xffff; code += 1) {
      const found = range === 0 ? code : view.getUint16(rangeAt + range + 2 * (code - start));
      if (found !== 0) glyphs.set(code, (found + delta) & 0xffff);
    }
  }
  return glyphs;
}
