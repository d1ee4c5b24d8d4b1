import type { PublicService, Version } from './public-service.ts';

/**
 * Search by words in three languages. Case, diacritics, ё/е and the old and new spelling of î/â do not matter: each word
 * with î or â counts as written with i and with a. A word matches whole, as a beginning, or as a beginning that leaves
 * out an ending of two letters (Romanian and Russian inflect). All words of the query must match.
 */

const MARKS = /\p{M}/gu;
const WORDS = /[\p{L}\p{N}\p{M}]+/gu;
const EMPTY_WORDS = new Set(['and', 'for', 'the', 'din', 'pentru', 'sau', 'или', 'для', 'из']);

/** The spellings under which a word counts: one, or two when it has î or â. */
export function spellings(word: string): string[] {
  const lower = word.normalize('NFC').toLowerCase();
  const variants = /[âî]/.test(lower) ? [lower.replace(/[âî]/g, 'i'), lower.replace(/[âî]/g, 'a')] : [lower];
  return [...new Set(variants.map((variant) => variant.normalize('NFD').replace(MARKS, '')))];
}

/** Words by which a version is found: those of its titles count more than those of its keywords and code. */
interface Index {
  titles: string[][];
  others: string[][];
}

const indexes = new WeakMap<Version, Index>();

function indexOf(service: PublicService, version: Version): Index {
  const known = indexes.get(version);
  if (known) return known;
  const { ro, ru, en } = version.title;
  const index = {
    titles: wordsOf([ro, ru, en].join(' ')),
    others: wordsOf([...(version.keywords ?? []), service.code, service.stateCode ?? ''].join(' ')),
  };
  indexes.set(version, index);
  return index;
}

function wordsOf(text: string): string[][] {
  return (text.normalize('NFC').match(WORDS) ?? []).map(spellings);
}

/** How well a version answers a query: 0 not at all; an empty query, or one of empty words only, finds everything. */
export function rank(service: PublicService, version: Version, query: string): number {
  const asked = wordsOf(query).filter((word) => word.every((form) => form.length > 2 && !EMPTY_WORDS.has(form)));
  if (asked.length === 0) return 1;
  const index = indexOf(service, version);
  let total = 0;
  for (const word of asked) {
    const best = Math.max(2 * bestMatch(word, index.titles), bestMatch(word, index.others));
    if (best === 0) return 0;
    total += best;
  }
  return total;
}

function bestMatch(asked: string[], words: string[][]): number {
  let best = 0;
  for (const forms of words)
    for (const form of forms) for (const word of asked) best = Math.max(best, match(word, form));
  return best;
}

function match(asked: string, word: string): number {
  if (word === asked) return 4;
  if (word.startsWith(asked)) return 3;
  return asked.length >= 5 && word.startsWith(asked.slice(0, Math.max(4, asked.length - 2))) ? 1 : 0;
}
