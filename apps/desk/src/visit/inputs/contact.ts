import { CONTENT_SCHEMA } from '@cups/application';

/** Telephone numbers, e-mail addresses and account numbers as the platform takes them. */

const { phone: PHONE } = CONTENT_SCHEMA.$defs.Contact.properties;

/**
 * A telephone number without dots and doubled spaces; one of Moldova as it is rung inside the country, 0 and eight digits,
 * gets +373, and 00 before a country becomes +.
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

/** An address without spaces and without the sign that ended a sentence around it. */
export function normalizeEmail(text: string): string {
  return text.replace(/\s+/g, '').replace(/[.,;]+$/, '');
}

/** An IBAN as it is sent: without spaces, in capitals. */
export function normalizeIban(text: string): string {
  return text.replace(/[\s-]+/g, '').toUpperCase();
}

export function isPhoneNumber(text: string): boolean {
  return text !== '' && text.length <= PHONE.maxLength && new RegExp(PHONE.pattern).test(text);
}
