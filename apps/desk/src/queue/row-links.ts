import { personName } from '../language/person-name.ts';
import type { ApplicationRow } from '../api/types.ts';

/** Returns the path of an application; drafts open in their visit. */
export function applicationPath({ id, state }: Pick<ApplicationRow, 'id' | 'state'>): string {
  return state === 'draft' ? `/visits/resume/${id}` : `/applications/${id}`;
}

export const applicantName = ({ applicant }: Pick<ApplicationRow, 'applicant'>): string => personName(applicant);
