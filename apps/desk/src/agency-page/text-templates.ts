import type { TextTemplate } from '../api/types.ts';
import type { TypedText } from './reply-model.ts';

/** Texts of the catalog from which a clerk starts, with marks where something is to be filled in. */

export interface FilledTemplate {
  text: TypedText;
  /** What the text still contains until the clerk has replaced it. */
  marks: readonly string[];
}

const LANGUAGES = ['ro', 'ru', 'en'] as const;

/** Returns the text with each placeholder as its title in brackets. */
export function fillTemplate({ text, placeholders = [] }: TextTemplate): FilledTemplate {
  const marks = new Set<string>();
  const fill = (language: (typeof LANGUAGES)[number]): string =>
    placeholders.reduce((filled, { code, title }) => {
      const mark = `[${title[language] ?? title.ro ?? code}]`;
      marks.add(mark);
      return filled.replaceAll(`{${code}}`, mark);
    }, text[language] ?? '');
  const filled = { ro: fill('ro'), ru: fill('ru'), en: fill('en') };
  return { text: filled, marks: [...marks] };
}

/** Whether a text in any language still contains a mark of its template. */
export const isUnfilled = (text: TypedText, marks: readonly string[]): boolean =>
  marks.some((mark) => LANGUAGES.some((language) => text[language].includes(mark)));
