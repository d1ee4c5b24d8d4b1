import { describeActor } from '@cups/application/texts';
import type { ApplicationDetails, LocalizedText } from '../api/types.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import { APPLICATION_FACTS } from '../texts/application-facts.ts';

type OperatorNames = ApplicationDetails['operators'];

/** Returns the display name of operators/{id}, or `a colleague` while identity is unavailable. */
export const operatorName = (
  operators: OperatorNames,
  operator: string | undefined,
  t: LanguageContextValue['t'],
): string => t(nameActor(operator ?? '', operators));

/**
 * Returns the name of an actor, in words for people.
 * @param actor as a history, an access log or the journal names it
 * @param agency returns the display name of agencies/{code}
 */
export function nameActor(
  actor: string,
  operators: OperatorNames,
  agency?: (name: string) => LocalizedText,
): LocalizedText {
  const displayName = operators?.find(({ name }) => name === actor)?.displayName;
  if (displayName) return { ro: displayName };
  if (agency && actor.startsWith('agencies/')) return agency(actor);
  return (actor && describeActor(actor)) || APPLICATION_FACTS.aColleague;
}
