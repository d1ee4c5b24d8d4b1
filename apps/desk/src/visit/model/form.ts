import { fieldsLeftOut, formCheck } from '@cups/application';
import type { AnswersCheck } from '@cups/application';
import type { Text } from '@cups/application/texts';
import type { PublicService } from '../../api/types.ts';
import { mendedIban } from '../typed/contact.ts';
import { typedDate } from '../typed/dates.ts';
import { typedIdnp, typedIdno } from '../typed/idnp.ts';
import { mendedName } from '../typed/names.ts';

/** The form of a public service as a desk shows it: docs/forms.md says what its words mean. */

export type Schema = Readonly<Record<string, unknown>>;
export type Answers = Record<string, unknown>;
/** What stands in a control: its text, whether it is ticked, or a list of texts. */
export type Value = string | boolean | readonly string[];

/** By what control a field is filled in. */
type FieldKind = 'text' | 'long' | 'date' | 'idnp' | 'idno' | 'iban' | 'number' | 'yes-no' | 'choice' | 'list';

export interface FormField {
  name: string;
  kind: FieldKind;
  title: Text;
  help?: Text | undefined;
  /** In the place of the general text of a rule. */
  messages: Readonly<Record<string, Text>>;
  reuse?: string | undefined;
  choices: readonly { value: string; title: Text }[];
  /** Of a list: what one of it is, and how many there may be. */
  item?: FormField | undefined;
  least: number;
  most: number;
  /** A date that cannot lie ahead. */
  isPast: boolean;
  /** The most letters of a text. */
  maxLength?: number | undefined;
}

export interface FormSection {
  /** Absent where the form has no parts. */
  title?: Text | undefined;
  fields: readonly FormField[];
}

interface Shape {
  type?: string;
  format?: string;
  oneOf?: { const: unknown; 'x-title': Text }[];
  items?: Schema;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  'x-title'?: Text;
  'x-help'?: Text;
  'x-messages'?: Record<string, Text>;
  'x-reuse'?: string;
}

/** The form of a service, or undefined where nothing but the person and the papers is asked for. */
export function formOf(service: PublicService | undefined): Schema | undefined {
  return service?.version?.formSchema as Schema | undefined;
}

/** What is wrong with answers; nothing where there is no form. */
export function answersCheckOf(form: Schema | undefined): AnswersCheck {
  return form ? formCheck(form) : () => [];
}

const made = new WeakMap<Schema, readonly FormSection[]>();

/** The parts of a form in their order, each a screen. */
export function sectionsOf(form: Schema | undefined): readonly FormSection[] {
  if (!form) return [];
  const sections = made.get(form) ?? readSections(form);
  made.set(form, sections);
  return sections;
}

export function fieldsOf(form: Schema | undefined): readonly FormField[] {
  return sectionsOf(form).flatMap(({ fields }) => fields);
}

/** The fields of a part that count with these answers. */
export function fieldsShown(form: Schema, section: FormSection, answers: Answers): readonly FormField[] {
  const out = fieldsLeftOut(form, answers);
  return section.fields.filter(({ name }) => !out.includes(name));
}

/** Names of the fields that have to be answered, with what is answered so far. */
export function fieldsNeeded(form: Schema, answers: Answers): ReadonlySet<string> {
  const check = formCheck(form);
  const isNeeded = (name: string) => {
    const rest = Object.fromEntries(Object.entries(answers).filter(([other]) => other !== name));
    return check(rest).some(({ field, rule }) => field === `/answers/${name}` && rule === 'REQUIRED');
  };
  return new Set(Object.keys((form['properties'] ?? {}) as object).filter(isNeeded));
}

/**
 * What a control holds as an answer; undefined for nothing. What is no date or number yet stays as it was typed, so that
 * the check of the form says so.
 * @param today yyyy-MM-dd in Chisinau
 */
export function answerOf(field: FormField, value: Value | undefined, today: string): unknown {
  if (field.kind === 'yes-no') return typeof value === 'boolean' ? value : undefined;
  if (field.kind === 'list') {
    const list = Array.isArray(value) ? value : [];
    const items = list.map((one: string) => answerOf(field.item as FormField, one, today));
    const there = items.filter((one) => one !== undefined);
    return there.length > 0 ? there : undefined;
  }
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : READ[field.kind](text, field, today);
}

type Read = (text: string, field: FormField, today: string) => unknown;
const asTyped: Read = (text) => text.replace(/[ \t]+/g, ' ');
const READ: Record<Exclude<FieldKind, 'yes-no' | 'list'>, Read> = {
  text: (text, { reuse }) => (reuse === 'holder.name' ? mendedName(text) : text.replace(/\s+/g, ' ')),
  long: asTyped,
  choice: asTyped,
  date: (text, field, today) => typedDate(text, latestOf(field, today)) ?? text,
  idnp: (text) => typedIdnp(text).digits || text,
  idno: (text) => typedIdno(text).digits || text,
  iban: mendedIban,
  number: (text) => (/^\d+([.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : text),
};

/** The last day that makes sense in a field, for years of two digits: today for what cannot lie ahead, else ten years from now. */
export function latestOf({ isPast }: FormField, today: string): string {
  return isPast ? today : `${Number(today.slice(0, 4)) + 10}${today.slice(4)}`;
}

function readSections(form: Schema): readonly FormSection[] {
  const properties = (form['properties'] ?? {}) as Record<string, Schema>;
  const dates = (form['x-dates'] ?? []) as { field: string; notAfter?: string }[];
  const past = dates.filter(({ notAfter }) => notAfter === 'today').map(({ field }) => field);
  const field = (name: string) => readField(name, properties[name] as Schema, past.includes(name));
  const sections = form['x-sections'] as { title: Text; fields: string[] }[] | undefined;
  if (sections) return sections.map(({ title, fields }) => ({ title, fields: fields.map(field) }));
  const names = Object.keys(properties);
  return names.length === 0 ? [] : [{ fields: names.map(field) }];
}

function readField(name: string, schema: Schema, isPast: boolean): FormField {
  const shape = schema as Shape;
  return {
    name,
    kind: kindOf(shape),
    title: shape['x-title'] ?? { ro: name, ru: name, en: name },
    help: shape['x-help'],
    messages: shape['x-messages'] ?? {},
    reuse: shape['x-reuse'],
    choices: (shape.oneOf ?? []).map((one) => ({ value: String(one.const), title: one['x-title'] })),
    item: shape.items ? readField(name, shape.items, isPast) : undefined,
    least: shape.minItems ?? 0,
    most: shape.maxItems ?? 20,
    isPast: isPast || shape['x-reuse'] === 'child.birthDate',
    maxLength: shape.maxLength,
  };
}

const LONG = 300;

function kindOf({ type, format, oneOf, maxLength = 0 }: Shape): FieldKind {
  if (type === 'array') return 'list';
  if (type === 'boolean') return 'yes-no';
  if (type === 'integer' || type === 'number') return 'number';
  if (oneOf) return 'choice';
  if (format === 'date' || format === 'idnp' || format === 'idno' || format === 'iban') return format;
  return maxLength > LONG ? 'long' : 'text';
}
