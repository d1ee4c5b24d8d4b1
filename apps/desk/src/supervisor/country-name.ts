import type { Language } from '@cups/application';

/** Returns the name of a country (ISO 3166-1 alpha-2) in a language, else its code. */
export function countryName(code: string, language: Language): string {
  return new Intl.DisplayNames([language], { type: 'region', fallback: 'code' }).of(code) ?? code;
}
