/**
 * Names of people, as registers write them: letters of any script with their combining marks, hyphens, apostrophes and spaces.
 * Everything else is refused, since a name stands in mails, on paper and in lists: control, bidirectional and zero-width characters,
 * digits, symbols and emoji.
 */

/** Most combining marks on one letter; no script in use stacks more. */
const MAX_MARKS = 4;
/** Letters and marks that show nothing (Unicode `Default_Ignorable_Code_Point`), such as the Hangul fillers. */
const VISIBLE = String.raw`(?!\p{Default_Ignorable_Code_Point})`;
const LETTER = String.raw`${VISIBLE}\p{L}(?:${VISIBLE}\p{M}){0,${MAX_MARKS}}`;
/** Between letters: hyphens, apostrophes (also as typewriters and phones write them) and a space, at most two in a row. */
const JOINT = String.raw`[ '’‘\u2010\u2011-]{0,2}`;

const NAME = new RegExp(`^${JOINT}${LETTER}(?:${JOINT}${LETTER})*${JOINT}$`, 'u');

/**
 * Whether a text is a person's given or family name. A draft holds names that are not typed yet, so an empty one passes; a space
 * at either end is what somebody is still typing.
 */
export const isPersonName = (text: string): boolean => text === '' || NAME.test(text);
