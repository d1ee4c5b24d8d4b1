import { inapplicableFields, createAnswersValidator } from '@cups/application';
import type { AnswersValidator } from '@cups/application';
import type { Text } from '@cups/application/texts';
import type { PublicService } from '../../api/types.ts';
import { normalizeIban } from '../inputs/contact.ts';
import { parseDate } from '../inputs/dates.ts';
import { parseIdnp, parseIdno } from '../inputs/idnp.ts';
import { normalizeName } from '../inputs/names.ts';

/** The form of a public service as a desk shows it: docs/reference/forms.md says what its words mean. */

export type FormSchema = Readonly<Record<string, unknown>>;
export type Answers = Record<string, unknown>;
/** What stands in a control: its text, whether it is ticked, or a list of texts. */
export type FieldValue = string | boolean | readonly string[];

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
  min: number;
  max: number;
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

/** The form of a service, or undefined where nothing but the person and the papers is asked for. */
export function formSchemaOf(service: PublicService | undefined): FormSchema | undefined {
  return service?.version?.formSchema as FormSchema | undefined;
}

/** What is wrong with answers; nothing where there is no form. */
export function createAnswersCheck(form: FormSchema | undefined): AnswersValidator {
  return form ? createAnswersValidator(form) : () => [];
}

const sectionsCache = new WeakMap<FormSchema, readonly FormSection[]>();

/** The parts of a form in their order, each a screen. */
export function sectionsOf(form: FormSchema | undefined): readonly FormSection[] {
  if (!form) return [];
  const sections = sectionsCache.get(form) ?? parseSections(form);
  sectionsCache.set(form, sections);
  return sections;
}

export function fieldsOf(form: FormSchema | undefined): readonly FormField[] {
  return sectionsOf(form).flatMap(({ fields }) => fields);
}

/** The fields of a part that count with these answers. */
export function findApplicableFields(form: FormSchema, section: FormSection, answers: Answers): readonly FormField[] {
  const inapplicable = inapplicableFields(form, answers);
  return section.fields.filter(({ name }) => !inapplicable.includes(name));
}

/** Names of the fields that have to be answered, with what is answered so far. */
export function findRequiredFields(form: FormSchema, answers: Answers): ReadonlySet<string> {
  const check = createAnswersValidator(form);
  const isRequired = (name: string) => {
    const rest = Object.fromEntries(Object.entries(answers).filter(([other]) => other !== name));
    return check(rest).some(({ field, rule }) => field === `/answers/${name}` && rule === 'REQUIRED');
  };
  return new Set(Object.keys((form['properties'] ?? {}) as object).filter(isRequired));
}

/**
 * What a control holds as an answer; undefined for nothing. What is no date or number yet stays as it was typed, so that
 * the check of the form says so.
 * @param today yyyy-MM-dd in Chisinau
 */
export function parseAnswer(field: FormField, value: FieldValue | undefined, today: string): unknown {
  if (field.kind === 'yes-no') return typeof value === 'boolean' ? value : undefined;
  if (field.kind === 'list') {
    const list = Array.isArray(value) ? value : [];
    const items = list.map((one: string) => parseAnswer(field.item as FormField, one, today));
    const present = items.filter((one) => one !== undefined);
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

/** The last day that makes sense in a field, for years of two digits: today for what cannot lie ahead, else ten years from now. */
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
    choices: (shape.oneOf ?? []).map((one) => ({ value: String(one.const), title: one['x-title'] })),
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
