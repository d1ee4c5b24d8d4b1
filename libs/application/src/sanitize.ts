/**
 * Words of others (an agency's message, its number of a result) as they may be shown to a person: on a slip, in a mail,
 * on a screen. They are one line without control characters, without marks that turn the direction of writing, and with
 * nothing that a mail program would make a link of, so that they can be quoted and cannot pose as our own text.
 */

/** Control and format characters (direction, zero width, tags), surrogates alone, private use, and line separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu;
/** Dots that browsers take for the dot of a host name. */
const HOST_NAME_DOTS = /[\u3002\uff0e\uff61]/gu;
const LABEL = String.raw`[\p{L}\p{N}\p{M}_-]`;
/** What is a link by its form: a scheme, `www.`, an address of mail, a host with a path, a port or a query. */
const LINKS = new RegExp(
  [
    String.raw`\S*:\/\/\S*`,
    String.raw`\p{L}[\p{L}\p{N}+.-]*:[\/\\]\S*`,
    String.raw`(?:mailto|javascript|vbscript):\S+`,
    String.raw`(?<!${LABEL})www\.\S*`,
    String.raw`\S+@\S+`,
    String.raw`${LABEL}+(?:\.${LABEL}+)+\.?(?:[\/?#\\]|:[0-9])\S*`,
    String.raw`(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}[\/:]\S*`,
  ].join('|'),
  'giu',
);
/** A dot with letters on both sides: `bank.example`, but also `str.Alba`. */
const INNER_DOT = new RegExp(String.raw`(?<=${LABEL})\.(?=\p{L})`, 'gu');
/** Between two words of at least two letters: `evil.example`, but not `AB.CD-12`, whose last part has digits. */
const HOST_DOT = /(?<=\p{L}{2})\.(?=\p{L}{2,}(?![\p{L}\p{N}-]))/gu;
const LINK_PLACEHOLDER = '[link]';
const MAX_LENGTH = 2_000;

/**
 * Words of others for people: one line, no control or direction marks, no links (`[link]` stands in their place, and a
 * dot between letters gets a space). Applying it twice changes nothing more.
 * @param maxLength letters that are kept; a longer text ends in …
 */
export function sanitizeText(text: string, maxLength = MAX_LENGTH): string {
  // Cut twice, so that no length of text makes the search for links long.
  let sanitized = sanitizeCode(text.slice(0, 2 * maxLength), Infinity);
  // What one pass leaves behind may be a link in its turn.
  for (let before = ''; before !== sanitized;) {
    before = sanitized;
    sanitized = sanitized.replace(LINKS, LINK_PLACEHOLDER).replace(INNER_DOT, '. ').replace(/\s+/gu, ' ').trim();
  }
  return truncate(sanitized, maxLength);
}

/** A number or code of others for a screen: one line without control or direction marks, otherwise as it is. */
export function sanitizeCode(text: string, maxLength = 200): string {
  const visible = text
    .normalize('NFC')
    .replace(INVISIBLE, ' ')
    .replace(HOST_NAME_DOTS, '.')
    .replace(/\s+/gu, ' ')
    .trim();
  return truncate(visible, maxLength);
}

/** Everything but letters, digits, spaces and the signs of document numbers. */
const NOT_IN_DOCUMENT_NUMBERS = /[^\p{L}\p{M}\p{N} /._№-]+/gu;

/**
 * A number or code of an agency's document for the platform's own sentences: letters, digits, spaces and `/ . - _ №`, at most 100
 * letters; another character becomes a space, and
 * so does a dot that makes the name of a host.
 * @returns '' when no letter or digit is left
 */
export function sanitizeDocumentNumber(text: string): string {
  // Dots between letters make a host name; numbers of documents have them beside digits.
  const parts = sanitizeCode(text, Infinity).replace(NOT_IN_DOCUMENT_NUMBERS, ' ').replace(HOST_DOT, ' ');
  const code = parts.replace(/\s+/gu, ' ').trim();
  return /[\p{L}\p{N}]/u.test(code) ? truncate(code, 100) : '';
}

function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  // A letter outside the basic plane is two units, and half of it is none. The space keeps … out of what it follows.
  const cut = text.slice(0, maxLength - 2).replace(/[\ud800-\udbff]$/, '');
  return `${cut.trimEnd()} …`.trim();
}

/** Text that is safe in HTML, between tags and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
