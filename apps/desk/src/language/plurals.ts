import type { Language } from '@cups/application';

/**
 * A counted noun. Romanian `few` is for 0, 2 to 19, 101 to 119 …, and after "de". Russian `few` is for 2 to 4, 22 to
 * 24 …, and `many` for the rest. English `few` is for all but 1.
 */
export interface Plurals {
  readonly ro: { readonly one: string; readonly few: string };
  readonly ru: { readonly one: string; readonly few: string; readonly many: string };
  readonly en: { readonly one: string; readonly few: string };
}

/** Returns a number with its noun, joined by a no-break space: `20 de zile`, `1 zi`, `5 дней`, `2 days`. */
export function plural(n: number, language: Language, noun: Plurals): string {
  return `${n}\u00a0${PLURAL_RULES[language](n, noun)}`;
}

const PLURAL_RULES: Record<Language, (n: number, noun: Plurals) => string> = {
  ro(n, { ro: { one, few } }) {
    if (n === 1) return one;
    const lastTwo = n % 100;
    return n === 0 || (lastTwo >= 1 && lastTwo <= 19) ? few : `de\u00a0${few}`;
  },
  ru(n, { ru: { one, few, many } }) {
    const last = n % 10;
    const isTeen = n % 100 >= 11 && n % 100 <= 14;
    if (isTeen || last === 0 || last > 4) return many;
    return last === 1 ? one : few;
  },
  en: (n, { en: { one, few } }) => (n === 1 ? one : few),
};
