import { decodeName, skipSpace, skipToken } from './pdf-tokens.ts';
import { Refusal } from './refusal.ts';

/** Values of a PDF (ISO 32000-2, 7.3), of which a text keeps nothing. */
export type PdfValue = PdfName | PdfRef | PdfDict | PdfStream | PdfValue[] | number | boolean | null | PdfText;

class PdfText {
  readonly isText = true;
}

const TEXT = new PdfText();

export class PdfName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class PdfRef {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}

export class PdfDict {
  readonly entries = new Map<string, PdfValue>();
  /** Keys that occur more than once: readers differ in which one counts. */
  readonly repeated = new Set<string>();

  get(key: string): PdfValue | undefined {
    return this.entries.get(key);
  }

  set(key: string, value: PdfValue): void {
    if (this.entries.has(key)) this.repeated.add(key);
    this.entries.set(key, value);
  }
}

export class PdfStream {
  readonly dict: PdfDict;
  /** Position of the first byte of its content in the file. */
  readonly start: number;

  constructor(dict: PdfDict, start: number) {
    this.dict = dict;
    this.start = start;
  }
}

/** A page tree, a form and a list of choices have fewer levels than ten. */
const MAX_NESTING = 100;

/**
 * Reads one value strictly.
 * @returns undefined if the bytes do not follow the syntax
 */
export function parseValue(bytes: Buffer, start: number): { value: PdfValue; end: number } | undefined {
  const reader = new ValueReader(bytes, start);
  const value = reader.read(0);
  return value === undefined ? undefined : { value, end: reader.at };
}

class ValueReader {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.at = start;
  }

  read(depth: number): PdfValue | undefined {
    if (depth > MAX_NESTING) return undefined;
    const token = this.#token();
    if (token === '<<') return this.#dict(depth);
    if (token === '[') return this.#list(depth);
    if (token.startsWith('/')) return new PdfName(decodeName(token.slice(1)));
    if (token.startsWith('(') || token.startsWith('<')) return TEXT;
    if (/^[-+.\d]+$/.test(token)) return this.#numberOrRef(token);
    if (token === 'true' || token === 'false') return token === 'true';
    return token === 'null' ? null : undefined;
  }

  /** Texts are cut: only their first byte is used. */
  #token(): string {
    const start = skipSpace(this.#bytes, this.at);
    if (start >= this.#bytes.length) return '';
    this.at = skipToken(this.#bytes, start);
    return this.#bytes.toString('latin1', start, Math.min(this.at, start + 401));
  }

  #dict(depth: number): PdfDict | undefined {
    const dict = new PdfDict();
    for (let token = this.#token(); token !== '>>'; token = this.#token()) {
      if (!token.startsWith('/')) return undefined;
      const value = this.read(depth + 1);
      if (value === undefined) return undefined;
      dict.set(decodeName(token.slice(1)), value);
    }
    return dict;
  }

  #list(depth: number): PdfValue[] | undefined {
    const list: PdfValue[] = [];
    for (;;) {
      const before = this.at;
      if (this.#token() === ']') return list;
      this.at = before;
      const value = this.read(depth + 1);
      if (value === undefined) return undefined;
      list.push(value);
    }
  }

  /** A reference is two numbers and R. */
  #numberOrRef(token: string): PdfValue {
    const before = this.at;
    if (/^\d+$/.test(token) && /^\d+$/.test(this.#token()) && this.#token() === 'R') return new PdfRef(Number(token));
    this.at = before;
    return Number(token) || 0;
  }
}

/** The objects of a file by number, with each one of several definitions: a reader may use any. */
export class PdfObjects {
  readonly #byNumber = new Map<number, PdfValue[]>();
  readonly #max: number;
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** @throws Refusal if there are more objects than the maximum */
  add(number: number, value: PdfValue): void {
    if (++this.#count > this.#max) throw new Refusal('DAMAGED');
    const values = this.#byNumber.get(number);
    if (values) values.push(value);
    else this.#byNumber.set(number, [value]);
  }

  all(): Iterable<PdfValue[]> {
    return this.#byNumber.values();
  }

  /** Returns what a value can mean: itself, or each definition of what it refers to. */
  resolve(value: PdfValue | undefined): PdfValue[] {
    if (value === undefined) return [];
    if (!(value instanceof PdfRef)) return [value];
    // A reference to a reference is not valid.
    return (this.#byNumber.get(value.number) ?? []).filter((one) => !(one instanceof PdfRef));
  }

  /** Returns the dictionaries that a value can mean, those of streams too. */
  dicts(value: PdfValue | undefined): PdfDict[] {
    return this.resolve(value).flatMap((one) =>
      one instanceof PdfDict ? [one] : one instanceof PdfStream ? [one.dict] : [],
    );
  }

  /** Returns the streams that a value can mean, of a list each one. */
  streams(value: PdfValue | undefined): PdfStream[] {
    return this.resolve(value).flatMap((one) =>
      one instanceof PdfStream ? [one] : Array.isArray(one) ? one.flatMap((each) => this.ownStreams(each)) : [],
    );
  }

  ownStreams(value: PdfValue | undefined): PdfStream[] {
    return this.resolve(value).filter((one) => one instanceof PdfStream);
  }

  /** Returns the largest number that a value can mean; undefined if it can mean none. */
  number(value: PdfValue | undefined): number | undefined {
    const numbers = this.resolve(value).filter((one) => typeof one === 'number');
    return numbers.length === 0 ? undefined : Math.max(...numbers);
  }
}
