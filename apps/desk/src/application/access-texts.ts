import type { Language } from '@cups/application';
import type { ApplicationDetails } from '../api/types.ts';
import { today } from '../language/dates.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import { plural } from '../language/plurals.ts';
import type { Plurals } from '../language/plurals.ts';
import { APPLICATION_FACTS } from '../texts/application-facts.ts';
import { operatorName } from './operator-name.ts';
import { formatWhen } from './state-texts.ts';

const TIMES: Plurals = {
  ro: { one: 'dată', few: 'ori' },
  ru: { one: 'раз', few: 'раза', many: 'раз' },
  en: { one: 'time', few: 'times' },
};
const PEOPLE: Plurals = {
  ro: { one: 'persoană', few: 'persoane' },
  ru: { one: 'человек', few: 'человека', many: 'человек' },
  en: { one: 'person', few: 'people' },
};

/** Returns the last access by another operator, or ''. */
export function lastAccessText(
  { lastAccess, operators }: ApplicationDetails,
  t: LanguageContextValue['t'],
  language: Language,
): string {
  if (!lastAccess) return '';
  const operator = operatorName(operators, lastAccess.operator, t);
  return t(APPLICATION_FACTS.seenBy, {
    who: operator,
    when: formatWhen(lastAccess.accessTime, { language, today: today() }),
  });
}

export function accessCountText(
  { accessCount, operatorCount }: ApplicationDetails,
  t: LanguageContextValue['t'],
  language: Language,
): string {
  const [times, people] = [plural(accessCount, language, TIMES), plural(operatorCount, language, PEOPLE)];
  return t(
    APPLICATION_FACTS.seen,
    language === 'ru' ? { times: accessCount, people: operatorCount } : { times, people },
  );
}
