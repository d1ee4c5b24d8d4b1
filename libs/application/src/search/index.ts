import { tokenize } from './tokenizer.ts';

/**
 * Full-text search for public services. Endings, diacritics and the alphabet do not matter, and a prefix is enough.
 * Words of five letters or more tolerate one wrong letter or one swap. Entries with more and rarer query words rank
 * first, then those that villages request most.
 */

export interface SearchTerms {
  /** In every language. */
  titles: readonly string[];
  /** Common names, in every language. */
  keywords: readonly string[];
  codes: readonly string[];
  /** How often villages request it: 1 to 5, 5 is the most. */
  popularity: number;
}

/** Returns a score above 0 for each match; undefined if no query word tells services apart. */
export type Search<Found> = (query: string) => ReadonlyMap<Found, number> | undefined;

/** Score of a word by the kind of match: as written, without ending, as a prefix, with one edit. */
const MATCH_SCORES = { whole: 4, stem: 3, beginning: 2.5, misspelt: 2 };
const MIN_FUZZY_LENGTH = 5;
const MIN_PREFIX_LENGTH = 3;
/** Boost of a word in a title, and of a query that equals a whole keyword. */
const TITLE_BOOST = 1.25;
const EXACT_MATCH_BOOST = 1.5;
const MAX_QUERY_WORDS = 20;

interface Entry<Found> {
  found: Found;
  /** 1 to 2, by popularity. */
  weight: number;
  /** Whole keywords without endings. */
  phrases: Set<string>;
}

/** The entries of each key, with the boost of the key. */
type Index<Found> = Map<string, Map<Entry<Found>, number>>;

/**
 * Builds the index once; a query is far cheaper.
 * @param searchTermsOf returns the terms of an item
 */
export function createSearch<Found>(all: Iterable<Found>, searchTermsOf: (item: Found) => SearchTerms): Search<Found> {
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

/** Scores one query word for each entry that has it. */
function matchWord<Found>(index: Index<Found>, keys: string[]): Map<Entry<Found>, number> {
  const best = new Map<Entry<Found>, number>();
  for (const [indexed, entries] of index) {
    const score = scoreMatch(keys, indexed);
    if (score === 0) continue;
    for (const [entry, boost] of entries) best.set(entry, Math.max(score * boost, best.get(entry) ?? 0));
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

/**
 * Returns whether one replaced, missing or added letter, or one swap of adjacent letters, turns one word into the
 * other.
 */
export function isOneEditApart(word: string, other: string): boolean {
  let start = 0;
  while (start < word.length && word[start] === other[start]) start++;
  let [end, otherEnd] = [word.length, other.length];
  while (end > start && otherEnd > start && word[end - 1] === other[otherEnd - 1]) {
    end--;
    otherEnd--;
  }
  const [rest, otherRest] = [word.slice(start, end), other.slice(start, otherEnd)];
  if (rest.length === 2 && otherRest.length === 2) return rest[0] === otherRest[1] && rest[1] === otherRest[0];
  return rest.length <= 1 && otherRest.length <= 1 && rest !== otherRest;
}

/** Rare words count more. An entry with few of the query words counts much less. */
function scoreEntry<Found>(entry: Entry<Found>, matches: Map<Entry<Found>, number>[], total: number): number {
  const matched = matches.filter((match) => match.has(entry));
  const sum = matched.reduce((sum, match) => sum + match.get(entry)! * Math.log2(1 + total / match.size), 0);
  return sum * (matched.length / matches.length) ** 2 * entry.weight;
}

function toPhrase(words: string[][]): string {
  return words.map((keys) => keys.at(-1)).join(' ');
}
