import { isRule } from '@cups/problem';
import { FORMATS } from './formats.ts';
import { parseConditions } from './form-conditions.ts';
import type { Schema } from './schema-violations.ts';

/** What keeps a form from being one: what no check knows, and what a desk could not show. */

/** Words that say what answers must be; a form that uses another one would be checked by less than it says. */
const VALIDATION_KEYWORDS = new Set([
  ...['type', 'const', 'enum', 'required', 'properties', 'additionalProperties', 'dependentRequired'],
  ...['items', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minLength', 'maxLength', 'pattern', 'format'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else'],
]);
/** Words for people and editors: they check nothing, and are known. */
const ANNOTATION_KEYWORDS = new Set(['$schema', '$comment', 'title', 'description', 'examples', 'default']);
/** Words of ours, each with what is wrong with its value. */
const CUSTOM_KEYWORDS: Record<string, (value: unknown) => string[]> = {
  'x-title': (text) => validateTexts('x-title', text),
  'x-help': (text) => validateTexts('x-help', text),
  'x-reuse': (hint) =>
    REUSE_HINTS.includes(hint as ReuseHint) ? [] : [`x-reuse: "${String(hint)}" is none of ${REUSE_HINTS.join(', ')}`],
  'x-messages': validateMessages,
};
/** Words of ours that stand at the head of a form only. */
const ROOT_KEYWORDS = ['x-sections', 'x-dates'];
/** All words of ours, which say nothing to a check of JSON Schema. */
export const FORM_KEYWORDS: readonly string[] = [...Object.keys(CUSTOM_KEYWORDS), ...ROOT_KEYWORDS];
/** Words under which further schemas stand: one, or a list of them; under properties one by name. */
const SUBSCHEMA_KEYWORDS = ['items', 'not', 'if', 'then', 'else'];
const SUBSCHEMA_LIST_KEYWORDS = ['oneOf', 'anyOf', 'allOf'];

/** What an answer is, so that a desk can offer what was answered before: the value of `x-reuse`. */
const REUSE_HINTS = [
  'child.idnp',
  'child.birthDate',
  'holder.name',
  'holder.idnp',
  'event.date',
  'event.place',
  'person.formerNames',
  'bank.iban',
  'bank.swift',
  'property.cadastralNumber',
  'property.address',
] as const;
type ReuseHint = (typeof REUSE_HINTS)[number];

/** A part of a form that is filled in together: the value of `x-sections` is a list of them. */
interface FormSection {
  title: unknown;
  fields: string[];
}

/** Two dates that are compared: the value of `x-dates` is a list of them. `today` is the day of filing in Chisinau. */
export interface DateRule {
  field: string;
  /** Name of another date of the form, or `today`. */
  notBefore?: string;
  notAfter?: string;
}

/**
 * What keeps a form from being one: words and formats that no check knows, and words of ours that do not fit the form. Empty
 * when there is nothing. That it is a valid JSON Schema is asked of it where it comes in, in the catalog.
 */
export function validateFormSchema(form: Schema): string[] {
  const fields = (form['properties'] ?? {}) as Record<string, Schema>;
  return [
    ...validateKeywords(form, ROOT_KEYWORDS),
    ...validateSections(form['x-sections'] as FormSection[] | undefined, Object.keys(fields)),
    ...((form['x-dates'] ?? []) as DateRule[]).flatMap((rule) => validateDateRule(rule, fields)),
    ...validateConditions(form, Object.keys(fields)),
  ];
}

function validateKeywords(form: Schema, allowed: readonly string[] = []): string[] {
  const errors: string[] = [];
  for (const [keyword, value] of Object.entries(form)) {
    const validateCustom = Object.hasOwn(CUSTOM_KEYWORDS, keyword) ? CUSTOM_KEYWORDS[keyword] : undefined;
    if (validateCustom) errors.push(...validateCustom(value));
    else if (!VALIDATION_KEYWORDS.has(keyword) && !ANNOTATION_KEYWORDS.has(keyword) && !allowed.includes(keyword))
      errors.push(`unknown keyword: "${keyword}"`);
    if (keyword === 'format' && !Object.hasOwn(FORMATS, String(value)))
      errors.push(`unknown format: "${String(value)}"`);
    if (keyword === 'additionalProperties' && typeof value !== 'boolean')
      errors.push('additionalProperties: true or false');
  }
  // JSON itself moves members whose names are numbers to the front.
  const numbered = Object.keys(form['properties'] ?? {}).filter((name) => /^\d+$/.test(name));
  errors.push(...numbered.map((name) => `a field named ${name} loses its place`));
  return [...errors, ...listSubschemas(form).flatMap((inner) => validateKeywords(inner))];
}

function listSubschemas(form: Schema): Schema[] {
  return [
    ...SUBSCHEMA_KEYWORDS.flatMap((word) => form[word] ?? []),
    ...SUBSCHEMA_LIST_KEYWORDS.flatMap((word) => form[word] ?? []),
    ...Object.values(form['properties'] ?? {}),
  ] as Schema[];
}

function validateTexts(what: string, text: unknown): string[] {
  const { ro, ru, en } = (text ?? {}) as Record<string, unknown>;
  return [ro, ru, en].every((one) => typeof one === 'string' && one !== '') ? [] : [`${what}: needs ro, ru and en`];
}

/** Texts by the rule of a violation, which a desk shows in the place of the general one. */
function validateMessages(messages: unknown): string[] {
  return Object.entries(messages ?? {}).flatMap(([rule, text]) => [
    ...(isRule(rule) ? [] : [`x-messages: ${rule} is no rule`]),
    ...validateTexts(`x-messages.${rule}`, text),
  ]);
}

function validateSections(sections: FormSection[] | undefined, fields: string[]): string[] {
  if (sections === undefined) return [];
  const shown = sections.flatMap((section) => section.fields);
  return [
    ...sections.flatMap(({ title }) => validateTexts('x-sections', title)),
    ...(shown.join() === fields.join()
      ? []
      : ['x-sections: each field stands in one section, in the order of properties']),
  ];
}

function validateDateRule({ field, notBefore, notAfter }: DateRule, fields: Record<string, Schema>): string[] {
  const isDate = (name: string) => fields[name]?.['format'] === 'date';
  const others = [notBefore, notAfter].filter((other) => other !== undefined);
  return [
    ...(isDate(field) ? [] : [`x-dates: ${field} is no date of the form`]),
    ...(others.length === 1 ? [] : [`x-dates: ${field} needs either notBefore or notAfter`]),
    ...others
      .filter((other) => other !== 'today' && !isDate(other))
      .map((other) => `x-dates: ${other} is neither a date of the form nor today`),
  ];
}

/** A field that counts only sometimes comes after what decides it, which has to be answered, and is not always required. */
function validateConditions(form: Schema, fields: string[]): string[] {
  const required = (form['required'] ?? []) as string[];
  return parseConditions(form).flatMap((condition) => {
    const conditionFields = Object.keys((condition.if['properties'] ?? {}) as object);
    const requiredFields = (condition.if['required'] ?? []) as string[];
    const last = Math.max(...conditionFields.map((name) => fields.indexOf(name)));
    const inapplicable = [...condition.shut.then, ...condition.shut.else];
    if (inapplicable.length === 0) return [];
    return [
      ...conditionFields
        .filter((name) => !requiredFields.includes(name))
        .map((name) => `if: ${name} must be required there, or it holds unanswered`),
      ...inapplicable.filter((name) => !fields.includes(name)).map((name) => `${name} is shut and no field`),
      ...inapplicable
        .filter((name) => required.includes(name))
        .map((name) => `${name} is required though it may be shut`),
      ...inapplicable
        .filter((name) => fields.includes(name) && fields.indexOf(name) <= last)
        .map((name) => `${name} stands before what decides whether it counts`),
    ];
  });
}
