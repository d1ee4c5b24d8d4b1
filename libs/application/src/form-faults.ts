import { isRule } from '@cups/problem';
import { FORMATS } from './formats.ts';
import { conditionsOf } from './form-conditions.ts';
import type { Schema } from './keywords.ts';

/** What keeps a form from being one: what no check knows, and what a desk could not show. */

/** Words that say what answers must be; a form that uses another one would be checked by less than it says. */
const RULES = new Set([
  ...['type', 'const', 'enum', 'required', 'properties', 'additionalProperties', 'dependentRequired'],
  ...['items', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minLength', 'maxLength', 'pattern', 'format'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else'],
]);
/** Words for people and editors: they check nothing, and are known. */
const NOTES = new Set(['$schema', '$comment', 'title', 'description', 'examples', 'default']);
/** Words of ours, each with what is wrong with its value. */
const OURS: Record<string, (value: unknown) => string[]> = {
  'x-title': (text) => textFaults('x-title', text),
  'x-help': (text) => textFaults('x-help', text),
  'x-reuse': (hint) =>
    REUSES.includes(hint as Reuse) ? [] : [`x-reuse: "${String(hint)}" is none of ${REUSES.join(', ')}`],
  'x-messages': messageFaults,
};
/** Words of ours that stand at the head of a form only. */
const HEADS = ['x-sections', 'x-dates'];
/** All words of ours, which say nothing to a check of JSON Schema. */
export const FORM_WORDS: readonly string[] = [...Object.keys(OURS), ...HEADS];
/** Words under which further schemas stand: one, or a list of them; under properties one by name. */
const ONE = ['items', 'not', 'if', 'then', 'else'];
const LISTS = ['oneOf', 'anyOf', 'allOf'];

/** What an answer is, so that a desk can offer what was answered before: the value of `x-reuse`. */
const REUSES = [
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
type Reuse = (typeof REUSES)[number];

/** A part of a form that is filled in together: the value of `x-sections` is a list of them. */
interface Section {
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
export function formFaults(form: Schema): string[] {
  const fields = (form['properties'] ?? {}) as Record<string, Schema>;
  return [
    ...wordFaults(form, HEADS),
    ...sectionFaults(form['x-sections'] as Section[] | undefined, Object.keys(fields)),
    ...((form['x-dates'] ?? []) as DateRule[]).flatMap((rule) => dateFaults(rule, fields)),
    ...conditionFaults(form, Object.keys(fields)),
  ];
}

function wordFaults(form: Schema, known: readonly string[] = []): string[] {
  const faults: string[] = [];
  for (const [word, value] of Object.entries(form)) {
    const ours = Object.hasOwn(OURS, word) ? OURS[word] : undefined;
    if (ours) faults.push(...ours(value));
    else if (!RULES.has(word) && !NOTES.has(word) && !known.includes(word)) faults.push(`unknown keyword: "${word}"`);
    if (word === 'format' && !Object.hasOwn(FORMATS, String(value))) faults.push(`unknown format: "${String(value)}"`);
    if (word === 'additionalProperties' && typeof value !== 'boolean')
      faults.push('additionalProperties: true or false');
  }
  // JSON itself moves members whose names are numbers to the front.
  const numbered = Object.keys(form['properties'] ?? {}).filter((name) => /^\d+$/.test(name));
  faults.push(...numbered.map((name) => `a field named ${name} loses its place`));
  return [...faults, ...innerSchemas(form).flatMap((inner) => wordFaults(inner))];
}

function innerSchemas(form: Schema): Schema[] {
  return [
    ...ONE.flatMap((word) => form[word] ?? []),
    ...LISTS.flatMap((word) => form[word] ?? []),
    ...Object.values(form['properties'] ?? {}),
  ] as Schema[];
}

function textFaults(what: string, text: unknown): string[] {
  const { ro, ru, en } = (text ?? {}) as Record<string, unknown>;
  return [ro, ru, en].every((one) => typeof one === 'string' && one !== '') ? [] : [`${what}: needs ro, ru and en`];
}

/** Texts by the rule of a violation, which a desk shows in the place of the general one. */
function messageFaults(messages: unknown): string[] {
  return Object.entries(messages ?? {}).flatMap(([rule, text]) => [
    ...(isRule(rule) ? [] : [`x-messages: ${rule} is no rule`]),
    ...textFaults(`x-messages.${rule}`, text),
  ]);
}

function sectionFaults(sections: Section[] | undefined, fields: string[]): string[] {
  if (sections === undefined) return [];
  const shown = sections.flatMap((section) => section.fields);
  return [
    ...sections.flatMap(({ title }) => textFaults('x-sections', title)),
    ...(shown.join() === fields.join()
      ? []
      : ['x-sections: each field stands in one section, in the order of properties']),
  ];
}

function dateFaults({ field, notBefore, notAfter }: DateRule, fields: Record<string, Schema>): string[] {
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
function conditionFaults(form: Schema, fields: string[]): string[] {
  const required = (form['required'] ?? []) as string[];
  return conditionsOf(form).flatMap((condition) => {
    const asked = Object.keys((condition.if['properties'] ?? {}) as object);
    const answered = (condition.if['required'] ?? []) as string[];
    const last = Math.max(...asked.map((name) => fields.indexOf(name)));
    const shut = [...condition.shut.then, ...condition.shut.else];
    if (shut.length === 0) return [];
    return [
      ...asked
        .filter((name) => !answered.includes(name))
        .map((name) => `if: ${name} must be required there, or it holds unanswered`),
      ...shut.filter((name) => !fields.includes(name)).map((name) => `${name} is shut and no field`),
      ...shut.filter((name) => required.includes(name)).map((name) => `${name} is required though it may be shut`),
      ...shut
        .filter((name) => fields.includes(name) && fields.indexOf(name) <= last)
        .map((name) => `${name} stands before what decides whether it counts`),
    ];
  });
}
