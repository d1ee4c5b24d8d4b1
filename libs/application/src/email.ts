/** E-mail addresses as the platform takes them: the `Mailbox` of RFC 5321 without quoted local parts and address literals, in ASCII. */

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/** A mailbox, or nothing: a draft holds addresses that are not typed yet. */
export const EMAIL_PATTERN = `^(?:${ATOM}(?:\\.${ATOM}){0,31}@(?:${LABEL}\\.){1,31}[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`;
/** RFC 5321 4.5.3.1.3: a path of 256 octets with its angle brackets. */
export const MAX_EMAIL_LENGTH = 254;
/** RFC 5321 4.5.3.1.1. */
const MAX_LOCAL_PART = 64;

const EMAIL = new RegExp(EMAIL_PATTERN);

/** Whether a text is one address to which mail can be sent. */
export function isEmailAddress(text: string): boolean {
  return text !== '' && text.length <= MAX_EMAIL_LENGTH && text.indexOf('@') <= MAX_LOCAL_PART && EMAIL.test(text);
}
