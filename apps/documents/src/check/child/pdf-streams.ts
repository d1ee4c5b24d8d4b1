import { CHECK_LIMITS } from '../limits.ts';
import { decodeChain, isDecodable } from './pdf-filters.ts';
import type { DecodeBudget } from './pdf-filters.ts';
import { isSpace, readObject, skipSpace } from './pdf-tokens.ts';
import { parseValue, PdfDict, PdfName } from './pdf-values.ts';
import type { PdfObjects, PdfStream, PdfValue } from './pdf-values.ts';
import { Refusal } from './refusal.ts';

/** Reads the content of streams, and the objects inside them. */

/** How often the bytes may be read: nested texts and streams could otherwise make the scan quadratic. */
export const MAX_PASSES = 8;

/** No program writes more than two filters. */
const MAX_FILTERS = 4;
/** Columns, colours and bits of a filter's parameters: readers reserve memory for one row. */
const MAX_PARAMETER = 65_536;

const IMAGE_FILTERS = new Set(['DCTDecode', 'DCT', 'JPXDecode', 'JBIG2Decode', 'CCITTFaxDecode', 'CCF']);
const FILTER_KEYS = ['Filter', 'F', 'DecodeParms', 'DP'];
/** Keys that decide how a stream is read. */
const SINGLE_KEYS = [...FILTER_KEYS, 'Type', 'Subtype', 'N', 'First', 'Length', 'Width', 'Height', 'Resources'];

export interface Filters {
  decoded: string[];
  /** The last filter, if it is that of an image. */
  image?: string;
  parameters: PdfDict[];
}

export interface StreamBudget extends DecodeBudget {
  /** Bytes that object streams may still have. */
  objects: number;
  /** Bytes that content of pages may still have. */
  content: number;
}

/** Reads streams of one file against one budget. */
export class StreamReader {
  readonly #bytes: Buffer;
  readonly #objects: PdfObjects;
  readonly #budget: StreamBudget;

  constructor(bytes: Buffer, objects: PdfObjects) {
    this.#bytes = bytes;
    this.#objects = objects;
    this.#budget = {
      read: MAX_PASSES * Math.max(bytes.length, 1024),
      all: CHECK_LIMITS.inflatedBytes,
      objects: CHECK_LIMITS.objectStreamBytes,
      content: CHECK_LIMITS.pageContentBytes,
    };
  }

  /**
   * Decodes a stream to bound it, and adds the objects and names inside it.
   * @throws Refusal
   */
  async read(stream: PdfStream, found: Set<string>): Promise<void> {
    const filters = this.filters(stream);
    if (!isObjectStream(stream.dict)) {
      await this.#decode(stream, filters, false);
      return;
    }
    const text = await this.#text(stream, filters);
    this.#budget.objects -= text.length;
    if (this.#budget.objects < 0) throw new Refusal('TOO_LARGE');
    this.#readObjects(stream.dict, text, found);
  }

  /** Returns the content of a page, a form or a glyph. @throws Refusal TOO_LARGE or DAMAGED */
  async content(stream: PdfStream): Promise<string> {
    const text = await this.#text(stream, this.filters(stream));
    this.#budget.content -= text.length;
    if (this.#budget.content < 0) throw new Refusal('TOO_LARGE');
    return text.toString('latin1');
  }

  /** Returns an image as its own format encodes it, of which other filters of a chain are decoded. */
  async encodedImage(stream: PdfStream): Promise<Buffer> {
    const filters = this.filters(stream);
    if (filters.decoded.length > 0) return this.#decode(stream, filters, true);
    return this.#bytes.subarray(stream.start, this.#plainEnd(stream));
  }

  /** @throws Refusal DAMAGED if readers could disagree about the filters, or do not know them */
  filters({ dict }: PdfStream): Filters {
    const { entries, repeated } = dict;
    if (SINGLE_KEYS.some((key) => repeated.has(key))) throw new Refusal('DAMAGED');
    // Readers take the short key too; otherwise it names another file that has the content.
    if ((entries.has('Filter') && entries.has('F')) || (entries.has('DecodeParms') && entries.has('DP'))) {
      throw new Refusal('DAMAGED');
    }
    const names = namesOf(dict.get('Filter') ?? dict.get('F') ?? null);
    const image = names.find((name) => IMAGE_FILTERS.has(name));
    const decoded = image === undefined ? names : names.slice(0, -1);
    if (names.length > MAX_FILTERS || !decoded.every(isDecodable)) throw new Refusal('DAMAGED');
    return { decoded, parameters: this.#parameters(dict), ...(image !== undefined && { image }) };
  }

  #parameters(dict: PdfDict): PdfDict[] {
    const value = dict.get('DecodeParms') ?? dict.get('DP') ?? null;
    const found = this.#objects
      .resolve(value)
      .flatMap((one) => (Array.isArray(one) ? one.flatMap((each) => this.#objects.dicts(each)) : [one]))
      .filter((one) => one instanceof PdfDict);
    for (const key of ['Columns', 'Colors', 'BitsPerComponent', 'Rows']) {
      if (found.some((one) => (this.#objects.number(one.get(key)) ?? 0) > MAX_PARAMETER)) throw new Refusal('DAMAGED');
    }
    return found;
  }

  /** The content must be clear of doubt: what another reader would find must be what this one reads. */
  async #text(stream: PdfStream, filters: Filters): Promise<Buffer> {
    const { parameters, image, decoded } = filters;
    const changes = parameters.some((one) => (this.#objects.number(one.get('Predictor')) ?? 1) > 1);
    if (changes || image !== undefined) throw new Refusal('DAMAGED');
    if (decoded.length > 0) return this.#decode(stream, filters, true);
    return this.#bytes.subarray(stream.start, this.#plainEnd(stream));
  }

  async #decode(stream: PdfStream, { decoded, parameters }: Filters, keep: boolean): Promise<Buffer> {
    const data = this.#bytes.subarray(stream.start);
    if (decoded.length === 0 || isEmpty(data)) return Buffer.alloc(0);
    const isEarly = !parameters.some((one) => this.#objects.number(one.get('EarlyChange')) === 0);
    return decodeChain(data, decoded, { isEarly }, this.#budget, keep);
  }

  /** Content without a filter ends where the file says, which must be in front of its end. */
  #plainEnd({ dict, start }: PdfStream): number {
    const length = this.#objects.number(dict.get('Length'));
    if (length === undefined || length < 0 || start + length > this.#bytes.length) throw new Refusal('DAMAGED');
    const word = skipBlank(this.#bytes, start + length);
    if (this.#bytes.toString('latin1', word, word + 9) !== 'endstream') throw new Refusal('DAMAGED');
    return start + length;
  }

  /** The objects must follow each other without a gap, in the order of their positions. */
  #readObjects(dict: PdfDict, text: Buffer, found: Set<string>): void {
    const [count, first] = [dict.get('N'), dict.get('First')];
    if (!isCount(count) || !isCount(first) || first > text.length) throw new Refusal('DAMAGED');
    const header = text.toString('latin1', 0, first).trim();
    const numbers = header === '' ? [] : header.split(/[\0\t\n\f\r ]+/).map(Number);
    if (numbers.length !== 2 * count || !numbers.every(isCount)) throw new Refusal('DAMAGED');
    let end = first;
    for (let at = 0; at < numbers.length; at += 2) {
      const start = first + numbers[at + 1]!;
      const parsed = start >= end && skipBlank(text, end) >= start ? parseValue(text, start) : undefined;
      if (!parsed) throw new Refusal('DAMAGED');
      end = parsed.end;
      for (const name of readObject(text.subarray(start, end), 0, 'whole').names) found.add(name);
      this.#objects.add(numbers[at]!, parsed.value);
    }
    if (skipBlank(text, end) < text.length) throw new Refusal('DAMAGED');
  }
}

const isCount = (value: PdfValue | undefined): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The type may be missing, or be another object: readers use any stream that has the two numbers. */
const isObjectStream = (dict: PdfDict): boolean => {
  const type = dict.get('Type');
  const hasType = type instanceof PdfName && type.name === 'ObjStm';
  return hasType || dict.entries.has('Extends') || (dict.entries.has('N') && dict.entries.has('First'));
};

/** Names in another object are refused: a reader may know another version of that object. */
function namesOf(value: PdfValue): string[] {
  const list = Array.isArray(value) ? value : value === null ? [] : [value];
  return list.map((one) => {
    if (!(one instanceof PdfName)) throw new Refusal('DAMAGED');
    return one.name;
  });
}

function skipBlank(bytes: Buffer, start: number): number {
  let at = start;
  while (isSpace(bytes[at])) at++;
  return at;
}

/** Programs write streams without content, and name a filter all the same. */
const isEmpty = (data: Buffer): boolean => /^[\r\n]*endstream/.test(data.toString('latin1', 0, 16));

/**
 * Returns where the content of a stream starts; undefined if no line ends after the word.
 * @param at position after `stream`
 */
export function startOfContent(bytes: Buffer, at: number): number | undefined {
  let start = at;
  while (bytes[start] === 0x20 || bytes[start] === 0x09) start++;
  if (bytes[start] === 0x0d) return bytes[start + 1] === 0x0a ? start + 2 : start + 1;
  return bytes[start] === 0x0a ? start + 1 : undefined;
}

/** Returns the position of `stream` after a dictionary; undefined for another object. */
export function positionOfStream(bytes: Buffer, end: number): number | undefined {
  const at = skipSpace(bytes, end);
  return bytes.toString('latin1', at, at + 6) === 'stream' ? at + 6 : undefined;
}
