import { isDeepStrictEqual } from 'node:util';
import { isType } from '../contract/names.ts';
import type { Json } from '../contract/publish.ts';

/**
 * Generators of code name the type of an inner schema by its title, and without one by its place, which changes with the
 * document around it.
 */

interface NameFinding {
  rule: string;
  at: string;
  message: string;
}

/** Returns each inner object, closed list and choice of an OpenAPI document without a title, or with one that is taken. */
export function findMissingTitles(document: Json): NameFinding[] {
  const { schemas } = document['components'] as { schemas: Json };
  const taken = new Set(Object.keys(schemas));
  const found: NameFinding[] = [];
  const look = (node: unknown, path: string[]): void => {
    if (Array.isArray(node)) return node.forEach((item, at) => look(item, [...path, String(at)]));
    if (typeof node !== 'object' || node === null) return;
    if (isInner(path) && isType(node as Json)) found.push(...findInSchema(node as Json, path, taken));
    for (const [key, value] of Object.entries(node)) if (!VALUE_KEYWORDS.includes(key)) look(value, [...path, key]);
  };
  look(document, []);
  for (const [name, schema] of Object.entries(schemas as Record<string, Json>)) {
    const at = `components/schemas/${name}`;
    const { enum: values, 'x-enum-varnames': names } = schema as { enum?: string[] } & Json;
    if (values && !isDeepStrictEqual(names, createEnumNames(name, values)))
      found.push({
        rule: 'enum-names',
        at,
        message: 'lacks x-enum-varnames, a name for each word with that of the list',
      });
  }
  return found;
}

/** Returns names for the words of a closed list that no other list has: Go puts them all into one scope. */
export const createEnumNames = (name: string, values: readonly string[]): string[] =>
  values.map((value) => `${toEnumName(name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2'))}_${toEnumName(value)}`);

const toEnumName = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');

/** What holds values, not schemas. */
const VALUE_KEYWORDS = ['enum', 'example', 'examples', 'const', 'default'];
/** The keywords that hold one schema, and those that hold several. */
const SCHEMA_KEYWORDS = ['schema', 'items', 'additionalProperties'];
const SCHEMA_MAP_KEYWORDS = ['properties', 'anyOf', 'oneOf', 'allOf'];

/** Whether a schema stands at this path that is not itself among the components. */
const isInner = (path: string[]): boolean =>
  SCHEMA_KEYWORDS.includes(path.at(-1) ?? '') || SCHEMA_MAP_KEYWORDS.includes(path.at(-2) ?? '');

function findInSchema(schema: Json, path: string[], taken: Set<string>): NameFinding[] {
  const title = schema['title'] as string | undefined;
  const at = path.join('/');
  if (title === undefined) return [{ rule: 'schema-title', at, message: 'has no title to name its type by' }];
  if (taken.has(title)) return [{ rule: 'schema-title', at, message: `another schema is named ${title}` }];
  taken.add(title);
  return [];
}
