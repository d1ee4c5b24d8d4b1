import { isCivilDate } from '@cups/application';

/** Parses dates as typed: 04051961, 4.5.61, 4/5/1961, 4-5-61, 4 5 1961; day first. */

const SEPARATED = /^(\d{1,2})\s*[.,/\-\s]\s*(\d{1,2})\s*[.,/\-\s]\s*(\d{4}|\d{2})(?:\s*[.г]*)$/;
const COMPACT = /^(\d{2})(\d{2})(\d{4}|\d{2})$/;
const CIVIL = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * Parses a date to `yyyy-MM-dd`; undefined if incomplete or invalid.
 * @param latest the latest plausible date, `yyyy-MM-dd`. Two-digit years take its century, or the one before if
 * later. For a birth date it is today.
 */
export function parseDate(text: string, latest: string): string | undefined {
  const plain = text.trim();
  const civil = CIVIL.exec(plain);
  if (civil) return isCivilDate(plain) ? plain : undefined;
  const [, day = '', month = '', year = ''] = SEPARATED.exec(plain) ?? COMPACT.exec(plain) ?? [];
  if (year === '') return undefined;
  const monthAndDay = `${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const date = year.length === 4 ? `${year}-${monthAndDay}` : withCentury(year, monthAndDay, latest);
  return isCivilDate(date) ? date : undefined;
}

/** Whether the text is long enough to call it invalid. */
export function isWholeDate(text: string): boolean {
  const plain = text.trim();
  return SEPARATED.test(plain) || COMPACT.test(plain) || CIVIL.test(plain) || /^\D*\d{7,}/.test(plain);
}

function withCentury(year: string, monthAndDay: string, latest: string): string {
  const century = Number(latest.slice(0, 2));
  const date = `${century}${year}-${monthAndDay}`;
  return date <= latest ? date : `${century - 1}${year}-${monthAndDay}`;
}
