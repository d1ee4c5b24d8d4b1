/** Names as registers write them, from what people type with and without Caps Lock. */

/** The old letters of Romanian with a cedilla, and those with a comma that took their place. */
const CEDILLAS: Record<string, string> = { ş: 'ș', Ş: 'Ș', ţ: 'ț', Ţ: 'Ț' };
/** Parts of family names that stay small inside a name. */
const PARTICLES = new Set([
  'de',
  'del',
  'della',
  'der',
  'di',
  'din',
  'la',
  'van',
  'von',
  'da',
  'dos',
  'y',
  'ibn',
  'bin',
]);

/**
 * A name without stray spaces and cedilla letters. One that is all capitals or has none gets them where they belong: after
 * a space, a hyphen or an apostrophe, and not in particles (`DE LA CRUZ` → `De la Cruz`). Anything else stays as it was typed.
 */
export function normalizeName(text: string): string {
  const clean = text
    .normalize('NFC')
    .replace(/[şŞţŢ]/g, (letter) => CEDILLAS[letter] ?? letter)
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/\s*-\s*/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
  const isOneCase = clean === clean.toUpperCase() || clean === clean.toLowerCase();
  return isOneCase && /\p{L}{2}/u.test(clean) ? capitaliseName(clean) : clean;
}

/** Whether a name has letters of another alphabet: one that looks Latin is not found in a Latin register. */
export function hasCyrillic(text: string): boolean {
  return /\p{Script=Cyrillic}/u.test(text);
}

/** A name as two texts compare it: without case, diacritics, and the way of writing spaces and hyphens. */
export function isSameName(one: string, other: string): boolean {
  return foldName(one) === foldName(other);
}

function foldName(name: string): string {
  return normalizeName(name)
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}]+/gu, ' ');
}

function capitaliseName(name: string): string {
  let first = true;
  return name.toLowerCase().replace(/[\p{L}\p{M}]+/gu, (word, at: number, whole: string) => {
    // "D'Angelo", but "Constantin's" is nobody's name: what follows an apostrophe is capital as well.
    const isParticle = !first && whole[at - 1] === ' ' && PARTICLES.has(word);
    first = false;
    return isParticle ? word : `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  });
}
