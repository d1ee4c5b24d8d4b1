import { CsvError, parse } from 'csv-parse/sync';
import { CENTRE_FIELDS } from './new-centres.ts';
import type { CentreFields } from './new-centres.ts';

/** Reads a CSV table of new centres: a header line, then one line per centre. */

export interface TableRow {
  /** Line number in the file. */
  line: number;
  fields: CentreFields;
}

type ParsedRecords = { record: string[]; info: { lines: number } }[];

/**
 * Reads the rows of a CSV text with commas or semicolons, and its format errors, one sentence each with the line. Empty
 * cells count as absent.
 */
export function readTable(text: string): { rows: TableRow[]; faults: string[] } {
  const records = parseRecords(text);
  if (!Array.isArray(records)) return { rows: [], faults: [records] };
  const [head, ...others] = records;
  if (!head || others.length === 0) return { rows: [], faults: ['the table holds no centre'] };
  const columns = head.record.map((name) => name.trim());
  const faults = validateHeader(columns);
  if (faults.length > 0) return { rows: [], faults };
  const rows: TableRow[] = [];
  for (const { record, info } of others) {
    if (record.length === columns.length) rows.push({ line: info.lines, fields: toFields(columns, record) });
    else faults.push(`line ${info.lines}: ${record.length} cells, the first line names ${columns.length}`);
  }
  return { rows, faults };
}

/** Returns the records, or a sentence with the error. */
function parseRecords(text: string): ParsedRecords | string {
  const delimiter = text.split('\n', 1)[0]!.includes(';') ? ';' : ',';
  try {
    const options = { bom: true, delimiter, trim: true, info: true, skip_empty_lines: true, relax_column_count: true };
    return parse(text, options) as unknown as ParsedRecords;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return `line ${String(error['lines'])}: invalid CSV (${error.code})`;
  }
}

function validateHeader(columns: string[]): string[] {
  const unknown = columns.filter((name) => !CENTRE_FIELDS.some((field) => field === name));
  const twice = columns.filter((name, index) => columns.indexOf(name) < index);
  const missing = ['name', 'kind', 'wave'].filter((name) => !columns.includes(name));
  return [
    ...unknown.map((name) => `line 1: column ${JSON.stringify(name)} is unknown; expected ${CENTRE_FIELDS.join(', ')}`),
    ...twice.map((name) => `line 1: column ${name} is duplicated`),
    ...missing.map((name) => `line 1: column ${name} is missing`),
  ];
}

function toFields(columns: string[], record: string[]): CentreFields {
  const cells = columns.map((name, index) => [name, record[index]!] as const).filter(([, cell]) => cell !== '');
  return Object.fromEntries(cells) as CentreFields;
}
