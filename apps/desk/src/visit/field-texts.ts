import { RULE_TEXTS } from '@cups/application/texts';
import type { Text } from '@cups/application/texts';
import type { Language } from '@cups/application';
import type { PublicService } from '../api/types.ts';
import { formatMessage } from '../language/messages.ts';
import { FIELDS } from '../texts/visit-fields.ts';
import { VISIT_MANDATE } from '../texts/visit-mandate.ts';
import { CONTACT_FIELDS } from './model/contact-fields.ts';
import { fieldsOf, formSchemaOf } from './model/form.ts';
import type { FormField } from './model/form.ts';
import type { MissingField } from './model/missing-fields.ts';
import { textOf } from './model/form-values.ts';
import { isNamePointer } from './model/name-spelling.ts';
import type { FormValues } from './model/form-values.ts';
import { numberError, parseIdnp } from './inputs/idnp.ts';

/** Labels and error texts of controls. */

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
  ...Object.fromEntries(CONTACT_FIELDS.map(({ name, label }) => [`contact/${name}`, label])),
  behalf: FIELDS.behalf,
  'mandate/kind': FIELDS.ground,
  'mandate/reference': FIELDS.reference,
  'mandate/date': FIELDS.mandateDate,
  'mandate/name': VISIT_MANDATE.field,
  costOption: FIELDS.cost,
  'delivery/kind': FIELDS.delivery,
  'delivery/note': FIELDS.address,
};

/** Returns the label of a control by its pointer. */
export function fieldLabel(pointer: string, service: PublicService | undefined): Partial<Text> {
  const [, member, name] = pointer.split('/');
  if (member === 'answers') return fieldsOf(formSchemaOf(service)).find((field) => field.name === name)?.title ?? {};
  if (member === 'evidence') return service?.version?.evidence?.find(({ kind }) => kind === name)?.title ?? {};
  return LABELS[pointer.replace(/^\/(?:applicant\/|represented\/)?/, '')] ?? {};
}

export interface LabelContext {
  values: FormValues;
  service: PublicService | undefined;
  language: Language;
}

/** Returns what to do about a missing or invalid field. */
export function missingFieldText(
  { pointer, violation }: MissingField,
  { values, service, language }: LabelContext,
): string {
  const specific = specificText(pointer, violation.rule, values);
  if (specific) return specific[language];
  const field = fieldsOf(formSchemaOf(service)).find(({ name }) => pointer === `/answers/${name}`);
  const text =
    field?.messages[violation.rule] ??
    (isChoice(pointer, field) && violation.rule === 'REQUIRED' ? FIELDS.chooseOne : RULE_TEXTS[violation.rule]);
  return formatMessage(language, text, formatParams(violation, { values, service, language }));
}

function specificText(pointer: string, rule: MissingField['violation']['rule'], values: FormValues): Text | undefined {
  const [, member, , part] = pointer.split('/');
  if (pointer === '/mandate/name' && rule === 'REQUIRED') return VISIT_MANDATE.missing;
  if (member === 'evidence') {
    if (part === 'code' || (rule === 'EVIDENCE_NOT_VERIFIED' && values[pointer] === 'code')) return FIELDS.codeAsk;
    return values[pointer] === 'later' ? FIELDS.paperLater : FIELDS.paperAsk;
  }
  if (rule === 'NOT_BEFORE' && pointer.endsWith('/birthDate')) return FIELDS.tooOld;
  if (rule === 'FORBIDDEN_VALUE' && isNamePointer(pointer)) return FIELDS.cyrillicAsk;
  if (rule === 'IDNP') return numberError(parseIdnp(textOf(values, pointer))) ?? FIELDS.idnpShort;
  const hasLetters = /\p{L}/u.test(textOf(values, pointer).replace(/г\.?$/, ''));
  return rule === 'DATE' && hasLetters ? FIELDS.dateDigits : undefined;
}

const CHOICE_POINTERS = [
  '/costOption',
  '/delivery/kind',
  '/mandate/kind',
  '/behalf',
  '/language',
  '/foreignDocument/country',
  '/foreignDocument/kind',
];

function isChoice(pointer: string, field: FormField | undefined): boolean {
  const member = pointer.replace(/^\/(?:applicant|represented)(?=\/)/, '');
  return CHOICE_POINTERS.includes(member) || field?.kind === 'choice' || field?.kind === 'yes-no';
}

/** Replaces codes and pointers among the parameters by their labels. */
function formatParams(
  { params }: MissingField['violation'],
  { service, language }: LabelContext,
): Record<string, unknown> {
  const formatted: Record<string, unknown> = Object.assign({}, params);
  const other = formatted['other'];
  if (other === 'today') formatted['other'] = { ro: 'astăzi', ru: 'сегодня', en: 'today' }[language];
  else if (typeof other === 'string') formatted['other'] = formatMessage(language, fieldLabel(other, service));
  if (typeof formatted['kind'] === 'string') {
    formatted['kind'] = formatMessage(language, fieldLabel(`/evidence/${formatted['kind']}/how`, service));
  }
  return formatted;
}

/** Translates `HG 966/2020, annex 3, point 17`; the catalog has it in English. */
export function lawText(language: Language, law: string): string {
  const terms = LAW_TERMS[language];
  return law.replace(/\b(sub-point|annex|point|article|paragraph)\b/g, (word) => terms[word] ?? word);
}

const LAW_TERMS: Record<Language, Record<string, string>> = {
  ro: { annex: 'anexa', point: 'pct.', 'sub-point': 'subpct.', article: 'art.', paragraph: 'alin.' },
  ru: { annex: 'прил.', point: 'п.', 'sub-point': 'подп.', article: 'ст.', paragraph: 'ч.' },
  en: {},
};
