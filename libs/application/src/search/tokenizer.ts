import { stemmer as romanianStem } from '@orama/stemmers/romanian';
import { stemmer as russianStem } from '@orama/stemmers/russian';

/**
 * Normalizes words for the search: one alphabet, without case, diacritics, doubled letters and endings. So
 * "căsătoriei", "casatorie" and "кэсэторие" are one word, and "spravka" finds "справку".
 */

/** î and â. An escape keeps bundles of ASCII, which take half the memory. */
const A_OR_I = /[\u00E2\u00EE]/g;

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const DIACRITICS = /\p{M}/gu;
const STOP_WORDS = new Set(
  [
    'ale are asta care când cum cu despre din este fac face iau lui mai meu mea mele nevoie pentru pot prin sau spre sunt trebuie unde vreau vrea doresc',
    'без буду вам для его если или как мне мой моя мою мои над надо нужен нужна нужно под при про сделать хочу хотел что это',
    'and for from get how need that the this want with',
  ].flatMap((line) => line.split(' ').flatMap(foldSpellings)),
);

/** Cyrillic letters and their Latin spelling after {@link phoneticKey}. */
const CYRILLIC_TO_LATIN: Record<string, string> = Object.fromEntries(
  [
    'аa бb вv гg дd еe жj зz иi йi кc лl мm нn оo пp рr сs тt уu фf хh цt чc шs щs ъ ыi ь эe юiu яia ёe',
    // The Moldovan Cyrillic alphabet and Ukrainian.
    'ӂg іi їi єe ґg',
  ].flatMap((line) => line.split(' ').map(([letter = '', ...latin]) => [letter, latin.join('')])),
);
/** Latin spellings of one sound; the first becomes the second. */
const SOUND_REPLACEMENTS: readonly [RegExp, string][] = [
  [/shch|sch|sh/g, 's'],
  [/ch|kh(?=[eiy])/g, 'c'],
  [/kh/g, 'h'],
  [/zh/g, 'j'],
  [/ts/g, 't'],
  [/y/g, 'i'],
  [/k/g, 'c'],
  [/w/g, 'v'],
  [/(.)\1+/g, '$1'],
];

/**
 * Returns the keys of each word that may tell services apart, in order: as written and without its ending. A word
 * with î or â has both spellings.
 */
export function tokenize(text: string): string[][] {
  const words = text.normalize('NFC').match(WORD) ?? [];
  return words
    .map(foldSpellings)
    .filter((forms) => forms.every((form) => form.length > 2 && !STOP_WORDS.has(form)))
    .map((forms) => [...new Set(forms.flatMap((form) => [phoneticKey(form), phoneticKey(stemWord(form))]))]);
}

/** Returns the word in lower case without diacritics; two spellings if it has î or â, which replace one another. */
function foldSpellings(word: string): string[] {
  const lower = word.toLowerCase();
  const spellings = ['i', 'a'].map((vowel) => lower.replaceAll(A_OR_I, vowel));
  return [...new Set(spellings.map((spelling) => spelling.normalize('NFD').replace(DIACRITICS, '')))];
}

function stemWord(folded: string): string {
  return /\p{Script=Cyrillic}/u.test(folded) ? russianStem(folded) : romanianStem(folded);
}

function phoneticKey(folded: string): string {
  const latin = [...folded].map((letter) => CYRILLIC_TO_LATIN[letter] ?? letter).join('');
  return SOUND_REPLACEMENTS.reduce((word, [sound, written]) => word.replace(sound, written), latin);
}
