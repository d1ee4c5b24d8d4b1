import { hasOpenPlaceholder, openPlaceholder } from '@cups/application/placeholders';
import type { TextTemplate } from '../api/types.ts';
import type { TypedText } from './reply-model.ts';

/** Texts of the catalog from which a clerk starts, with places to fill in. */

const LANGUAGES = ['ro', 'ru', 'en'] as const;

/** Returns the text with each placeholder as its title in brackets. */
export function fillTemplate({ text, placeholders = [] }: TextTemplate): TypedText {
  const fill = (language: (typeof LANGUAGES)[number]): string =>
    placeholders.reduce(
      (filled, { code, title }) => filled.replaceAll(`{${code}}`, openPlaceholder(title[language] ?? title.ro ?? code)),
      text[language] ?? '',
    );
  return { ro: fill('ro'), ru: fill('ru'), en: fill('en') };
}

/** Whether a text in any language still has a place to fill in. */
export const isUnfilled = (text: TypedText): boolean =>
  LANGUAGES.some((language) => hasOpenPlaceholder(text[language]));
