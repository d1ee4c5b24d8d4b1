import { isRule } from '@cups/problem';
import { FORMATS } from './formats.ts';
import { parseConditions } from './form-conditions.ts';
import type { Schema } from './schema-violations.ts';

/** Validates the schema of a form: keywords that the validator knows, and extensions that a desk can show. */

/** Keywords that validate answers. With any other keyword, a form would be checked less strictly than it claims. */
const VALIDATION_KEYWORDS = new Set([
  ...['type', 'const', 'enum', 'required', 'properties', 'additionalProperties', 'dependentRequired'],
  ...['items', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minLength', 'maxLength', 'pattern', 'format'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else'],
]);
const ANNOTATION_KEYWORDS = new Set(['$schema', '$comment', 'title', 'description', 'examples', 'default']);
/** Extension keywords, each with the validator of its value. */
const CUSTOM_KEYWORDS: Record<string, (value: unknown) => string[]> = {
  'x-title': (text) => validateTexts('x-title', text),
  'x-help': (text) => validateTexts('x-help', text),
  'x-reuse': (hint) =>
    REUSE_HINTS.includes(hint as ReuseHint)
      ? []
      : [`x-reuse: "${String(hint)}" is not one of ${REUSE_HINTS.join(', ')}`],
  'x-messages': validateMessages,
};
/** Extension keywords that only the root of a form may have. */
const ROOT_KEYWORDS = ['x-sections', 'x-dates'];
/** All extension keywords; JSON Schema validators ignore them. */
export const FORM_KEYWORDS: readonly string[] = [...Object.keys(CUSTOM_KEYWORDS), ...ROOT_KEYWORDS];
/** Keywords that contain one subschema, and keywords that contain a list of them. */
const SUBSCHEMA_KEYWORDS = ['items', 'not', 'if', 'then', 'else'];
const SUBSCHEMA_LIST_KEYWORDS = ['oneOf', 'anyOf', 'allOf'];

/** Meanings of answers, the values of `x-reuse`: a desk suggests earlier answers with the same meaning. */
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

/** A section of a form; `x-sections` is a list of them. */
interface FormSection {
  title: unknown;
  fields: string[];
}

/** A comparison of two dates; `x-dates` is a list of them. `today` is the day of filing in Chisinau. */
export interface DateRule {
  field: string;
  /** Name of another date field, or `today`. */
  notBefore?: string;
  notAfter?: string;
}

/**
 * Returns the errors of a form: unknown keywords and formats, and misused extensions. Empty if there are none. The
 * catalog separately checks that it is a valid JSON Schema.
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
      errors.push('additionalProperties: must be true or false');
  }
  // JavaScript objects move numeric names to the front.
  const numbered = Object.keys(form['properties'] ?? {}).filter((name) => /^\d+$/.test(name));
  errors.push(...numbered.map((name) => `invalid field name: "${name}" (a number loses its position)`));
  return [...errors, ...listSubschemas(form).flatMap((inner) => validateKeywords(inner))];
}

function listSubschemas(form: Schema): Schema[] {
  return [
    ...SUBSCHEMA_KEYWORDS.flatMap((keyword) => form[keyword] ?? []),
    ...SUBSCHEMA_LIST_KEYWORDS.flatMap((keyword) => form[keyword] ?? []),
    ...Object.values(form['properties'] ?? {}),
  ] as Schema[];
}

function validateTexts(what: string, text: unknown): string[] {
  const { ro, ru, en } = (text ?? {}) as Record<string, unknown>;
  return [ro, ru, en].every((translation) => typeof translation === 'string' && translation !== '')
    ? []
    : [`${what}: needs ro, ru and en`];
}

/** Validates texts by rule, which a desk shows instead of the general text. */
function validateMessages(messages: unknown): string[] {
  return Object.entries(messages ?? {}).flatMap(([rule, text]) => [
    ...(isRule(rule) ? [] : [`x-messages: ${rule} is not a rule`]),
    ...validateTexts(`x-messages.${rule}`, text),
  ]);
}

function validateSections(sections: FormSection[] | undefined, fields: string[]): string[] {
  if (sections === undefined) return [];
  const shown = sections.flatMap((section) => section.fields);
  return [
    ...sections.flatMap(({ title }) => validateTexts('x-sections', title)),
    ...(shown.join() === fields.join() ? [] : ['x-sections: must list each field once, in the order of properties']),
  ];
}

function validateDateRule({ field, notBefore, notAfter }: DateRule, fields: Record<string, Schema>): string[] {
  const isDate = (name: string) => fields[name]?.['format'] === 'date';
  const others = [notBefore, notAfter].filter((other) => other !== undefined);
  return [
    ...(isDate(field) ? [] : [`x-dates: ${field} is not a date field`]),
    ...(others.length === 1 ? [] : [`x-dates: ${field} needs either notBefore or notAfter`]),
    ...others
      .filter((other) => other !== 'today' && !isDate(other))
      .map((other) => `x-dates: ${other} is neither a date field nor today`),
  ];
}

/**
 * A conditional field must come after the fields that decide it. These must be required in the condition, and the
 * conditional field must not always be required.
 */
function validateConditions(form: Schema, fields: string[]): string[] {
  const required = (form['required'] ?? []) as string[];
  return parseConditions(form).flatMap((condition) => {
    const conditionFields = Object.keys((condition.if['properties'] ?? {}) as object);
    const requiredFields = (condition.if['required'] ?? []) as string[];
    const last = Math.max(...conditionFields.map((name) => fields.indexOf(name)));
    const inapplicable = [...condition.inapplicable.then, ...condition.inapplicable.else];
    if (inapplicable.length === 0) return [];
    return [
      ...conditionFields
        .filter((name) => !requiredFields.includes(name))
        .map((name) => `if: ${name} must be required there, or the condition holds without an answer`),
      ...inapplicable
        .filter((name) => !fields.includes(name))
        .map((name) => `${name} is not a field, but a condition excludes it`),
      ...inapplicable
        .filter((name) => required.includes(name))
        .map((name) => `${name} is required, but a condition can exclude it`),
      ...inapplicable
        .filter((name) => fields.includes(name) && fields.indexOf(name) <= last)
        .map((name) => `${name} must come after the fields of its condition`),
    ];
  });
}
