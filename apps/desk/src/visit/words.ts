import { RULE_TEXTS } from '@cups/application/texts';
import type { Text } from '@cups/application/texts';
import type { Language } from '@cups/application';
import type { PublicService } from '../api/types.ts';
import { wordsIn } from '../language/text.ts';
import { FIELDS } from '../texts/visit-fields.ts';
import { fieldsOf, formOf } from './model/form.ts';
import type { Lack } from './model/missing.ts';
import { textOf } from './model/typed.ts';
import type { Typed } from './model/typed.ts';
import { typedIdnp } from './typed/idnp.ts';

/** How controls are called, and what is said of them that is wrong. */

const LABELS: Record<string, Text> = {
  idnp: FIELDS.idnp,
  without: FIELDS.without,
  givenName: FIELDS.givenName,
  familyName: FIELDS.familyName,
  birthDate: FIELDS.birthDate,
  language: FIELDS.language,
  'foreignDocument/country': FIELDS.country,
  'foreignDocument/kind': FIELDS.documentKind,
  'foreignDocument/number': FIELDS.documentNumber,
  'contact/means': FIELDS.means,
  'contact/email': FIELDS.emailAddress,
  'contact/phone': FIELDS.phoneNumber,
  behalf: FIELDS.behalf,
  'mandate/kind': FIELDS.ground,
  'mandate/reference': FIELDS.reference,
  'mandate/date': FIELDS.mandateDate,
  costOption: FIELDS.cost,
  'delivery/kind': FIELDS.delivery,
  'delivery/note': FIELDS.address,
};

/** The label of a control, by its pointer. */
export function labelOf(at: string, service: PublicService | undefined): Partial<Text> {
  const [, member, name] = at.split('/');
  if (member === 'answers') return fieldsOf(formOf(service)).find((field) => field.name === name)?.title ?? {};
  if (member === 'evidence') return service?.version?.evidence?.find(({ kind }) => kind === name)?.title ?? {};
  return LABELS[at.replace(/^\/(?:applicant\/|represented\/)?/, '')] ?? {};
}

export interface Told {
  typed: Typed;
  service: PublicService | undefined;
  language: Language;
}

/** What is wrong, as a sentence beside the control: what to do. */
export function wordsOfLack({ at, violation }: Lack, { typed, service, language }: Told): string {
  const own = ownWords(at, violation.rule, typed);
  if (own) return own[language];
  const field = fieldsOf(formOf(service)).find(({ name }) => at === `/answers/${name}`);
  const text = field?.messages[violation.rule] ?? RULE_TEXTS[violation.rule];
  return wordsIn(language, text, spokenParams(violation, { typed, service, language }));
}

function ownWords(at: string, rule: Lack['violation']['rule'], typed: Typed): Text | undefined {
  const [, member, , part] = at.split('/');
  if (member === 'evidence') {
    if (part === 'code' || (rule === 'EVIDENCE_UNSEEN' && typed[at] === 'code')) return FIELDS.codeAsk;
    return typed[at] === 'later' ? FIELDS.paperLater : FIELDS.paperAsk;
  }
  if (rule === 'IDNP') return typedIdnp(textOf(typed, at)).state === 'short' ? FIELDS.idnpShort : FIELDS.idnpWrong;
  const isChoice = ['/costOption', '/delivery/kind', '/mandate/kind', '/behalf'].includes(at);
  return isChoice && rule === 'REQUIRED' ? FIELDS.chooseOne : undefined;
}

/** Codes and pointers among the parameters become what people call them. */
function spokenParams({ params }: Lack['violation'], { service, language }: Told): Record<string, unknown> {
  const spoken: Record<string, unknown> = Object.assign({}, params);
  const other = spoken['other'];
  if (other === 'today') spoken['other'] = { ro: 'astăzi', ru: 'сегодня', en: 'today' }[language];
  else if (typeof other === 'string') spoken['other'] = wordsIn(language, labelOf(other, service));
  if (typeof spoken['kind'] === 'string') {
    spoken['kind'] = wordsIn(language, labelOf(`/evidence/${spoken['kind']}/how`, service));
  }
  return spoken;
}

/** `HG 966/2020, annex 3, point 17` in the language of the page; what the registry gives is in English. */
export function lawIn(language: Language, law: string): string {
  const words = LAW_WORDS[language];
  return law.replace(/\b(sub-point|annex|point|article|paragraph)\b/g, (word) => words[word] ?? word);
}

const LAW_WORDS: Record<Language, Record<string, string>> = {
  ro: { annex: 'anexa', point: 'pct.', 'sub-point': 'subpct.', article: 'art.', paragraph: 'alin.' },
  ru: { annex: 'прил.', point: 'п.', 'sub-point': 'подп.', article: 'ст.', paragraph: 'ч.' },
  en: {},
};
