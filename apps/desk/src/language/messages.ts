import type { Language } from '@cups/application';
import type { LocalizedText } from '../api/types.ts';
import { interpolateText } from '@cups/application/texts';
import type { Text } from '@cups/application/texts';

export type { Text };

export const LANGUAGES = ['ro', 'ru', 'en'] as const satisfies readonly Language[];
/** Texts of the API may lack a language. */
export type LocalizedMessage = Partial<Record<Language, string>>;
export type Params = Readonly<Record<string, unknown>>;

/** Returns the text in a language, else in the next available one; '' without any. */
export function formatMessage(language: Language, message: LocalizedMessage | undefined, params?: Params): string {
  const text = [language, ...LANGUAGES]
    .map((candidate) => message?.[candidate])
    .find((candidate) => candidate !== undefined && candidate !== '');
  if (text === undefined) return '';
  // Texts of others have no placeholders; braces in them stay.
  return params ? interpolateText(text, params) : text;
}

/** The texts of one screen. A text without all three languages does not compile. */
export function defineMessages<const T extends Record<string, Text>>(all: T): T {
  return all;
}

/** Fills the placeholders of a text in all languages. */
export function interpolate(message: Text, params: Readonly<Record<string, string>>): Text {
  const { ro, ru, en } = message;
  return { ro: interpolateText(ro, params), ru: interpolateText(ru, params), en: interpolateText(en, params) };
}

/** Joins texts with commas, in all languages. */
export function joinMessages(parts: readonly LocalizedText[]): Text {
  const inOne = (language: keyof Text) => parts.map((part) => part[language] ?? part.ro ?? '').join(', ');
  return { ro: inOne('ro'), ru: inOne('ru'), en: inOne('en') };
}

const QUOTES: Record<Language, readonly [string, string]> = { ro: ['„', '”'], ru: ['«', '»'], en: ['“', '”'] };

/** Quotes a text with the quotation marks of the language. */
export function quote(message: string, language: Language): string {
  const [before, after] = QUOTES[language];
  return `${before}${message}${after}`;
}

/** Returns the text with an upper-case first letter. */
export const capitalise = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
