/** Places in the template of a text that a clerk fills in. */

/** Square brackets, or the braces of a template, around anything with a letter. */
const ENCLOSED = /\[([^[\]]*)\]|\{([^{}]*)\}/g;
const LETTER = /\p{L}/u;

/** Returns a place to fill in, as a clerk sees it. */
export const openPlaceholder = (title: string): string => `[${title}]`;

/**
 * Returns whether a text still has a place to fill in: words in square brackets or braces. Numbers in brackets, such as
 * `[1]`, are none.
 */
export function hasOpenPlaceholder(text: string): boolean {
  for (const [enclosed] of text.matchAll(ENCLOSED)) if (LETTER.test(enclosed)) return true;
  return false;
}
