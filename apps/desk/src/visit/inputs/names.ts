/** Normalizes names to the spelling of registers. */

/** Romanian letters with a cedilla, and their correct forms with a comma. */
const CEDILLAS: Record<string, string> = { ş: 'ș', Ş: 'Ș', ţ: 'ț', Ţ: 'Ț' };
/** Particles that stay lower case inside a name. */
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
 * Normalizes spaces, hyphens and cedilla letters. A name in one case gets capitals after spaces, hyphens and
 * apostrophes, except particles (`DE LA CRUZ` → `De la Cruz`). Mixed case stays.
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

/** Whether a name contains Cyrillic letters, which Latin registers do not find. */
export function hasCyrillic(text: string): boolean {
  return /\p{Script=Cyrillic}/u.test(text);
}

/** Compares names without case, diacritics, spaces and hyphens. */
export function isSameName(a: string, b: string): boolean {
  return foldName(a) === foldName(b);
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
    // Letters after an apostrophe are capitals ("D'Angelo"), so particles follow spaces only.
    const isParticle = !first && whole[at - 1] === ' ' && PARTICLES.has(word);
    first = false;
    return isParticle ? word : `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  });
}
