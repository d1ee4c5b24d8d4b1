/**
 * Sanitizes texts of third parties, such as an agency's message, for slips, mails and screens. The result is one
 * line without control characters, direction marks and links, so that it cannot pose as the platform's own text.
 */

/** Control and format characters (direction, zero width, tags), lone surrogates, private use, and line separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu;
/** Dots that browsers accept as the dot of a host name. */
const HOST_NAME_DOTS = /[\u3002\uff0e\uff61]/gu;
const LABEL = String.raw`[\p{L}\p{N}\p{M}_-]`;
const SCHEME = String.raw`[\p{L}\p{N}+.-]`;
/**
 * Links by their form: a scheme, `www.`, an email address, a host with a path, a port or a query. Each match ends with its
 * word, so only the first position counts. The lookbehinds allow no other, otherwise a long word takes quadratic time.
 */
const LINKS = new RegExp(
  [
    String.raw`(?<!\S)\S*:\/\/\S*`,
    String.raw`(?=\p{L})(?<=(?<!${SCHEME})[\p{N}+.-]*)${SCHEME}+:[\/\\]\S*`,
    String.raw`(?:mailto|javascript|vbscript):\S+`,
    String.raw`(?<!${LABEL})www\.\S*`,
    String.raw`(?<!\S)\S+@\S+`,
    String.raw`(?<!${LABEL}\.?)${LABEL}+(?:\.${LABEL}+)+\.?(?:[\/?#\\]|:[0-9])\S*`,
    String.raw`(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}[\/:]\S*`,
  ].join('|'),
  'giu',
);
/** A dot between letters: `bank.example`, but also `str.Alba`. */
const INNER_DOT = new RegExp(String.raw`(?<=${LABEL})\.(?=\p{L})`, 'gu');
/** A dot between words of two or more letters: `evil.example`, but not `AB.CD-12`, whose last part has digits. */
const HOST_DOT = /(?<=\p{L}{2})\.(?=\p{L}{2,}(?![\p{L}\p{N}-]))/gu;
const LINK_PLACEHOLDER = '[link]';
const MAX_LENGTH = 2_000;

/**
 * Returns a third party's text as one safe line. `[link]` replaces a link, and a dot between letters gets a space.
 * Idempotent.
 * @param maxLength maximum number of UTF-16 units; a longer text ends in …
 */
export function sanitizeText(text: string, maxLength = MAX_LENGTH): string {
  // Cut before the search for links, so that its time is bounded.
  let sanitized = sanitizeCode(text.slice(0, 2 * maxLength), Infinity);
  // The rest of one pass may form another link.
  for (let before = ''; before !== sanitized;) {
    before = sanitized;
    sanitized = sanitized.replace(LINKS, LINK_PLACEHOLDER).replace(INNER_DOT, '. ').replace(/\s+/gu, ' ').trim();
  }
  return truncate(sanitized, maxLength);
}

/** Returns a third party's number or code as one line without control and direction marks, otherwise unchanged. */
export function sanitizeCode(text: string, maxLength = 200): string {
  const visible = text
    .normalize('NFC')
    .replace(INVISIBLE, ' ')
    .replace(HOST_NAME_DOTS, '.')
    .replace(/\s+/gu, ' ')
    .trim();
  return truncate(visible, maxLength);
}

const NOT_IN_DOCUMENT_NUMBERS = /[^\p{L}\p{M}\p{N} /._\u2116-]+/gu;

/**
 * Returns a document number of an agency that is safe in the platform's own sentences: letters, digits, spaces and
 * `/ . - _ №`, at most 100 characters. Every other character becomes a space, and so does a dot that could form a
 * host name.
 * @returns '' if no letter or digit remains
 */
export function sanitizeDocumentNumber(text: string): string {
  // A dot between letters can form a host name. In document numbers dots are next to digits.
  const parts = sanitizeCode(text, Infinity).replace(NOT_IN_DOCUMENT_NUMBERS, ' ').replace(HOST_DOT, ' ');
  const code = parts.replace(/\s+/gu, ' ').trim();
  return /[\p{L}\p{N}]/u.test(code) ? truncate(code, 100) : '';
}

function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  // A letter outside the basic plane has two units: never keep half. The space separates … from the text.
  const cut = text.slice(0, maxLength - 2).replace(/[\ud800-\udbff]$/, '');
  return `${cut.trimEnd()} …`.trim();
}

/** Escapes text for HTML, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
