import type { Json } from '../publish.ts';
import { escapeHtml } from './html.ts';

/** Renders a JSON Schema as collapsible lists without scripts. */

type Schema = Json | boolean;

/** Resolves a reference, merged with its sibling keywords. */
function resolveReference(document: Json, schema: Json): Json {
  const { $ref, allOf, ...beside } = schema as { $ref?: string; allOf?: Json[] } & Json;
  const parts = (allOf ?? []).map((part) => resolveReference(document, part));
  const target = $ref === undefined ? {} : resolveReference(document, lookUp(document, $ref));
  return Object.assign({}, target, ...parts, beside) as Json;
}

const lookUp = (document: Json, ref: string): Json =>
  ref
    .slice('#/'.length)
    .split('/')
    .reduce<Json>((node, step) => node[step] as Json, document);

const code = (text: unknown) => `<code>${escapeHtml(String(text))}</code>`;

/** Rules of a value in words. */
const RULES: Record<string, (value: unknown) => string> = {
  const: (value) => `always ${code(value)}`,
  enum: (values) => (values as unknown[]).map(code).join(', '),
  format: (value) => `format ${code(value)}`,
  minLength: (value) => `at least ${String(value)} letter${value === 1 ? '' : 's'}`,
  maxLength: (value) => `at most ${String(value)} letters`,
  minimum: (value) => `from ${String(value)}`,
  maximum: (value) => `to ${String(value)}`,
  minItems: (value) => `at least ${String(value)}`,
  maxItems: (value) => `at most ${String(value)}`,
  minProperties: (value) => `at least ${String(value)} of them`,
  maxProperties: (value) => `at most ${String(value)} of them`,
  pattern: (value) => `pattern ${code(value)}`,
};

const formatRules = (schema: Json): string =>
  Object.entries(RULES)
    .filter(([keyword]) => keyword in schema)
    .map(([keyword, words]) => words(schema[keyword]))
    .join('; ');

/** Renders the properties of a schema with type, rules and members. */
export function renderProperties(document: Json, given: Schema): string {
  const schema = typeof given === 'boolean' ? {} : resolveReference(document, given);
  const { properties = {}, required = [] } = schema as { properties?: Record<string, Schema>; required?: string[] };
  const items = Object.entries(properties).map(([name, one]) => property(document, name, one, required.includes(name)));
  const conditions = 'if' in schema ? [`<li class="rule">${formatCondition(schema)}</li>`] : [];
  const others =
    'anyOf' in schema ? [`<li class="rule">One of these at least: ${formatAlternatives(schema)}</li>`] : [];
  return `<ul class="properties">${[...items, ...conditions, ...others].join('')}</ul>`;
}

function property(document: Json, name: string, given: Schema, isRequired: boolean): string {
  const schema = typeof given === 'boolean' ? {} : resolveReference(document, given);
  const items = schema['items'] as Schema | undefined;
  const inner = items === undefined ? schema : resolveReference(document, items as Json);
  const type = `${formatType(inner)}${items === undefined ? '' : '[]'}`;
  const head = `<b>${code(name)}</b> <span class="type">${type}</span>${isRequired ? ' <span class="required">required</span>' : ''}`;
  const rules = [formatRules(schema), items === undefined ? '' : formatRules(inner)].filter(Boolean).join('; each: ');
  const words = [schema['description'], inner === schema ? undefined : inner['description']]
    .filter(Boolean)
    .map(String);
  const summary = `${words.map((text) => `<p>${escapeHtml(text)}</p>`).join('')}${rules ? `<p class="rules">${rules}</p>` : ''}`;
  if (!('properties' in inner)) return `<li>${head}${summary}</li>`;
  return `<li><details><summary>${head}</summary>${summary}${renderProperties(document, inner)}</details></li>`;
}

/** Returns the declared type, or that of the enumerated values. */
function formatType({ type, const: value, enum: [first] = [value] }: Json & { enum?: unknown[] }): string {
  if (type !== undefined) return String(type);
  return first === undefined ? 'any' : typeof first;
}

/** Formats `if` and `then` of one property. */
function formatCondition(schema: Json): string {
  const { if: when, then } = schema as { if: { properties: Record<string, { const: unknown }> }; then: Json };
  const [name, { const: value }] = Object.entries(when.properties)[0]!;
  const { required = [], properties = {} } = then as { required?: string[]; properties?: Record<string, unknown> };
  const absent = Object.keys(properties).filter((one) => properties[one] === false);
  const needs = required.length > 0 ? `${required.map(code).join(', ')} is required` : '';
  const lacks = absent.length > 0 ? `${absent.map(code).join(', ')} is absent` : '';
  return `Where ${code(name)} is ${code(value)}: ${[needs, lacks].filter(Boolean).join(', and ')}.`;
}

const formatAlternatives = (schema: Json): string =>
  (schema['anyOf'] as { required?: string[] }[]).flatMap(({ required = [] }) => required.map(code)).join(', ');
