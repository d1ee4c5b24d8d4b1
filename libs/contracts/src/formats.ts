import { Problem } from '@cups/problem';

/** Whether `text` is a canonical upper-case ULID. */
export function isUlid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}

/** How far the time of an ID that a client chose may be ahead. Retention finds IDs by their time. */
export const MAX_ID_LEAD_DAYS = 31;

/**
 * Whether a client may choose `text` as an ID: a ULID of the past, or of the next {@link MAX_ID_LEAD_DAYS} days. The clock
 * of a PC can be wrong, and a desk that has no contact cannot correct it.
 */
export function isClientUlid(text: string, now: Date): boolean {
  return isUlid(text) && timeOfUlid(text) <= now.getTime() + MAX_ID_LEAD_DAYS * 24 * 60 * 60_000;
}

const ULID_DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Milliseconds since 1970. */
const timeOfUlid = (ulid: string): number =>
  [...ulid.slice(0, 10)].reduce((time, digit) => time * 32 + ULID_DIGITS.indexOf(digit), 0);

/** Whether `text` is a UUID (RFC 9562), in either case. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

/**
 * Returns a request ID in lower case, so that both spellings are equal.
 * @throws Problem REQUEST_ID_INVALID if it is not a UUID
 */
export function parseRequestId(text: string): string {
  if (!isUuid(text)) throw new Problem({ reason: 'REQUEST_ID_INVALID', message: 'The request ID must be a UUID.' });
  return text.toLowerCase();
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

/**
 * Returns the instant of an RFC 3339 text with an offset. Undefined without an offset, or for a UTC year outside 0 to
 * 9999, which could not be formatted again.
 */
export function instantOf(text: unknown): Date | undefined {
  if (typeof text !== 'string' || !RFC3339.test(text)) return undefined;
  const time = new Date(text);
  const year = time.getUTCFullYear();
  return year >= 0 && year <= 9999 ? time : undefined;
}
