import type { ApplicationFile } from '../api/types.ts';
import type { Spoken } from '../language/language.tsx';
import { FILE } from '../texts/application.ts';

/** The name for people of operators/{id}; `a colleague` while identity could not be asked. */
export function nameOfOperator(
  operators: ApplicationFile['operators'],
  by: string | undefined,
  t: Spoken['t'],
): string {
  return operators?.find(({ name }) => name === by)?.displayName ?? t(FILE.aColleague);
}
