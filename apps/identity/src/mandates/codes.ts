import { randomBytes, randomInt } from 'node:crypto';
import { generateTrackingNumber } from '@cups/application';

/** Codes for the person of a mandate: its own code, by which they see and end it, and one-time codes, as digits. */

const CODE_DIGITS = 6;

/** Returns a new own code of a mandate. */
export const newOwnCode = (): string => generateTrackingNumber((count) => randomBytes(count));

/** Returns a new random one-time code. */
export const newCode = (): string => String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');

/** Returns what is hashed of a code: the hash of one mandate says nothing about another. */
export const codeText = (id: string, code: string): string => `mandate-code:${id}:${code}`;

/** What an email with a code needs, as it is sealed until then. */
export interface CodeMail {
  email: string;
  code: string;
}
