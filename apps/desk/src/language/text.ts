import type { LocalizedText } from '../api/types.ts';
import { filledText } from '@cups/application/texts';
import type { Text } from '@cups/application/texts';

export type { Text };

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
