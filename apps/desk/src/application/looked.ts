import type { Language } from '@cups/application';
import type { ApplicationFile } from '../api/types.ts';
import { today } from '../language/dates.ts';
import type { Spoken } from '../language/language.tsx';
import { plural } from '../language/plurals.ts';
import type { Plurals } from '../language/plurals.ts';
import { FILE } from '../texts/application.ts';
import { nameOfOperator } from './operators.ts';
import { whenOf } from './state-words.ts';

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

/** Who else looked last; every look leaves a trace, and the page says so. */
export function looked({ lastLook, operators }: ApplicationFile, t: Spoken['t'], language: Language): string {
  if (!lastLook) return '';
  const who = nameOfOperator(operators, lastLook.by, t);
  return t(FILE.seenBy, { who, when: whenOf(lastLook.lookTime, { language, today: today() }) });
}

export function lookCounts({ lookCount, lookerCount }: ApplicationFile, t: Spoken['t'], language: Language): string {
  const [times, people] = [plural(lookCount, language, TIMES), plural(lookerCount, language, PEOPLE)];
  return t(FILE.seen, language === 'ru' ? { times: lookCount, people: lookerCount } : { times, people });
}
