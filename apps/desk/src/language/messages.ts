import type { Language } from '@cups/application';
import type { LocalizedText } from '../api/types.ts';
import { interpolateText } from '@cups/application/texts';
import type { Text } from '@cups/application/texts';

export type { Text };

export const LANGUAGES = ['ro', 'ru', 'en'] as const satisfies readonly Language[];
/** Words of the API may lack a language. */
export type LocalizedMessage = Partial<Record<Language, string>>;
export type Params = Readonly<Record<string, unknown>>;

/** The words in a language, or in the next one that they have; empty when there are none. */
export function formatMessage(language: Language, message: LocalizedMessage | undefined, params?: Params): string {
  const text = [language, ...LANGUAGES].map((one) => message?.[one]).find((one) => one !== undefined && one !== '');
  if (text === undefined) return '';
  // Words of others have no places to fill, whatever signs stand in them.
  return params ? interpolateText(text, params) : text;
}

/** The words of one screen. A text that lacks a language does not compile. */
export function defineMessages<const T extends Record<string, Text>>(all: T): T {
  return all;
}

/** A text with its parameters in their places, in all its languages. */
export function interpolate(message: Text, params: Readonly<Record<string, string>>): Text {
  const { ro, ru, en } = message;
  return { ro: interpolateText(ro, params), ru: interpolateText(ru, params), en: interpolateText(en, params) };
}

/** Several words as a list with commas, in all their languages. */
export function joinMessages(parts: readonly LocalizedText[]): Text {
  const inOne = (language: keyof Text) => parts.map((part) => part[language] ?? part.ro ?? '').join(', ');
  return { ro: inOne('ro'), ru: inOne('ru'), en: inOne('en') };
}

const QUOTES: Record<Language, readonly [string, string]> = { ro: ['„', '”'], ru: ['«', '»'], en: ['“', '”'] };

/** Words of others in the quotation marks of the language around them. */
export function quote(message: string, language: Language): string {
  const [before, after] = QUOTES[language];
  return `${before}${message}${after}`;
}
