/** Romanian spelling of names in Cyrillic, as a proposal: the identity card decides. */

const LETTERS: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  ґ: 'g',
  д: 'd',
  е: 'e',
  ё: 'io',
  є: 'ie',
  ж: 'j',
  ӂ: 'g',
  з: 'z',
  и: 'i',
  і: 'i',
  ї: 'i',
  й: 'i',
  к: 'c',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ў: 'u',
  ф: 'f',
  х: 'h',
  ц: 'ț',
  ч: 'ci',
  ш: 'ș',
  щ: 'șc',
  ъ: '',
  ы: 'î',
  ь: '',
  э: 'e',
  ю: 'iu',
  я: 'ia',
};

/** Spellings before a vowel or together, which replace those of single letters. */
const GROUPS: readonly (readonly [pattern: RegExp, spelling: string])[] = [
  // Before е and и, the hard sounds need an h, and the soft ones no i.
  [/г(?=[еиієї])/g, 'gh'],
  [/к(?=[еиієї])/g, 'ch'],
  [/ча/g, 'cea'],
  [/ч(?=[еиієї])/g, 'c'],
  [/ксь?/g, 'x'],
  [/ь(?=[яюёе])/g, ''],
  [/ий(?=$|[^\p{L}])/gu, 'ii'],
];

/** Returns the proposal with the capitals of the name. Letters of other scripts stay. */
export function transliterateName(name: string): string {
  return name.replace(/\p{L}+/gu, (word) => {
    const lower = GROUPS.reduce((text, [pattern, spelling]) => text.replace(pattern, spelling), word.toLowerCase());
    const latin = lower.replace(/\p{Script=Cyrillic}/gu, (letter) => LETTERS[letter] ?? letter);
    if (word.length > 1 && word === word.toUpperCase()) return latin.toUpperCase();
    const isCapital = word.charAt(0) !== word.charAt(0).toLowerCase();
    return isCapital ? `${latin.charAt(0).toUpperCase()}${latin.slice(1)}` : latin;
  });
}
