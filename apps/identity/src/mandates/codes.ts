import { randomInt } from 'node:crypto';

/** One-time codes for the person of a mandate, as digits. */

const CODE_DIGITS = 6;

/** Returns a new random code. */
export const newCode = (): string => String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');

/** Returns what is hashed of a code: the hash of one mandate says nothing about another. */
export const codeText = (id: string, code: string): string => `mandate-code:${id}:${code}`;

/** What an email with a code needs, as it is sealed until then. */
export interface CodeMail {
  email: string;
  code: string;
}
