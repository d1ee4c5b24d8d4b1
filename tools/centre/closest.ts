/** A word of a closed list that somebody most likely meant. */

/** The known word that differs least from what was written; undefined when none is near. Marks and case count for nothing. */
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

/** Without diacritics, with one spelling of the vowel that has two. */
const normalizeText = (text: string): string =>
  text.toLowerCase().replaceAll('â', 'î').normalize('NFD').replaceAll(/\p{M}/gu, '');

/** Letters that must be put in, taken out or changed. */
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
