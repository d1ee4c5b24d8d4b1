import type { AgencyQueueRow } from '../api/types.ts';

/** The search in the queue of an agency, in what the browser has. */

const MIN_LENGTH = 2;

/** Whether a text is long enough to be searched for. */
export const isSearchable = (text: string): boolean => text.trim().length >= MIN_LENGTH;

/** Returns each row once. A row that moved while pages were read is in two of them. */
export const distinctRows = (rows: readonly AgencyQueueRow[]): AgencyQueueRow[] => [
  ...new Map(rows.map((row) => [row.delivery.name, row])).values(),
];

/**
 * Returns the rows that have all words: of the applicant's name, the service, the agency's number or the clerk. Case and
 * diacritics do not matter.
 * @param nameOf returns the display name of operators/{id}
 */
export function findRows(
  rows: readonly AgencyQueueRow[],
  text: string,
  nameOf: (operator: string) => string,
): AgencyQueueRow[] {
  const words = fold(text).split(/\s+/).filter(Boolean);
  return rows.filter(({ applicant, serviceTitle, delivery: { agencyReference = '', assignee = '' } }) => {
    const { givenName = '', familyName = '' } = applicant ?? {};
    const { ro = '', ru = '', en = '' } = serviceTitle ?? {};
    const all = fold([givenName, familyName, ro, ru, en, agencyReference, assignee && nameOf(assignee)].join(' '));
    return words.every((word) => all.includes(word));
  });
}

const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
