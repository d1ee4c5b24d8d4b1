import { applicableAnswers } from '@cups/application';
import type { LocalizedText } from '../api/types.ts';
import { NO, YES } from '../texts/content.ts';
import { shortDate } from './dates.ts';
import { joinMessages } from './messages.ts';

/** Answers to a form in the words of the form, for printouts, the review and submissions. */

export interface FormattedAnswer {
  field: string;
  label: LocalizedText;
  value: LocalizedText;
}
export interface FormattedSection {
  /** Absent for a form without sections. */
  title?: LocalizedText;
  answers: FormattedAnswer[];
}

interface FieldSchema {
  type?: string;
  format?: string;
  title?: string;
  'x-title'?: LocalizedText;
  oneOf?: { const: unknown; title?: string; 'x-title'?: LocalizedText }[];
  items?: FieldSchema;
}
interface FormSchema {
  properties?: Record<string, FieldSchema>;
  'x-sections'?: { title: LocalizedText; fields: string[] }[];
}

/** Returns the applicable answers in form order, by section. Omits unanswered fields and empty sections. */
export function formatAnswers(formSchema: object, answers: Record<string, unknown>): FormattedSection[] {
  const { properties = {}, 'x-sections': sections = [] } = formSchema as FormSchema;
  const applicable = applicableAnswers(formSchema as Record<string, unknown>, answers);
  const formatFields = (fields: readonly string[]) =>
    fields
      .filter((field) => properties[field] && isAnswered(applicable[field]))
      .map((field) => formatAnswer(field, properties[field] as FieldSchema, applicable[field]));
  const grouped: FormattedSection[] =
    sections.length > 0
      ? sections.map(({ title, fields }) => ({ title, answers: formatFields(fields) }))
      : [{ answers: formatFields(Object.keys(properties)) }];
  return grouped.filter((section) => section.answers.length > 0);
}

function isAnswered(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function formatAnswer(field: string, schema: FieldSchema, value: unknown): FormattedAnswer {
  return { field, label: schema['x-title'] ?? { ro: schema.title ?? field }, value: formatValue(schema, value) };
}

function formatValue({ oneOf, format, items = {} }: FieldSchema, value: unknown): LocalizedText {
  if (Array.isArray(value)) return joinMessages(value.map((item) => formatValue(items, item)));
  if (typeof value === 'boolean') return value ? YES : NO;
  const choice = oneOf?.find((option) => option.const === value);
  if (choice) return choice['x-title'] ?? inAllLanguages(choice.title ?? String(value));
  return inAllLanguages((format === 'date' && shortDate(String(value))) || String(value));
}

function inAllLanguages(text: string): LocalizedText {
  return { ro: text, ru: text, en: text };
}
