import { tokenize } from './tokenizer.ts';

/**
 * Finding a service as people speak: any word counts, endings, diacritics and the alphabet do not matter, a beginning is
 * enough, and in a word of five letters one wrong one, or two in each other's place, are forgiven. What has more of the
 * words, and rarer ones, comes first; among what fits alike, what villages ask for most.
 */

/** What a public service is found by. */
export interface SearchTerms {
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
const MATCH_SCORES = { whole: 4, stem: 3, beginning: 2.5, misspelt: 2 };
/** Keys from this length on may be written wrong. */
const MIN_FUZZY_LENGTH = 5;
const MIN_PREFIX_LENGTH = 3;
/** How much more a word counts in a title, and a query that is one of the keywords as a whole. */
const TITLE_BOOST = 1.25;
const EXACT_MATCH_BOOST = 1.5;
const MAX_QUERY_WORDS = 20;

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
 * @param searchTermsOf says by what one is found
 */
export function createSearch<Found>(all: Iterable<Found>, searchTermsOf: (one: Found) => SearchTerms): Search<Found> {
  const entries: Entry<Found>[] = [];
  const index: Index<Found> = new Map();
  for (const found of all) entries.push(addEntry(index, found, searchTermsOf(found)));

  return (query) => {
    const words = tokenize(query).slice(0, MAX_QUERY_WORDS);
    if (words.length === 0) return undefined;
    const matches = words.map((keys) => matchWord(index, keys));
    const phrase = toPhrase(words);
    const scores = new Map<Found, number>();
    for (const entry of entries) {
      const score = scoreEntry(entry, matches, entries.length) * (entry.phrases.has(phrase) ? EXACT_MATCH_BOOST : 1);
      if (score > 0) scores.set(entry.found, score);
    }
    return scores;
  };
}

function addEntry<Found>(index: Index<Found>, found: Found, terms: SearchTerms): Entry<Found> {
  const { titles, keywords, codes, popularity } = terms;
  const phrases = new Set(keywords.map((keyword) => toPhrase(tokenize(keyword))));
  const entry = { found, weight: 1 + popularity / 5, phrases };
  addTerms(index, entry, titles, TITLE_BOOST);
  addTerms(index, entry, [...keywords, ...codes], 1);
  return entry;
}

function addTerms<Found>(index: Index<Found>, entry: Entry<Found>, texts: readonly string[], boost: number): void {
  for (const key of tokenize(texts.join(' ')).flat()) {
    const entries = index.get(key) ?? new Map<Entry<Found>, number>();
    entries.set(entry, Math.max(boost, entries.get(entry) ?? 0));
    index.set(key, entries);
  }
}

/** How well one word of a query fits the entries that have it. */
function matchWord<Found>(index: Index<Found>, keys: string[]): Map<Entry<Found>, number> {
  const best = new Map<Entry<Found>, number>();
  for (const [indexed, entries] of index) {
    const fit = scoreMatch(keys, indexed);
    if (fit === 0) continue;
    for (const [entry, counts] of entries) best.set(entry, Math.max(fit * counts, best.get(entry) ?? 0));
  }
  return best;
}

function scoreMatch(keys: string[], indexed: string): number {
  const [written = '', ...others] = keys;
  if (written === indexed) return MATCH_SCORES.whole;
  if (others.includes(indexed)) return MATCH_SCORES.stem;
  if (written.length >= MIN_PREFIX_LENGTH && indexed.startsWith(written)) return MATCH_SCORES.beginning;
  return keys.some((key) => isMisspelt(key, indexed)) ? MATCH_SCORES.misspelt : 0;
}

function isMisspelt(key: string, indexed: string): boolean {
  return key.length >= MIN_FUZZY_LENGTH && Math.abs(key.length - indexed.length) <= 1 && isOneEditApart(key, indexed);
}

/** Whether one wrong, missing or added letter, or two in each other's place, make one word of the other. */
export function isOneEditApart(one: string, other: string): boolean {
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
function scoreEntry<Found>(entry: Entry<Found>, matches: Map<Entry<Found>, number>[], total: number): number {
  const matched = matches.filter((fits) => fits.has(entry));
  const sum = matched.reduce((sum, fits) => sum + fits.get(entry)! * Math.log2(1 + total / fits.size), 0);
  return sum * (matched.length / matches.length) ** 2 * entry.weight;
}

function toPhrase(words: string[][]): string {
  return words.map((keys) => keys.at(-1)).join(' ');
}
