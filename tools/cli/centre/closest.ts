/** Suggests a word of a closed list for a misspelt one. */

/** Returns the known word with the smallest edit distance, or undefined when none is close. Ignores diacritics and case. */
export function findClosest(written: string, known: readonly string[]): string | undefined {
  const word = normalizeText(written);
  const far = Math.max(1, Math.floor(word.length / 3));
  let best: { word: string; distance: number } | undefined;
  for (const one of known) {
    const distance = editDistance(word, normalizeText(one));
    if (distance <= far && (!best || distance < best.distance)) best = { word: one, distance };
  }
  return best?.word;
}

/** Removes diacritics, and unifies the two spellings of one vowel. */
const normalizeText = (text: string): string =>
  text.toLowerCase().replaceAll('â', 'î').normalize('NFD').replaceAll(/\p{M}/gu, '');

/** Returns the Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
