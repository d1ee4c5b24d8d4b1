import { countingAnswers, dateForPeople } from '@cups/application';
import type { Content, Evidence, Person } from '@cups/application';
import { mendedEmail, mendedPhone } from '../typed/contact.ts';
import { typedDate } from '../typed/dates.ts';
import { groupedNumber, typedIdnp } from '../typed/idnp.ts';
import { mendedName } from '../typed/names.ts';
import { answerOf, fieldsOf } from './form.ts';
import type { FormField, Schema, Value } from './form.ts';

/**
 * What is typed into a draft, also what is half typed or wrong: the value of each control by the JSON pointer of what it
 * fills in. What the controls have and the content has not (`/behalf`, `/contact/means`, how a paper was shown) stands beside it.
 */
export type Typed = Readonly<Record<string, Value>>;

/** How the person is reached. */
export const MEANS = ['email', 'phone', 'none'] as const;
/** How a paper was shown; `later` is that it was not. */
export type Shown = 'seen' | 'code' | 'later';

/** @param form of the public service, for the answers */
export interface Reading {
  form: Schema | undefined;
  /** yyyy-MM-dd in Chisinau. */
  today: string;
}

export const textOf = (typed: Typed, at: string): string =>
  typeof typed[at] === 'string' ? (typed[at] as string) : '';

/** Whether somebody else than the applicant is the one whom it is for. */
export const isForOther = (typed: Typed): boolean => typed['/behalf'] === 'other';

/** Everything that is typed as content, mended; what is half typed or wrong stays so, for the checks to say it. */
export function contentOf(typed: Typed, reading: Reading): Content {
  const content: Content = {};
  set(content, 'applicant', personIn(typed, '/applicant', reading.today));
  set(content, 'contact', contactIn(typed));
  if (isForOther(typed)) set(content, 'represented', personIn(typed, '/represented', reading.today));
  set(content, 'mandate', mandateIn(typed, reading.today));
  set(content, 'answers', answersIn(typed, reading));
  set(content, 'evidence', evidenceIn(typed));
  set(content, 'costOption', textOf(typed, '/costOption'));
  set(content, 'delivery', deliveryIn(typed));
  return content;
}

/** What is typed as it is filed. */
export function countingContent(typed: Typed, reading: Reading): Content {
  return counting(contentOf(typed, reading), reading);
}

/** The content as it is filed: answers that do not count any more stay in the draft, and are left out. */
export function counting(content: Content, { form }: Reading): Content {
  if (!content.answers || !form) return content;
  return Object.assign({}, content, { answers: countingAnswers(form, content.answers) });
}

/** The content as the controls show it: the other way round. */
export function typedOf(content: Content, form: Schema | undefined): Typed {
  const typed: Record<string, Value> = {};
  writePerson(typed, '/applicant', content.applicant);
  writePerson(typed, '/represented', content.represented);
  writeContact(typed, content.contact);
  const { mandate, delivery } = content;
  if (mandate) typed['/behalf'] = mandate.kind === 'own-presence' && !content.represented ? 'self' : 'other';
  if (mandate && mandate.kind !== 'own-presence') write(typed, '/mandate/kind', mandate.kind);
  write(typed, '/mandate/reference', mandate?.reference);
  write(typed, '/mandate/date', dateForPeople(mandate?.date ?? ''));
  for (const field of fieldsOf(form)) {
    const shown = shownAnswer(field, content.answers?.[field.name]);
    if (shown !== undefined) typed[`/answers/${field.name}`] = shown;
  }
  for (const paper of content.evidence ?? []) writePaper(typed, paper);
  write(typed, '/costOption', content.costOption);
  write(typed, '/delivery/kind', delivery?.kind);
  write(typed, '/delivery/note', delivery?.note);
  return typed;
}

/** Kinds of the papers that something is said of. */
function papersIn(typed: Typed): string[] {
  const kinds = Object.keys(typed).map((at) => /^\/evidence\/([^/]+)\//.exec(at)?.[1]);
  return [...new Set(kinds.filter((kind) => kind !== undefined))];
}

function set<Name extends keyof Content>(content: Content, name: Name, value: Content[Name] | undefined | ''): void {
  const isEmpty = typeof value === 'object' && Object.keys(value).length === 0;
  if (value !== undefined && value !== '' && !isEmpty) content[name] = value;
}

function without<T extends object>(fields: { [Name in keyof T]: T[Name] | undefined | '' }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as T;
}

const dateIn = (text: string, today: string): string => typedDate(text, today) ?? text.trim();
const lineOf = (text: string): string => text.replace(/\s+/g, ' ').trim();

function personIn(typed: Typed, at: string, today: string): Person {
  const text = (name: string) => textOf(typed, `${at}/${name}`);
  const isForeign = typed[`${at}/without`] === true;
  const document = without<NonNullable<Person['foreignDocument']>>({
    country: text('foreignDocument/country'),
    kind: text('foreignDocument/kind') as NonNullable<Person['foreignDocument']>['kind'],
    number: lineOf(text('foreignDocument/number')),
  });
  return without<Person>({
    idnp: isForeign ? undefined : typedIdnp(text('idnp')).digits,
    foreignDocument: isForeign && Object.keys(document).length > 0 ? document : undefined,
    givenName: mendedName(text('givenName')),
    familyName: mendedName(text('familyName')),
    birthDate: dateIn(text('birthDate'), today),
    language: text('language') as Person['language'],
  });
}

function contactIn(typed: Typed): Content['contact'] {
  const means = textOf(typed, '/contact/means');
  if (means === 'none') return { none: true };
  const [email, phone] = [mendedEmail(textOf(typed, '/contact/email')), mendedPhone(textOf(typed, '/contact/phone'))];
  if (means === 'email') return without({ email, phone });
  return means === 'phone' ? without({ phone }) : undefined;
}

function mandateIn(typed: Typed, today: string): Content['mandate'] {
  if (typed['/behalf'] === 'self') return { kind: 'own-presence' };
  const kind = textOf(typed, '/mandate/kind') as NonNullable<Content['mandate']>['kind'];
  if (!isForOther(typed) || !textOf(typed, '/mandate/kind')) return undefined;
  return without({
    kind,
    reference: lineOf(textOf(typed, '/mandate/reference')),
    date: dateIn(textOf(typed, '/mandate/date'), today),
  });
}

function answersIn(typed: Typed, { form, today }: Reading): Record<string, unknown> {
  const answers = fieldsOf(form).map((field) => [field.name, answerOf(field, typed[`/answers/${field.name}`], today)]);
  return Object.fromEntries(answers.filter(([, answer]) => answer !== undefined));
}

function evidenceIn(typed: Typed): Evidence[] {
  return papersIn(typed).flatMap((kind) => {
    const [how, code] = [textOf(typed, `/evidence/${kind}/how`), lineOf(textOf(typed, `/evidence/${kind}/code`))];
    if (how !== 'seen' && how !== 'code') return [];
    return without<Evidence>({
      kind,
      number: lineOf(textOf(typed, `/evidence/${kind}/number`)),
      originalSeen: how === 'seen' ? true : undefined,
      verificationCode: how === 'code' ? code : undefined,
    });
  });
}

function deliveryIn(typed: Typed): Content['delivery'] {
  const kind = textOf(typed, '/delivery/kind') as NonNullable<Content['delivery']>['kind'] | '';
  return kind === '' ? undefined : without({ kind, note: lineOf(textOf(typed, '/delivery/note')) });
}

function write(typed: Record<string, Value>, at: string, value: Value | undefined): void {
  if (value !== undefined && value !== '') typed[at] = value;
}

function writePerson(typed: Record<string, Value>, at: string, person: Person | undefined): void {
  if (!person) return;
  const { foreignDocument } = person;
  write(typed, `${at}/idnp`, groupedNumber(person.idnp ?? ''));
  if (foreignDocument) typed[`${at}/without`] = true;
  for (const name of ['country', 'kind', 'number'] as const) {
    write(typed, `${at}/foreignDocument/${name}`, foreignDocument?.[name]);
  }
  write(typed, `${at}/familyName`, person.familyName);
  write(typed, `${at}/givenName`, person.givenName);
  write(typed, `${at}/birthDate`, dateForPeople(person.birthDate ?? ''));
  write(typed, `${at}/language`, person.language);
}

function writeContact(typed: Record<string, Value>, contact: Content['contact']): void {
  const { email, phone, none } = contact ?? {};
  write(typed, '/contact/means', none ? 'none' : email ? 'email' : phone ? 'phone' : '');
  write(typed, '/contact/email', email);
  write(typed, '/contact/phone', phone);
}

function writePaper(typed: Record<string, Value>, paper: Evidence): void {
  const how: Shown = paper.verificationCode && !paper.originalSeen ? 'code' : paper.originalSeen ? 'seen' : 'later';
  typed[`/evidence/${paper.kind}/how`] = how;
  write(typed, `/evidence/${paper.kind}/number`, paper.number);
  write(typed, `/evidence/${paper.kind}/code`, paper.verificationCode);
}

function shownAnswer(field: FormField, answer: unknown): Value | undefined {
  if (answer === undefined || answer === null) return undefined;
  if (field.kind === 'yes-no') return answer === true;
  if (field.kind === 'list') {
    const item = field.item as FormField;
    return (Array.isArray(answer) ? answer : []).map((one) => String(shownAnswer(item, one) ?? ''));
  }
  const text = String(answer);
  if (field.kind === 'date') return dateForPeople(text) || text;
  if (field.kind === 'idnp' || field.kind === 'idno') return groupedNumber(text);
  return text;
}
