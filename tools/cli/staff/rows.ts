import { parse } from 'csv-parse/sync';
import { CommandError } from '../errors.ts';
import { toResourceName } from '../resource-names.ts';

/** A staff table: one workplace of one person per line. */

const REQUIRED_COLUMNS = ['idnp', 'given_name', 'family_name', 'centre', 'roles', 'language'];
const OPTIONAL_COLUMNS = ['agency'];

/** A row, as identity accepts it. */
export interface StaffRow {
  line: number;
  idnp: string;
  givenName: string;
  familyName: string;
  centre: string;
  roles: string[];
  language: string;
  agency: string;
}

/**
 * Parses a UTF-8 CSV text with a header line; `roles` is separated by spaces. An empty centre means the platform, or the
 * agency in the optional column `agency`.
 * @throws CommandError, one sentence, when the table is invalid
 */
export function parseRows(text: string): StaffRow[] {
  const notUtf8 = text.search(/[\uFFFD\0]/);
  if (notUtf8 >= 0) {
    const line = text.slice(0, notUtf8).split('\n').length;
    throw new CommandError(`Line ${line} is not UTF-8: save the table as CSV in UTF-8.`);
  }
  const delimiter = text.split('\n', 1)[0]?.includes(';') ? ';' : ',';
  let records: { info: { lines: number }; record: Record<string, string> }[];
  try {
    records = parse(text, { bom: true, columns: true, delimiter, info: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new CommandError(`Invalid table: ${(error as Error).message}`);
  }
  const missing = REQUIRED_COLUMNS.filter((name) => records[0] && !(name in records[0].record));
  if (records.length === 0)
    throw new CommandError(`The table has no lines; its columns are ${REQUIRED_COLUMNS.join(',')}.`);
  if (missing.length > 0)
    throw new CommandError(`The table lacks ${missing.join(', ')}; its columns are ${REQUIRED_COLUMNS.join(',')}.`);
  const unknown = Object.keys(records[0]!.record).filter(
    (name) => ![...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS].includes(name),
  );
  if (unknown.length > 0) throw new CommandError(`The table has a column ${unknown.join(', ')}, which is unknown.`);
  return records.map(({ info, record }) => ({
    line: info.lines,
    idnp: record['idnp']!,
    givenName: record['given_name']!,
    familyName: record['family_name']!,
    centre: toResourceName('centres', record['centre']!),
    agency: toResourceName('agencies', record['agency'] ?? ''),
    roles: record['roles']!.split(/\s+/).filter(Boolean),
    language: record['language']!,
  }));
}
