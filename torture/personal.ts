import { checkIdnp } from '@cups/application';

/** Words that stand in the files of the people of a run, and may stand nowhere else. */
export const CANARIES = ['Canarescu', 'canary@example.org', 'CANARY-PAPER', 'canary-remark'] as const;

const NUMBER = /(?<![0-9A-Za-z])2900\d{9}(?![0-9A-Za-z])/g;

/** What is personal in a text: its kind, never itself. */
export function personalIn(text: string): string[] {
  const words = CANARIES.flatMap((canary, n) => (text.includes(canary) ? [`canary ${n + 1}`] : []));
  const hasNumber = (text.match(NUMBER) ?? []).some((digits) => checkIdnp(digits));
  return hasNumber ? [...words, 'a personal number'] : words;
}
