import { CONTENT_SCHEMA } from '@cups/application';

/** Normalizes phone numbers, email addresses and IBANs. */

const { phone: PHONE } = CONTENT_SCHEMA.$defs.Contact.properties;

/**
 * Normalizes a phone number: no dots or double spaces. Nine digits with a leading 0 get +373, and a leading 00
 * becomes +.
 */
export function normalizePhone(text: string): string {
  const clean = text
    .replace(/[.\u00a0]/g, ' ')
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
  const digits = clean.replace(/[^0-9]/g, '');
  if (/^0[2-9]\d{7}$/.test(digits)) return `+373${digits.slice(1)}`;
  return clean.startsWith('00') ? `+${clean.slice(2)}` : clean;
}

/** Removes spaces and trailing punctuation. */
export function normalizeEmail(text: string): string {
  return text.replace(/\s+/g, '').replace(/[.,;]+$/, '');
}

/** Removes spaces and hyphens, in capitals. */
export function normalizeIban(text: string): string {
  return text.replace(/[\s-]+/g, '').toUpperCase();
}

export function isPhoneNumber(text: string): boolean {
  return text !== '' && text.length <= PHONE.maxLength && new RegExp(PHONE.pattern).test(text);
}
