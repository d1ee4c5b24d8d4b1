/**
 * Person names: letters of any script with combining marks, hyphens, apostrophes and spaces. Everything else is
 * invalid, since names appear in mails, on paper and in lists: control, bidirectional and zero-width characters,
 * digits, symbols and emoji.
 */

/** Maximum number of combining marks per letter; no living script needs more. */
const MAX_MARKS = 4;
/** Excludes invisible letters and marks (Unicode `Default_Ignorable_Code_Point`), such as the Hangul fillers. */
const VISIBLE = String.raw`(?!\p{Default_Ignorable_Code_Point})`;
const LETTER = String.raw`${VISIBLE}\p{L}(?:${VISIBLE}\p{M}){0,${MAX_MARKS}}`;
/** Up to two hyphens, apostrophes (also in typewriter and phone variants) or spaces between letters. */
const JOINT = String.raw`[ '\u2019\u2018\u2010\u2011-]{0,2}`;

const NAME = new RegExp(`^${JOINT}${LETTER}(?:${JOINT}${LETTER})*${JOINT}$`, 'u');

/**
 * Returns whether a text is a valid given or family name. Empty text is valid, since a draft may have no name yet.
 * A space at either end is allowed during typing.
 */
export const isPersonName = (text: string): boolean => text === '' || NAME.test(text);
