import type { ApplicationDetails } from '../api/types.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import { APPLICATION_FACTS } from '../texts/application-facts.ts';

/** Returns the display name of operators/{id}, or `a colleague` while identity is unavailable. */
export function operatorName(
  operators: ApplicationDetails['operators'],
  operator: string | undefined,
  t: LanguageContextValue['t'],
): string {
  return operators?.find(({ name }) => name === operator)?.displayName ?? t(APPLICATION_FACTS.aColleague);
}
