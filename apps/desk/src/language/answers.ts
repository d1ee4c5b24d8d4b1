import { countingAnswers } from '@cups/application';
import type { LocalizedText } from '../api/types.ts';
import { NO, YES } from '../texts/content.ts';
import { shortDate } from './dates.ts';
import { joinWords } from './text.ts';

/** What was answered to a form, in the words of the form: for papers, for the review, for a submission that is read later. */

export interface SaidAnswer {
  field: string;
  label: LocalizedText;
  value: LocalizedText;
}
export interface SaidSection {
  /** Absent for a form without sections. */
  title?: LocalizedText;
  answers: SaidAnswer[];
}

interface Field {
  type?: string;
  format?: string;
  title?: string;
  'x-title'?: LocalizedText;
  oneOf?: { const: unknown; title?: string; 'x-title'?: LocalizedText }[];
  items?: Field;
}
interface Form {
  properties?: Record<string, Field>;
  'x-sections'?: { title: LocalizedText; fields: string[] }[];
}

/** The answers that count, in the order of the form and by its sections; what was not answered is left out, and so is an empty section. */
export function saidAnswers(formSchema: object, answers: Record<string, unknown>): SaidSection[] {
  const { properties = {}, 'x-sections': sections = [] } = formSchema as Form;
  const given = countingAnswers(formSchema as Record<string, unknown>, answers);
  const said = (fields: readonly string[]) =>
    fields
      .filter((field) => properties[field] && isGiven(given[field]))
      .map((field) => sayAnswer(field, properties[field] as Field, given[field]));
  const grouped: SaidSection[] =
    sections.length > 0
      ? sections.map(({ title, fields }) => ({ title, answers: said(fields) }))
      : [{ answers: said(Object.keys(properties)) }];
  return grouped.filter((section) => section.answers.length > 0);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function sayAnswer(field: string, schema: Field, value: unknown): SaidAnswer {
  return { field, label: schema['x-title'] ?? { ro: schema.title ?? field }, value: sayValue(schema, value) };
}

function sayValue({ oneOf, format, items = {} }: Field, value: unknown): LocalizedText {
  if (Array.isArray(value)) return joinWords(value.map((one) => sayValue(items, one)));
  if (typeof value === 'boolean') return value ? YES : NO;
  const choice = oneOf?.find((one) => one.const === value);
  if (choice) return choice['x-title'] ?? same(choice.title ?? String(value));
  return same((format === 'date' && shortDate(String(value))) || String(value));
}

/** What is written the same in every language. */
function same(text: string): LocalizedText {
  return { ro: text, ru: text, en: text };
}
