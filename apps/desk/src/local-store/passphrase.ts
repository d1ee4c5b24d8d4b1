import { PASSPHRASE_WORDS } from './passphrase-words.ts';

/** Passphrases of generated words. Six of them have more than 62 bits; the clerk chooses none. */

const WORD_COUNT = 6;

/** Returns six random words. */
export function generatePassphrase(): string[] {
  return Array.from({ length: WORD_COUNT }, () => PASSPHRASE_WORDS[randomBelow(PASSPHRASE_WORDS.length)] as string);
}

/** Every number is equally likely: those of the last, incomplete range are drawn again. */
function randomBelow(limit: number): number {
  const range = 2 ** 32;
  const end = range - (range % limit);
  const [drawn = range] = crypto.getRandomValues(new Uint32Array(1));
  return drawn < end ? drawn % limit : randomBelow(limit);
}
