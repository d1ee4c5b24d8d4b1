import type { Language } from '@cups/application';
import type { LocalizedText } from '../api/types.ts';
import { filledText } from '@cups/application/texts';
import type { Text } from '@cups/application/texts';

export type { Text };

export const LANGUAGES = ['ro', 'ru', 'en'] as const satisfies readonly Language[];
/** Words of the API may lack a language. */
export type Words = Partial<Record<Language, string>>;
export type Params = Readonly<Record<string, unknown>>;

/** The words in a language, or in the next one that they have; empty when there are none. */
export function wordsIn(language: Language, words: Words | undefined, params?: Params): string {
  const text = [language, ...LANGUAGES].map((one) => words?.[one]).find((one) => one !== undefined && one !== '');
  if (text === undefined) return '';
  // Words of others have no places to fill, whatever signs stand in them.
  return params ? filledText(text, params) : text;
}

/** The words of one screen. A text that lacks a language does not compile. */
export function texts<const T extends Record<string, Text>>(all: T): T {
  return all;
}

/** A text with its parameters in their places, in all its languages. */
export function fillWords(words: Text, params: Readonly<Record<string, string>>): Text {
  const { ro, ru, en } = words;
  return { ro: filledText(ro, params), ru: filledText(ru, params), en: filledText(en, params) };
}

/** Several words as a list with commas, in all their languages. */
export function joinWords(parts: readonly LocalizedText[]): Text {
  const inOne = (language: keyof Text) => parts.map((part) => part[language] ?? part.ro ?? '').join(', ');
  return { ro: inOne('ro'), ru: inOne('ru'), en: inOne('en') };
}

const QUOTES: Record<Language, readonly [string, string]> = { ro: ['„', '”'], ru: ['«', '»'], en: ['“', '”'] };

/** Words of others in the quotation marks of the language around them. */
export function quoted(words: string, language: Language): string {
  const [before, after] = QUOTES[language];
  return `${before}${words}${after}`;
}
