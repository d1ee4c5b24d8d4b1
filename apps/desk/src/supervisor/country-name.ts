import type { Language } from '@cups/application';

/** A country (ISO 3166-1 alpha-2) in a language, as far as the browser knows it; its code otherwise. */
export function countryName(code: string, language: Language): string {
  return new Intl.DisplayNames([language], { type: 'region', fallback: 'code' }).of(code) ?? code;
}
