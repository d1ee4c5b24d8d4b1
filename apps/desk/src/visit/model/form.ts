import { inapplicableFields, createAnswersValidator } from '@cups/application';
import type { AnswersValidator } from '@cups/application';
import type { Text } from '@cups/application/texts';
import type { PublicService } from '../../api/types.ts';
import { normalizeIban } from '../inputs/contact.ts';
import { parseDate } from '../inputs/dates.ts';
import { parseIdnp, parseIdno } from '../inputs/idnp.ts';
import { normalizeName } from '../inputs/names.ts';

/** Parses the form of a service for display; docs/reference/forms.md defines its keywords. */

export type FormSchema = Readonly<Record<string, unknown>>;
export type Answers = Record<string, unknown>;
/** The value of a control: text, checkbox or list. */
export type FieldValue = string | boolean | readonly string[];

type FieldKind = 'text' | 'long' | 'date' | 'idnp' | 'idno' | 'iban' | 'number' | 'yes-no' | 'choice' | 'list';

export interface FormField {
  name: string;
  kind: FieldKind;
  title: Text;
  help?: Text | undefined;
  /** Overrides of rule texts. */
  messages: Readonly<Record<string, Text>>;
  reuse?: string | undefined;
  choices: readonly { value: string; title: Text }[];
  /** Of a list: its items, and their number. */
  item?: FormField | undefined;
  min: number;
  max: number;
  /** A date that cannot be in the future. */
  isPast: boolean;
  maxLength?: number | undefined;
}

export interface FormSection {
  /** Absent for a form without sections. */
  title?: Text | undefined;
  fields: readonly FormField[];
}

interface FieldSchema {
  type?: string;
  format?: string;
  oneOf?: { const: unknown; 'x-title': Text }[];
  items?: FormSchema;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  'x-title'?: Text;
  'x-help'?: Text;
  'x-messages'?: Record<string, Text>;
  'x-reuse'?: string;
}

/** Returns the form of a service, or undefined without one. */
export function formSchemaOf(service: PublicService | undefined): FormSchema | undefined {
  return service?.version?.formSchema as FormSchema | undefined;
}

/** Returns a check of answers; without a form it accepts all. */
export function createAnswersCheck(form: FormSchema | undefined): AnswersValidator {
  return form ? createAnswersValidator(form) : () => [];
}

const sectionsCache = new WeakMap<FormSchema, readonly FormSection[]>();

/** Returns the sections of a form in order, one screen each. */
export function sectionsOf(form: FormSchema | undefined): readonly FormSection[] {
  if (!form) return [];
  const sections = sectionsCache.get(form) ?? parseSections(form);
  sectionsCache.set(form, sections);
  return sections;
}

export function fieldsOf(form: FormSchema | undefined): readonly FormField[] {
  return sectionsOf(form).flatMap(({ fields }) => fields);
}

/** Returns the fields of a section that apply with these answers. */
export function findApplicableFields(form: FormSchema, section: FormSection, answers: Answers): readonly FormField[] {
  const inapplicable = inapplicableFields(form, answers);
  return section.fields.filter(({ name }) => !inapplicable.includes(name));
}

/** Returns the names of required fields with these answers. */
export function findRequiredFields(form: FormSchema, answers: Answers): ReadonlySet<string> {
  const check = createAnswersValidator(form);
  const isRequired = (name: string) => {
    const rest = Object.fromEntries(Object.entries(answers).filter(([other]) => other !== name));
    return check(rest).some(({ field, rule }) => field === `/answers/${name}` && rule === 'REQUIRED');
  };
  return new Set(Object.keys((form['properties'] ?? {}) as object).filter(isRequired));
}

/**
 * Converts a control's value to an answer; undefined if empty. Invalid dates and numbers stay text, so that the form
 * check reports them.
 * @param today civil date in Chisinau
 */
export function parseAnswer(field: FormField, value: FieldValue | undefined, today: string): unknown {
  if (field.kind === 'yes-no') return typeof value === 'boolean' ? value : undefined;
  if (field.kind === 'list') {
    const list = Array.isArray(value) ? value : [];
    const items = list.map((item: string) => parseAnswer(field.item as FormField, item, today));
    const present = items.filter((item) => item !== undefined);
    return present.length > 0 ? present : undefined;
  }
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : ANSWER_PARSERS[field.kind](text, field, today);
}

type AnswerParser = (text: string, field: FormField, today: string) => unknown;
const collapseBlanks: AnswerParser = (text) => text.replace(/[ \t]+/g, ' ');
const ANSWER_PARSERS: Record<Exclude<FieldKind, 'yes-no' | 'list'>, AnswerParser> = {
  text: (text, { reuse }) => (reuse === 'holder.name' ? normalizeName(text) : text.replace(/\s+/g, ' ')),
  long: collapseBlanks,
  choice: collapseBlanks,
  date: (text, field, today) => parseDate(text, latestDate(field, today)) ?? text,
  idnp: (text) => parseIdnp(text).digits || text,
  idno: (text) => parseIdno(text).digits || text,
  iban: normalizeIban,
  number: (text) => (/^\d+([.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : text),
};

/** Returns the latest plausible date of a field: today for past dates, else ten years ahead. */
export function latestDate({ isPast }: FormField, today: string): string {
  return isPast ? today : `${Number(today.slice(0, 4)) + 10}${today.slice(4)}`;
}

function parseSections(form: FormSchema): readonly FormSection[] {
  const properties = (form['properties'] ?? {}) as Record<string, FormSchema>;
  const dates = (form['x-dates'] ?? []) as { field: string; notAfter?: string }[];
  const past = dates.filter(({ notAfter }) => notAfter === 'today').map(({ field }) => field);
  const field = (name: string) => parseField(name, properties[name] as FormSchema, past.includes(name));
  const sections = form['x-sections'] as { title: Text; fields: string[] }[] | undefined;
  if (sections) return sections.map(({ title, fields }) => ({ title, fields: fields.map(field) }));
  const names = Object.keys(properties);
  return names.length === 0 ? [] : [{ fields: names.map(field) }];
}

function parseField(name: string, schema: FormSchema, isPast: boolean): FormField {
  const shape = schema as FieldSchema;
  return {
    name,
    kind: resolveFieldKind(shape),
    title: shape['x-title'] ?? { ro: name, ru: name, en: name },
    help: shape['x-help'],
    messages: shape['x-messages'] ?? {},
    reuse: shape['x-reuse'],
    choices: (shape.oneOf ?? []).map((choice) => ({ value: String(choice.const), title: choice['x-title'] })),
    item: shape.items ? parseField(name, shape.items, isPast) : undefined,
    min: shape.minItems ?? 0,
    max: shape.maxItems ?? 20,
    isPast: isPast || shape['x-reuse'] === 'child.birthDate',
    maxLength: shape.maxLength,
  };
}

const LONG_TEXT_LENGTH = 300;

function resolveFieldKind({ type, format, oneOf, maxLength = 0 }: FieldSchema): FieldKind {
  if (type === 'array') return 'list';
  if (type === 'boolean') return 'yes-no';
  if (type === 'integer' || type === 'number') return 'number';
  if (oneOf) return 'choice';
  if (format === 'date' || format === 'idnp' || format === 'idno' || format === 'iban') return format;
  return maxLength > LONG_TEXT_LENGTH ? 'long' : 'text';
}
