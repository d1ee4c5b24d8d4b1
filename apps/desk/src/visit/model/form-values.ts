import { applicableAnswers, formatCivilDate } from '@cups/application';
import type { Content, Evidence, Person } from '@cups/application';
import { parseDate } from '../inputs/dates.ts';
import { groupDigits, parseIdnp } from '../inputs/idnp.ts';
import { normalizeName } from '../inputs/names.ts';
import { CONTACT_FIELDS } from './contact-fields.ts';
import { parseAnswer, fieldsOf } from './form.ts';
import type { FormField, FormSchema, FieldValue } from './form.ts';

/**
 * The values of all controls by JSON pointer, also incomplete or invalid ones. Includes values that content lacks:
 * `/behalf`, `/contact/means`, how a document was shown.
 */
export type FormValues = Readonly<Record<string, FieldValue>>;

/** How the original was shown; `later` means not yet. A scan is beside it, at `/evidence/{kind}/copy`. */
export type EvidencePresentation = 'seen' | 'code' | 'later';

export interface FormContext {
  form: FormSchema | undefined;
  /** Civil date in Chisinau. */
  today: string;
}

export const textOf = (values: FormValues, pointer: string): string =>
  typeof values[pointer] === 'string' ? (values[pointer] as string) : '';

export const isForAnotherPerson = (values: FormValues): boolean => values['/behalf'] === 'other';

/** Converts form values to normalized content. Incomplete and invalid values stay, for the checks to report. */
export function toContent(values: FormValues, context: FormContext): Content {
  const content: Content = {};
  setMember(content, 'applicant', readPerson(values, '/applicant', context.today));
  setMember(content, 'contact', readContact(values));
  if (isForAnotherPerson(values)) setMember(content, 'represented', readPerson(values, '/represented', context.today));
  setMember(content, 'mandate', readMandate(values, context.today));
  setMember(content, 'answers', readAnswers(values, context));
  setMember(content, 'evidence', readEvidence(values));
  setMember(content, 'costOption', textOf(values, '/costOption'));
  setMember(content, 'delivery', readDelivery(values));
  return content;
}

/** Returns the content to submit. */
export function toApplicableContent(values: FormValues, context: FormContext): Content {
  return keepApplicableAnswers(toContent(values, context), context);
}

/** Removes answers that no longer apply. The draft keeps them. */
export function keepApplicableAnswers(content: Content, { form }: FormContext): Content {
  if (!content.answers || !form) return content;
  return Object.assign({}, content, { answers: applicableAnswers(form, content.answers) });
}

/** Converts content back to form values. */
export function toFormValues(content: Content, form: FormSchema | undefined): FormValues {
  const values: Record<string, FieldValue> = {};
  writePerson(values, '/applicant', content.applicant);
  writePerson(values, '/represented', content.represented);
  writeContact(values, content.contact);
  const { mandate, delivery } = content;
  if (mandate) values['/behalf'] = mandate.kind === 'own-presence' && !content.represented ? 'self' : 'other';
  if (mandate && mandate.kind !== 'own-presence') writeValue(values, '/mandate/kind', mandate.kind);
  writeValue(values, '/mandate/reference', mandate?.reference);
  writeValue(values, '/mandate/date', formatCivilDate(mandate?.date ?? ''));
  writeValue(values, '/mandate/name', mandate?.name);
  for (const field of fieldsOf(form)) {
    const formatted = formatAnswer(field, content.answers?.[field.name]);
    if (formatted !== undefined) values[`/answers/${field.name}`] = formatted;
  }
  for (const evidence of content.evidence ?? []) writeEvidence(values, evidence);
  writeValue(values, '/costOption', content.costOption);
  writeValue(values, '/delivery/kind', delivery?.kind);
  writeValue(values, '/delivery/note', delivery?.note);
  return values;
}

/** Returns the kinds of documents with a value. */
function listEvidenceKinds(values: FormValues): string[] {
  const kinds = Object.keys(values).map((pointer) => /^\/evidence\/([^/]+)\//.exec(pointer)?.[1]);
  return [...new Set(kinds.filter((kind) => kind !== undefined))];
}

function setMember<Name extends keyof Content>(
  content: Content,
  name: Name,
  value: Content[Name] | undefined | '',
): void {
  const isEmpty = typeof value === 'object' && Object.keys(value).length === 0;
  if (value !== undefined && value !== '' && !isEmpty) content[name] = value;
}

function omitEmpty<T extends object>(fields: { [Name in keyof T]: T[Name] | undefined | '' }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as T;
}

const parseDateOrText = (text: string, today: string): string => parseDate(text, today) ?? text.trim();
const collapseSpaces = (text: string): string => text.replace(/\s+/g, ' ').trim();

function readPerson(values: FormValues, pointer: string, today: string): Person {
  const text = (name: string) => textOf(values, `${pointer}/${name}`);
  const isForeign = values[`${pointer}/without`] === true;
  const document = omitEmpty<NonNullable<Person['foreignDocument']>>({
    country: text('foreignDocument/country'),
    kind: text('foreignDocument/kind') as NonNullable<Person['foreignDocument']>['kind'],
    number: collapseSpaces(text('foreignDocument/number')),
  });
  return omitEmpty<Person>({
    idnp: isForeign ? undefined : parseIdnp(text('idnp')).digits,
    foreignDocument: isForeign && Object.keys(document).length > 0 ? document : undefined,
    givenName: normalizeName(text('givenName')),
    familyName: normalizeName(text('familyName')),
    birthDate: parseDateOrText(text('birthDate'), today),
    language: text('language') as Person['language'],
  });
}

function readContact(values: FormValues): Content['contact'] {
  const means = textOf(values, '/contact/means');
  if (means === 'none') return { none: true };
  const asked = CONTACT_FIELDS.filter(({ askedFor }) => askedFor.some((one) => one === means));
  if (asked.length === 0) return undefined;
  const texts = asked.map(({ name, pointer, normalize }) => [name, normalize(textOf(values, pointer))]);
  return omitEmpty(Object.fromEntries(texts) as NonNullable<Content['contact']>);
}

function readMandate(values: FormValues, today: string): Content['mandate'] {
  const name = textOf(values, '/mandate/name');
  if (values['/behalf'] === 'self') return omitEmpty({ kind: 'own-presence' as const, name });
  const kind = textOf(values, '/mandate/kind') as NonNullable<Content['mandate']>['kind'];
  if (!isForAnotherPerson(values) || !textOf(values, '/mandate/kind')) return undefined;
  return omitEmpty({
    kind,
    reference: collapseSpaces(textOf(values, '/mandate/reference')),
    date: parseDateOrText(textOf(values, '/mandate/date'), today),
    name,
  });
}

function readAnswers(values: FormValues, { form, today }: FormContext): Record<string, unknown> {
  const answers = fieldsOf(form).map((field) => [
    field.name,
    parseAnswer(field, values[`/answers/${field.name}`], today),
  ]);
  return Object.fromEntries(answers.filter(([, answer]) => answer !== undefined));
}

function readEvidence(values: FormValues): Evidence[] {
  return listEvidenceKinds(values).flatMap((kind) => {
    const [how, code] = [
      textOf(values, `/evidence/${kind}/how`),
      collapseSpaces(textOf(values, `/evidence/${kind}/code`)),
    ];
    const copy = textOf(values, `/evidence/${kind}/copy`);
    if (how !== 'seen' && how !== 'code' && !copy) return [];
    return omitEmpty<Evidence>({
      kind,
      number: collapseSpaces(textOf(values, `/evidence/${kind}/number`)),
      originalSeen: how === 'seen' ? true : undefined,
      verificationCode: how === 'code' ? code : undefined,
      copy,
    });
  });
}

function readDelivery(values: FormValues): Content['delivery'] {
  const kind = textOf(values, '/delivery/kind') as NonNullable<Content['delivery']>['kind'] | '';
  return kind === '' ? undefined : omitEmpty({ kind, note: collapseSpaces(textOf(values, '/delivery/note')) });
}

function writeValue(values: Record<string, FieldValue>, pointer: string, value: FieldValue | undefined): void {
  if (value !== undefined && value !== '') values[pointer] = value;
}

function writePerson(values: Record<string, FieldValue>, pointer: string, person: Person | undefined): void {
  if (!person) return;
  const { foreignDocument } = person;
  writeValue(values, `${pointer}/idnp`, groupDigits(person.idnp ?? ''));
  if (foreignDocument) values[`${pointer}/without`] = true;
  for (const name of ['country', 'kind', 'number'] as const) {
    writeValue(values, `${pointer}/foreignDocument/${name}`, foreignDocument?.[name]);
  }
  writeValue(values, `${pointer}/familyName`, person.familyName);
  writeValue(values, `${pointer}/givenName`, person.givenName);
  writeValue(values, `${pointer}/birthDate`, formatCivilDate(person.birthDate ?? ''));
  writeValue(values, `${pointer}/language`, person.language);
}

function writeContact(values: Record<string, FieldValue>, contact: Content['contact']): void {
  const { email, phone, none } = contact ?? {};
  writeValue(values, '/contact/means', none ? 'none' : email ? 'email' : phone ? 'phone' : '');
  for (const { name, pointer } of CONTACT_FIELDS) writeValue(values, pointer, contact?.[name]);
}

function writeEvidence(values: Record<string, FieldValue>, evidence: Evidence): void {
  const how: EvidencePresentation =
    evidence.verificationCode && !evidence.originalSeen ? 'code' : evidence.originalSeen ? 'seen' : 'later';
  // A scan alone says nothing about the original.
  if (how !== 'later' || !evidence.copy) values[`/evidence/${evidence.kind}/how`] = how;
  writeValue(values, `/evidence/${evidence.kind}/copy`, evidence.copy);
  writeValue(values, `/evidence/${evidence.kind}/number`, evidence.number);
  writeValue(values, `/evidence/${evidence.kind}/code`, evidence.verificationCode);
}

/**
 * Returns the values without how documents were shown and without their scans, which belong to one application. A
 * correction asks for both again.
 */
export function withoutDocumentProof(values: FormValues): FormValues {
  return Object.fromEntries(Object.entries(values).filter(([at]) => !/^\/evidence\/.*\/(how|copy)$/.test(at)));
}

function formatAnswer(field: FormField, answer: unknown): FieldValue | undefined {
  if (answer === undefined || answer === null) return undefined;
  if (field.kind === 'yes-no') return answer === true;
  if (field.kind === 'list') {
    const item = field.item as FormField;
    return (Array.isArray(answer) ? answer : []).map((value) => String(formatAnswer(item, value) ?? ''));
  }
  const text = String(answer);
  if (field.kind === 'date') return formatCivilDate(text) || text;
  if (field.kind === 'idnp' || field.kind === 'idno') return groupDigits(text);
  return text;
}
