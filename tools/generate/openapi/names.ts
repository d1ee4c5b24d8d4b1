import { isDeepStrictEqual } from 'node:util';
import { isType } from '../contract/names.ts';
import type { Json } from '../contract/publish.ts';

/** Code generators name the type of an inner schema by its title, or else by its position, which is unstable. */

interface NameFinding {
  rule: string;
  at: string;
  message: string;
}

/** Returns inner objects, enums and choices without a title, or with a duplicate one. */
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

/** Returns unique names for enum values: Go declares all of them in one scope. */
export const createEnumNames = (name: string, values: readonly string[]): string[] =>
  values.map((value) => `${toEnumName(name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2'))}_${toEnumName(value)}`);

const toEnumName = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');

/** Keywords with values instead of schemas. */
const VALUE_KEYWORDS = ['enum', 'example', 'examples', 'const', 'default'];
/** Keywords with one schema, and with several. */
const SCHEMA_KEYWORDS = ['schema', 'items', 'additionalProperties'];
const SCHEMA_MAP_KEYWORDS = ['properties', 'anyOf', 'oneOf', 'allOf'];

/** Whether the schema at this path is not itself a component. */
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
