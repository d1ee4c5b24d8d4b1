import { nameOfPerson } from '../language/people.ts';
import type { Row } from '../api/types.ts';

/** Drafts go on where they are filled in. */
export function pageOf({ id, state }: Pick<Row, 'id' | 'state'>): string {
  return state === 'draft' ? `/visits/resume/${id}` : `/applications/${id}`;
}

/** Given and family name; empty while nobody typed them. */
export const nameOf = ({ applicant }: Pick<Row, 'applicant'>): string => nameOfPerson(applicant);
