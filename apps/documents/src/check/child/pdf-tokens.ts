/**
 * Reads names in the syntax of PDF (ISO 32000-2, 7.2 and 7.3), independent of how the objects are connected. A reader
 * finds objects by offsets that the file chooses; this finds what follows every `obj`, wherever it is.
 */

/** What follows an `obj` or `trailer` up to its end. */
export interface ObjectText {
  /** All names of the object, with escapes such as #4a decoded. */
  names: string[];
  /** Position after the last token. */
  end: number;
  /** The object is followed by stream content. */
  hasStream: boolean;
}

const codes = (text: string): ReadonlySet<number> => new Set([...text].map((one) => one.charCodeAt(0)));
const SPACE = codes('\0\t\n\f\r ');
const DELIMITER = codes('()<>[]{}/%');
const END = new Set(['endobj', 'obj', 'stream', 'endstream', 'xref', 'trailer', 'startxref']);

const isRegular = (code: number): boolean => !SPACE.has(code) && !DELIMITER.has(code);

/**
 * Reads the names of an object.
 * @param start position after `obj` or `trailer`
 * @param whole reads to the end of the bytes instead of the end of the object, for the text of an object stream
 */
export function readObject(bytes: Buffer, start: number, whole = false): ObjectText {
  const names: string[] = [];
  let at = start;
  while (at < bytes.length) {
    const code = bytes[at]!;
    if (SPACE.has(code)) at++;
    else if (code === 0x2f) at = readName(bytes, at + 1, names);
    else if (code === 0x28) at = skipText(bytes, at + 1);
    else if (code === 0x25) at = skipComment(bytes, at);
    else if (code === 0x3c && bytes[at + 1] !== 0x3c) at = skipPast(bytes, at, 0x3e);
    else if (DELIMITER.has(code)) at += code === 0x3c ? 2 : 1;
    else {
      const end = endOfToken(bytes, at);
      const word = end - at <= 9 ? bytes.toString('latin1', at, end) : '';
      at = end;
      if (!whole && END.has(word)) return { names, end: at, hasStream: word === 'stream' };
    }
  }
  return { names, end: at, hasStream: false };
}

function endOfToken(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && isRegular(bytes[at]!)) at++;
  return at;
}

function readName(bytes: Buffer, start: number, into: string[]): number {
  const end = endOfToken(bytes, start);
  const raw = bytes.toString('latin1', start, Math.min(end, start + 400));
  into.push(raw.replace(/#([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16))));
  return end;
}

/** Skips a text in brackets, which contains brackets in pairs or escaped. */
function skipText(bytes: Buffer, start: number): number {
  let depth = 1;
  let at = start;
  while (at < bytes.length && depth > 0) {
    const code = bytes[at++]!;
    if (code === 0x5c) at++;
    else if (code === 0x28) depth++;
    else if (code === 0x29) depth--;
  }
  return at;
}

function skipComment(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++;
  return at;
}

function skipPast(bytes: Buffer, start: number, code: number): number {
  const found = bytes.indexOf(code, start);
  return found < 0 ? bytes.length : found + 1;
}

/** Returns the positions after every `obj` and `trailer`, in content of streams too. */
export function* findObjectStarts(bytes: Buffer): Generator<number> {
  for (const word of ['obj', 'trailer']) {
    for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + word.length)) {
      if (word === 'trailer' || bytes[at - 1] !== 0x64) yield at + word.length;
    }
  }
}
