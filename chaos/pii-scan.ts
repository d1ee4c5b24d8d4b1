import { isValidIdnp } from '@cups/application';

/** Strings in the applications of a run that must appear nowhere else. */
export const CANARIES = ['Canarescu', 'canary@example.org', 'CANARY-PAPER', 'canary-remark'] as const;

const PERSONAL_NUMBER = /(?<![0-9A-Za-z])2900\d{9}(?![0-9A-Za-z])/g;

/** Returns the kinds of personal data in a text, never the data. */
export function findPersonalData(text: string): string[] {
  const words = CANARIES.flatMap((canary, n) => (text.includes(canary) ? [`canary ${n + 1}`] : []));
  const hasNumber = (text.match(PERSONAL_NUMBER) ?? []).some((digits) => isValidIdnp(digits));
  return hasNumber ? [...words, 'a personal number'] : words;
}
