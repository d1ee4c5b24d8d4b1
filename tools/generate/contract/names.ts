import type { Json } from './publish.ts';

/** Conditions describe no value, so generators create no type for them. */
const CONDITION_KEYWORDS = ['if', 'then', 'else', 'not'];

/** Keywords of a schema that is its own type: an object, an enum, a choice. */
const TYPE_KEYWORDS = ['properties', 'enum', 'const', 'anyOf', 'oneOf', 'allOf'];

/**
 * Adds a `title`, which code generators use as type name, to every object, enum and choice. An inner schema is named after its
 * path: `ReplyDecidedOutcome`. Existing titles stay.
 */
export function addTitles(schema: Json, name: string): Json {
  const result: Json = {};
  if (isType(schema) && schema['title'] === undefined) result['title'] = name;
  for (const [keyword, value] of Object.entries(schema)) {
    result[keyword] = CONDITION_KEYWORDS.includes(keyword) ? value : addInnerTitles(keyword, value, name);
  }
  return result;
}

/** Converts `application.submitted.v2` to `ApplicationSubmittedV2`, and `ce_type` to `CeType`. */
export const typeName = (...words: string[]): string =>
  words
    .join('-')
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** Whether a schema describes its own type. */
export const isType = (schema: Json): boolean =>
  schema['type'] === 'object' || TYPE_KEYWORDS.some((keyword) => Object.hasOwn(schema, keyword));

/** Adds titles to the schemas in a keyword's value. */
function addInnerTitles(keyword: string, value: unknown, name: string): unknown {
  if (keyword === 'properties' || keyword === '$defs') {
    const prefix = keyword === 'properties' ? [name] : [];
    return mapValues(value as Json, (inner, key) => addTitles(inner, typeName(...prefix, key)));
  }
  if (keyword === 'items') return addTitlesIfSchema(value, `${name}Item`);
  if (keyword === 'additionalProperties') return addTitlesIfSchema(value, `${name}Value`);
  // Parts of an allOf share its name; those of a choice have their own.
  if (keyword === 'allOf') return (value as Json[]).map((part) => addTitles(part, name));
  if (keyword === 'anyOf' || keyword === 'oneOf')
    return (value as Json[]).map((part, at) => addTitles(part, `${name}Choice${at + 1}`));
  return value;
}

const mapValues = (values: Json, change: (inner: Json, key: string) => unknown): Json =>
  Object.fromEntries(Object.entries(values).map(([key, inner]) => [key, isSchema(inner) ? change(inner, key) : inner]));

const addTitlesIfSchema = (value: unknown, name: string): unknown => (isSchema(value) ? addTitles(value, name) : value);

/** A schema may also be `true` or `false`. */
const isSchema = (value: unknown): value is Json => typeof value === 'object' && value !== null;
