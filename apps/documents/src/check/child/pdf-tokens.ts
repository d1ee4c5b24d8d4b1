/**
 * Reads tokens and names in the syntax of PDF (ISO 32000-2, 7.2 and 7.3), independent of how the objects are connected.
 * A reader finds objects by offsets that the file chooses; this finds what follows every `obj`, wherever it is.
 */

/** What follows an `obj` or `trailer` up to its end. */
export interface ObjectText {
  /** All names of the object, with escapes such as #4a decoded. */
  names: string[];
  /** Position after the last token. */
  end: number;
  /** Positions after each `stream` that was met; more than one only where a dictionary contains the word. */
  streams: number[];
  /** A word that ends objects is inside a dictionary or list, where some readers continue and some stop. */
  hasInnerEnd: boolean;
}

/**
 * Where the text of an object ends: `first` at the first word that ends objects, `balanced` at the first one outside
 * dictionaries and lists, `whole` at the end of the bytes.
 */
export type ObjectExtent = 'first' | 'balanced' | 'whole';

const codes = (text: string): ReadonlySet<number> => new Set([...text].map((one) => one.charCodeAt(0)));
const SPACE = codes('\0\t\n\f\r ');
const DELIMITER = codes('()<>[]{}/%');
const END = new Set(['endobj', 'obj', 'stream', 'endstream', 'xref', 'trailer', 'startxref']);

const [LEFT_ANGLE, RIGHT_ANGLE, LEFT_SQUARE, RIGHT_SQUARE] = [0x3c, 0x3e, 0x5b, 0x5d];

export const isSpace = (code: number | undefined): boolean => code !== undefined && SPACE.has(code);
const isRegular = (code: number): boolean => !SPACE.has(code) && !DELIMITER.has(code);

/** Reads the names of an object. @param start position after `obj` or `trailer` */
export function readObject(bytes: Buffer, start: number, extent: ObjectExtent): ObjectText {
  const text: ObjectText = { names: [], end: start, streams: [], hasInnerEnd: false };
  /** The open dictionaries and lists, by the code that closes them. */
  const open: number[] = [];
  let at = start;
  while (at < bytes.length) {
    const code = bytes[at]!;
    const next = skipToken(bytes, at, text.names);
    if (DELIMITER.has(code)) follow(open, code, next - at);
    else if (extent !== 'whole' && END.has(wordAt(bytes, at, next))) {
      if (bytes[at] === 0x73 && next - at === 6) text.streams.push(next);
      if (open.length === 0 || extent === 'first') return { ...text, end: next };
      text.hasInnerEnd = true;
    }
    at = next;
  }
  return { ...text, end: at };
}

/** A bracket that closes nothing is ignored, as readers do. */
function follow(open: number[], code: number, length: number): void {
  if (code === LEFT_SQUARE) open.push(RIGHT_SQUARE);
  else if (code === LEFT_ANGLE && length === 2) open.push(RIGHT_ANGLE);
  else if (code === RIGHT_SQUARE || (code === RIGHT_ANGLE && length === 2)) {
    if (open.at(-1) === code) open.pop();
  }
}

const wordAt = (bytes: Buffer, start: number, end: number): string =>
  end - start <= 9 ? bytes.toString('latin1', start, end) : '';

/** Returns the position after the token, comment or space at a position. A name is added to `names`. */
export function skipToken(bytes: Buffer, at: number, names?: string[]): number {
  const code = bytes[at]!;
  if (SPACE.has(code)) return at + 1;
  if (code === 0x2f) return readName(bytes, at + 1, names);
  if (code === 0x28) return skipText(bytes, at + 1);
  if (code === 0x25) return skipComment(bytes, at);
  if (code === LEFT_ANGLE && bytes[at + 1] !== LEFT_ANGLE) return skipPast(bytes, at, RIGHT_ANGLE);
  if (code === LEFT_ANGLE || code === RIGHT_ANGLE) return bytes[at + 1] === code ? at + 2 : at + 1;
  return DELIMITER.has(code) ? at + 1 : endOfToken(bytes, at);
}

/** Returns the position of the next token that is neither space nor comment. */
export function skipSpace(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && (SPACE.has(bytes[at]!) || bytes[at] === 0x25)) at = skipToken(bytes, at);
  return at;
}

function endOfToken(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && isRegular(bytes[at]!)) at++;
  return at;
}

function readName(bytes: Buffer, start: number, into?: string[]): number {
  const end = endOfToken(bytes, start);
  into?.push(decodeName(bytes.toString('latin1', start, Math.min(end, start + 400))));
  return end;
}

export const decodeName = (raw: string): string =>
  raw.replace(/#([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));

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

/** Where an object can start. */
export interface ObjectStart {
  /** Position after `obj` or `trailer`. */
  start: number;
  /** Of the object; undefined for a trailer, or where no reader finds an object. */
  number?: number;
  /** `plain` has a number or is a trailer; `other` cannot be an object; `unclear` can be one with an unusual number. */
  kind: 'plain' | 'other' | 'unclear';
}

/** Returns the positions after every `obj` and `trailer`, in content of streams too. */
export function* findObjectStarts(bytes: Buffer): Generator<ObjectStart> {
  for (let at = bytes.indexOf('obj'); at >= 0; at = bytes.indexOf('obj', at + 3)) {
    if (bytes[at - 1] !== 0x64) yield { start: at + 3, ...numberBefore(bytes, at) };
  }
  for (let at = bytes.indexOf('trailer'); at >= 0; at = bytes.indexOf('trailer', at + 7)) {
    yield { start: at + 7, kind: 'plain' };
  }
}

const MAX_NUMBER_BYTES = 64;
const NUMERIC = codes('\0\t\n\f\r +-.0123456789');

/** Reads the number before an `obj`. Content of a stream can contain the three letters by chance. */
function numberBefore(bytes: Buffer, at: number): Pick<ObjectStart, 'number' | 'kind'> {
  let from = at;
  while (from > 0 && at - from < MAX_NUMBER_BYTES && NUMERIC.has(bytes[from - 1]!)) from--;
  const before = bytes.toString('latin1', from, at);
  const plain = /(\d{1,10})[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]*$/.exec(before);
  if (plain) return { number: Number(plain[1]), kind: 'plain' };
  const next = bytes[at + 3];
  const canBeObject = before.length === MAX_NUMBER_BYTES || /[\r\n]|\d[\0\t\f ]+[-+.\d]+[\0\t\f ]*$/.test(before);
  return { kind: canBeObject && next !== undefined && !isRegular(next) ? 'unclear' : 'other' };
}
