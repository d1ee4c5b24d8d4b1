import { keysOf } from './words.ts';

/**
 * Finding a service as people speak: any word counts, endings, diacritics and the alphabet do not matter, a beginning is
 * enough, and in a word of five letters one wrong one, or two in each other's place, are forgiven. What has more of the
 * words, and rarer ones, comes first; among what fits alike, what villages ask for most.
 */

/** What a public service is found by. */
export interface Finding {
  /** In every language. */
  titles: readonly string[];
  /** What people call it, in every language. */
  keywords: readonly string[];
  /** Numbers and codes of it. */
  codes: readonly string[];
  /** How often villages ask for it: 1 to 5, 5 the most. */
  popularity: number;
}

/** Gives each that fits a query its score, above 0; undefined when the query has no word that tells services apart. */
export type Search<Found> = (query: string) => ReadonlyMap<Found, number> | undefined;

/** How much a word counts by how it fits: as it was written, but for its ending, as a beginning, but for one letter. */
const FITS = { whole: 4, stem: 3, beginning: 2.5, misspelt: 2 };
/** Keys from this length on may be written wrong. */
const FORGIVEN = 5;
const LEAST_BEGINNING = 3;
/** How much more a word counts in a title, and a query that is one of the keywords as a whole. */
const TITLE = 1.25;
const EXACT = 1.5;
const MOST_WORDS = 20;

/** One that can be found. */
interface Entry<Found> {
  found: Found;
  /** What villages ask for most counts up to twice as much. */
  weight: number;
  /** Its keywords as a whole, without their endings. */
  phrases: Set<string>;
}

/** For each key of the index: how much a word that has it counts in which entries. */
type Index<Found> = Map<string, Map<Entry<Found>, number>>;

/**
 * Makes the index of all that can be found; asking it takes far less.
 * @param findingOf says by what one is found
 */
export function searchOf<Found>(all: Iterable<Found>, findingOf: (one: Found) => Finding): Search<Found> {
  const entries: Entry<Found>[] = [];
  const index: Index<Found> = new Map();
  for (const found of all) entries.push(enter(index, found, findingOf(found)));

  return (query) => {
    const words = keysOf(query).slice(0, MOST_WORDS);
    if (words.length === 0) return undefined;
    const fits = words.map((keys) => wordIn(index, keys));
    const phrase = phraseOf(words);
    const scores = new Map<Found, number>();
    for (const entry of entries) {
      const score = scoreOf(entry, fits, entries.length) * (entry.phrases.has(phrase) ? EXACT : 1);
      if (score > 0) scores.set(entry.found, score);
    }
    return scores;
  };
}

function enter<Found>(index: Index<Found>, found: Found, finding: Finding): Entry<Found> {
  const { titles, keywords, codes, popularity } = finding;
  const phrases = new Set(keywords.map((keyword) => phraseOf(keysOf(keyword))));
  const entry = { found, weight: 1 + popularity / 5, phrases };
  addTo(index, entry, titles, TITLE);
  addTo(index, entry, [...keywords, ...codes], 1);
  return entry;
}

function addTo<Found>(index: Index<Found>, entry: Entry<Found>, texts: readonly string[], counts: number): void {
  for (const key of keysOf(texts.join(' ')).flat()) {
    const entries = index.get(key) ?? new Map<Entry<Found>, number>();
    entries.set(entry, Math.max(counts, entries.get(entry) ?? 0));
    index.set(key, entries);
  }
}

/** How well one word of a query fits the entries that have it. */
function wordIn<Found>(index: Index<Found>, keys: string[]): Map<Entry<Found>, number> {
  const best = new Map<Entry<Found>, number>();
  for (const [known, entries] of index) {
    const fit = fitOf(keys, known);
    if (fit === 0) continue;
    for (const [entry, counts] of entries) best.set(entry, Math.max(fit * counts, best.get(entry) ?? 0));
  }
  return best;
}

function fitOf(keys: string[], known: string): number {
  const [written = '', ...others] = keys;
  if (written === known) return FITS.whole;
  if (others.includes(known)) return FITS.stem;
  if (written.length >= LEAST_BEGINNING && known.startsWith(written)) return FITS.beginning;
  return keys.some((key) => isMisspelt(key, known)) ? FITS.misspelt : 0;
}

function isMisspelt(key: string, known: string): boolean {
  return key.length >= FORGIVEN && Math.abs(key.length - known.length) <= 1 && isOneApart(key, known);
}

/** Whether one wrong, missing or added letter, or two in each other's place, make one word of the other. */
export function isOneApart(one: string, other: string): boolean {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  let [end, otherEnd] = [one.length, other.length];
  while (end > start && otherEnd > start && one[end - 1] === other[otherEnd - 1]) {
    end--;
    otherEnd--;
  }
  const [rest, otherRest] = [one.slice(start, end), other.slice(start, otherEnd)];
  if (rest.length === 2 && otherRest.length === 2) return rest[0] === otherRest[1] && rest[1] === otherRest[0];
  return rest.length <= 1 && otherRest.length <= 1 && rest !== otherRest;
}

/** Rare words count more; an entry that has few of the words counts much less. */
function scoreOf<Found>(entry: Entry<Found>, found: Map<Entry<Found>, number>[], total: number): number {
  const here = found.filter((fits) => fits.has(entry));
  const sum = here.reduce((sum, fits) => sum + fits.get(entry)! * Math.log2(1 + total / fits.size), 0);
  return sum * (here.length / found.length) ** 2 * entry.weight;
}

function phraseOf(words: string[][]): string {
  return words.map((keys) => keys.at(-1)).join(' ');
}
