import { Problem } from '@cups/problem';

/** Whether `text` is a ULID in its canonical upper-case form. */
export function isUlid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}

/** Whether `text` is a UUID (RFC 9562), in either case. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

/**
 * The request id of a write in its one form, lower case: written otherwise it is the same id.
 * @throws Problem REQUEST_ID_INVALID when it is no UUID
 */
export function parseRequestId(text: string): string {
  if (!isUuid(text)) throw new Problem({ reason: 'REQUEST_ID_INVALID', message: 'The request id is not a UUID.' });
  return text.toLowerCase();
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

/**
 * The instant that an RFC 3339 text with an offset names, else undefined: a time without a zone is no instant, and one that its
 * offset takes out of the years 0 to 9999 could not be written again.
 */
export function instantOf(text: unknown): Date | undefined {
  if (typeof text !== 'string' || !RFC3339.test(text)) return undefined;
  const time = new Date(text);
  const year = time.getUTCFullYear();
  return year >= 0 && year <= 9999 ? time : undefined;
}
