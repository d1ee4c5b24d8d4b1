import type { ApplicationDetails } from '../api/types.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import { APPLICATION } from '../texts/application.ts';

/** The name for people of operators/{id}; `a colleague` while identity could not be asked. */
export function operatorName(
  operators: ApplicationDetails['operators'],
  operator: string | undefined,
  t: LanguageContextValue['t'],
): string {
  return operators?.find(({ name }) => name === operator)?.displayName ?? t(APPLICATION.aColleague);
}
