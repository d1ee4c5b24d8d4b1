import type { Json } from './publish.ts';

/** Conditions and exclusions: they describe no value, so no generator makes a type of one. */
const CONDITION_KEYWORDS = ['if', 'then', 'else', 'not'];

/** Keywords by which a schema describes a type of its own: an object, a closed list, a choice. */
const TYPE_KEYWORDS = ['properties', 'enum', 'const', 'anyOf', 'oneOf', 'allOf'];

/**
 * Returns a schema in which every object, closed list and choice has a `title`, the name that generators of code give to
 * its type. An inner schema is named after the path to it: `ReplyDecidedOutcome`. A title that is there already stays.
 */
export function addTitles(schema: Json, name: string): Json {
  const result: Json = {};
  if (isType(schema) && schema['title'] === undefined) result['title'] = name;
  for (const [keyword, value] of Object.entries(schema)) {
    result[keyword] = CONDITION_KEYWORDS.includes(keyword) ? value : addInnerTitles(keyword, value, name);
  }
  return result;
}

/** `application.submitted.v2` is `ApplicationSubmittedV2`, and `ce_type` is `CeType`. */
export const typeName = (...words: string[]): string =>
  words
    .join('-')
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** Whether a schema describes a type of its own. */
export const isType = (schema: Json): boolean =>
  schema['type'] === 'object' || TYPE_KEYWORDS.some((keyword) => Object.hasOwn(schema, keyword));

/** What a keyword holds, with names for the schemas in it. */
function addInnerTitles(keyword: string, value: unknown, name: string): unknown {
  if (keyword === 'properties' || keyword === '$defs') {
    const prefix = keyword === 'properties' ? [name] : [];
    return mapValues(value as Json, (inner, key) => addTitles(inner, typeName(...prefix, key)));
  }
  if (keyword === 'items') return addTitlesIfSchema(value, `${name}Item`);
  if (keyword === 'additionalProperties') return addTitlesIfSchema(value, `${name}Value`);
  // The parts of one whole share its name; of a choice, each has its own.
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
