/**
 * Email addresses that the platform accepts: the `Mailbox` of RFC 5321 in ASCII, without quoted local parts and
 * address literals.
 */

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/** A mailbox or an empty text, since a draft may have no address yet. */
export const EMAIL_PATTERN = `^(?:${ATOM}(?:\\.${ATOM}){0,31}@(?:${LABEL}\\.){1,31}[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`;
/** RFC 5321 4.5.3.1.3: a path of 256 octets with its angle brackets. */
export const MAX_EMAIL_LENGTH = 254;
/** RFC 5321 4.5.3.1.1. */
const MAX_LOCAL_PART = 64;

const EMAIL = new RegExp(EMAIL_PATTERN);

/** Returns whether a text is one email address. */
export function isEmailAddress(text: string): boolean {
  return text !== '' && text.length <= MAX_EMAIL_LENGTH && text.indexOf('@') <= MAX_LOCAL_PART && EMAIL.test(text);
}
