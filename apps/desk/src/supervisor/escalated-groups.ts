import type { EscalatedApplication } from '../api/types.ts';

/** The applications of one silent agency. */
export interface AgencyGroup {
  /** agencies/{code} */
  agency: string;
  /** The office of the agency, if known. */
  email: string | undefined;
  /** The longest wait first. */
  rows: EscalatedApplication[];
}

/** Returns the rows by agency, the agency with the most applications first. Rows of an agency keep their order. */
export function groupByAgency(rows: readonly EscalatedApplication[]): AgencyGroup[] {
  const groups = new Map<string, AgencyGroup>();
  for (const row of rows) {
    const group = groups.get(row.agency) ?? { agency: row.agency, email: row.agencyEmail, rows: [] };
    group.rows.push(row);
    groups.set(row.agency, group);
  }
  return [...groups.values()].sort((a, b) => b.rows.length - a.rows.length || a.agency.localeCompare(b.agency));
}
