import { parse } from 'csv-parse/sync';
import { Refused } from '../cups/services.ts';

/** A table of staff as people write it: one place of one person a line. */

const COLUMNS = ['idnp', 'given_name', 'family_name', 'centre', 'roles', 'language'];

/** A line, as identity takes it. */
export interface Row {
  line: number;
  idnp: string;
  givenName: string;
  familyName: string;
  centre: string;
  roles: string[];
  language: string;
}

/**
 * The rows of a CSV text in UTF-8 with a first line of columns; `roles` holds words with spaces between them. An empty centre is
 * the platform.
 * @throws Refused, one sentence, when it is no such table
 */
export function rowsOf(text: string): Row[] {
  const delimiter = text.split('\n', 1)[0]?.includes(';') ? ';' : ',';
  let records: { info: { lines: number }; record: Record<string, string> }[];
  try {
    records = parse(text, { bom: true, columns: true, delimiter, info: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new Refused(`This is no table: ${(error as Error).message}`);
  }
  const missing = COLUMNS.filter((name) => records[0] && !(name in records[0].record));
  if (records.length === 0) throw new Refused(`The table has no lines; its columns are ${COLUMNS.join(',')}.`);
  if (missing.length > 0)
    throw new Refused(`The table lacks ${missing.join(', ')}; its columns are ${COLUMNS.join(',')}.`);
  return records.map(({ info, record }) => ({
    line: info.lines,
    idnp: record['idnp']!,
    givenName: record['given_name']!,
    familyName: record['family_name']!,
    centre: inCollection(record['centre']!),
    roles: record['roles']!.split(/\s+/).filter(Boolean),
    language: record['language']!,
  }));
}

/** centres/{code} of a code, or of what is a name already. */
export const inCollection = (code: string): string => (code === '' || code.includes('/') ? code : `centres/${code}`);
