import type { Text } from '@cups/application/texts';

export type { Text };

/** The words of one screen. A text that lacks a language does not compile. */
export function texts<const T extends Record<string, Text>>(all: T): T {
  return all;
}
