import { CHECK_LIMITS } from '../limits.ts';
import { isImage, pixelsOf } from './pdf-images.ts';
import type { StreamReader } from './pdf-streams.ts';
import { decodeName } from './pdf-tokens.ts';
import { PdfDict, PdfStream } from './pdf-values.ts';
import type { PdfObjects, PdfValue } from './pdf-values.ts';
import { Refusal } from './refusal.ts';

/**
 * Counts what a viewer draws for a page. Forms, patterns, masks and glyphs count again for each use: without a bound,
 * ten forms that each draw the next one ten times keep a viewer busy for years.
 */

/** Forms inside forms; programs write at most five. */
const MAX_DEPTH = 60;
/** Pixels of an image that take as long as one drawing. */
const PIXELS_PER_DRAWING = 10_000;

const EDGE = String.raw`\0\t\n\f\r ()<>[\]{}/%`;
const OPERATOR = new RegExp(
  String.raw`(?:/([^${EDGE}]*)(?:[\0\t\n\f\r ]+[-+.\d]+)?[\0\t\n\f\r ]*)?(?<![^${EDGE}])` +
    String.raw`(Do|gs|scn|SCN|Tf|f\*?|F|B\*?|b\*?|S|s|sh|Tj|TJ|'|"|EI)(?![^${EDGE}])`,
  'g',
);

/** What one text of operators uses: how often by name, undefined where the name is not in front of the operator. */
interface Uses {
  drawings: number;
  Do: Map<string | undefined, number>;
  gs: Map<string | undefined, number>;
  scn: Map<string | undefined, number>;
  Tf: Map<string | undefined, number>;
  /** Bytes in texts. */
  glyphs: number;
}

export class Drawings {
  readonly #objects: PdfObjects;
  readonly #reader: StreamReader;
  readonly #uses = new Map<PdfStream, Uses>();
  readonly #counts = new Map<PdfStream, Map<PdfDict | undefined, number>>();
  readonly #path = new Set<PdfStream>();

  constructor(objects: PdfObjects, reader: StreamReader) {
    this.#objects = objects;
    this.#reader = reader;
  }

  /** @throws Refusal TOO_LARGE if a page draws too much, DAMAGED if a form draws itself */
  async check(): Promise<void> {
    for (const values of this.#objects.all()) {
      for (const value of values) {
        if (value instanceof PdfDict && value.entries.has('Contents')) await this.#checkPage(value);
      }
    }
  }

  async #checkPage(page: PdfDict): Promise<void> {
    let sum = 0;
    const resources = this.#inherited(page);
    for (const stream of this.#objects.streams(page.get('Contents'))) {
      for (const one of resources) sum = this.#add(sum, await this.#count(stream, one));
    }
    for (const list of this.#objects.resolve(page.get('Annots'))) {
      for (const annotation of Array.isArray(list) ? list : []) {
        for (const stream of this.#appearances(annotation)) sum = this.#add(sum, await this.#count(stream, undefined));
      }
    }
  }

  #add(sum: number, more: number): number {
    if (sum + more > CHECK_LIMITS.drawings) throw new Refusal('TOO_LARGE');
    return sum + more;
  }

  /** The resources of a page are its own, or those of the nearest node above it. */
  #inherited(page: PdfDict): (PdfDict | undefined)[] {
    let nodes = [page];
    for (let depth = 0; nodes.length > 0 && depth < MAX_DEPTH; depth++) {
      const found = nodes.flatMap((node) => this.#objects.dicts(node.get('Resources')));
      if (found.length > 0) return found;
      nodes = [...new Set(nodes.flatMap((node) => this.#objects.dicts(node.get('Parent'))))];
    }
    return [undefined];
  }

  #appearances(annotation: PdfValue): PdfStream[] {
    const normal = this.#objects
      .dicts(annotation)
      .flatMap((one) => this.#objects.dicts(one.get('AP')))
      .flatMap((one) => this.#objects.resolve(one.get('N')));
    return normal.flatMap((one) =>
      one instanceof PdfStream
        ? [one]
        : one instanceof PdfDict
          ? [...one.entries.values()].flatMap((state) => this.#objects.ownStreams(state))
          : [],
    );
  }

  /** Counts the drawings of a stream with everything that it uses. */
  async #count(stream: PdfStream, outer: PdfDict | undefined): Promise<number> {
    if (isImage(stream)) return this.#countImage(stream);
    const own = this.#objects.dicts(stream.dict.get('Resources'));
    const known = this.#counts.get(stream) ?? new Map<PdfDict | undefined, number>();
    this.#counts.set(stream, known);
    let largest = 0;
    for (const resources of own.length > 0 ? own : [outer]) {
      let count = known.get(resources);
      if (count === undefined) {
        if (this.#path.has(stream) || this.#path.size > MAX_DEPTH) throw new Refusal('DAMAGED');
        this.#path.add(stream);
        count = await this.#expand(await this.#read(stream), resources);
        this.#path.delete(stream);
        known.set(resources, count);
      }
      largest = Math.max(largest, count);
    }
    return largest;
  }

  #countImage(stream: PdfStream): number {
    const masks = [stream.dict.get('SMask'), stream.dict.get('Mask')].flatMap((one) => this.#objects.ownStreams(one));
    const pixels = [stream, ...masks].reduce((sum, one) => sum + pixelsOf(one, this.#objects), 0);
    return 1 + Math.ceil(pixels / PIXELS_PER_DRAWING);
  }

  async #expand(uses: Uses, resources: PdfDict | undefined): Promise<number> {
    const pattern = await this.#largest(uses.scn, resources, 'Pattern', (one) => this.#objects.ownStreams(one));
    const glyph = await this.#largest(uses.Tf, resources, 'Font', (one) => this.#glyphs(one));
    let sum = this.#add(0, uses.drawings * (1 + pattern) + uses.glyphs * glyph);
    for (const [name, times] of uses.Do) {
      const one = await this.#largest(new Map([[name, 1]]), resources, 'XObject', (x) => this.#objects.ownStreams(x));
      sum = this.#add(sum, times * one);
    }
    for (const [name, times] of uses.gs) {
      sum = this.#add(
        sum,
        times * (await this.#largest(new Map([[name, 1]]), resources, 'ExtGState', (x) => this.#masks(x))),
      );
    }
    return sum;
  }

  /** Returns the drawings of the most expensive of the named resources, of all resources if a name is unclear. */
  async #largest(
    names: ReadonlyMap<string | undefined, number>,
    resources: PdfDict | undefined,
    category: string,
    streamsOf: (resource: PdfValue) => PdfStream[],
  ): Promise<number> {
    let largest = 0;
    for (const dict of resources ? this.#objects.dicts(resources.get(category)) : []) {
      const named = names.has(undefined)
        ? [...dict.entries.values()]
        : [...names.keys()].map((name) => dict.get(name!));
      for (const stream of named.flatMap((one) => (one === undefined ? [] : streamsOf(one)))) {
        largest = Math.max(largest, await this.#count(stream, resources));
      }
    }
    return largest;
  }

  /** The glyphs of a font of type 3 are drawings; other fonts have none. */
  #glyphs(font: PdfValue): PdfStream[] {
    return this.#objects.dicts(font).flatMap((one) => {
      const procedures = this.#objects.dicts(one.get('CharProcs'));
      return procedures.flatMap((each) =>
        [...each.entries.values()].flatMap((glyph) => this.#objects.ownStreams(glyph)),
      );
    });
  }

  #masks(state: PdfValue): PdfStream[] {
    const masks = this.#objects.dicts(state).flatMap((one) => this.#objects.dicts(one.get('SMask')));
    return masks.flatMap((one) => this.#objects.ownStreams(one.get('G')));
  }

  async #read(stream: PdfStream): Promise<Uses> {
    const known = this.#uses.get(stream);
    if (known) return known;
    const uses = readUses(await this.#reader.content(stream));
    this.#uses.set(stream, uses);
    return uses;
  }
}

/** Counts operators wherever they are, also in texts and images: too many count, never too few. */
function readUses(text: string): Uses {
  const uses: Uses = { drawings: 0, Do: new Map(), gs: new Map(), scn: new Map(), Tf: new Map(), glyphs: 0 };
  for (const [, raw, operator] of text.matchAll(OPERATOR)) {
    const kind = operator === 'SCN' ? 'scn' : operator;
    if (kind !== 'Do' && kind !== 'gs' && kind !== 'scn' && kind !== 'Tf') uses.drawings++;
    else {
      const name = raw === undefined ? undefined : decodeName(raw);
      // A colour without a pattern has no name.
      if (kind !== 'scn' || name !== undefined) uses[kind].set(name, (uses[kind].get(name) ?? 0) + 1);
    }
  }
  if (uses.drawings > CHECK_LIMITS.drawings) throw new Refusal('TOO_LARGE');
  if (uses.Tf.size > 0) uses.glyphs = countGlyphs(text);
  return uses;
}

/** Bytes in texts: every glyph has at least one. */
function countGlyphs(text: string): number {
  // The data of an inline image can open a text that is none.
  if (/\sEI\s/.test(text)) return text.length;
  let glyphs = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (depth > 0 && code === 0x5c) at++;
    else if (code === 0x28) depth++;
    else if (code === 0x29 && depth > 0) depth--;
    if (depth > 0) glyphs++;
  }
  for (const [hex] of text.matchAll(/<[0-9A-Fa-f\s]*>/g)) glyphs += hex.length;
  return glyphs;
}
