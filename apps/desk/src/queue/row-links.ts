import { personName } from '../language/person-name.ts';
import type { ApplicationRow } from '../api/types.ts';

/** Drafts go on where they are filled in. */
export function applicationPath({ id, state }: Pick<ApplicationRow, 'id' | 'state'>): string {
  return state === 'draft' ? `/visits/resume/${id}` : `/applications/${id}`;
}

/** Given and family name; empty while nobody typed them. */
export const applicantName = ({ applicant }: Pick<ApplicationRow, 'applicant'>): string => personName(applicant);
