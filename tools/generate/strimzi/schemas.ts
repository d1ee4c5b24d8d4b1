import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Schemas of Strimzi's objects, from its definitions, to validate the project's objects without a cluster. */

/** Kinds by definition file. */
const DEFINITIONS = {
  'kafka.yaml': 'Kafka',
  'kafkanodepool.yaml': 'KafkaNodePool',
  'kafkatopic.yaml': 'KafkaTopic',
  'kafkauser.yaml': 'KafkaUser',
} as const;

/** Written API version, the only one of Strimzi 1. */
export const API_VERSION = 'kafka.strimzi.io/v1';

type Json = Record<string, unknown>;
interface Definition {
  spec: { versions: { name: string; served: boolean; schema: { openAPIV3Schema: { properties: { spec: Json } } } }[] };
}

/**
 * Returns the JSON Schema of the `spec` of each kind.
 * @param folder folder of the CustomResourceDefinitions, as Strimzi's `CrdGenerator` writes them
 */
export function schemasIn(folder: string): Record<string, Json> {
  const schemas = Object.entries(DEFINITIONS).map(([file, kind]) => {
    const { spec } = parse(readFileSync(join(folder, file), 'utf8')) as Definition;
    const version = spec.versions.find(({ name, served }) => served && name === API_VERSION.split('/')[1]);
    if (!version) throw new Error(`${file} does not define ${API_VERSION}.`);
    return [kind, strict(version.schema.openAPIV3Schema.properties.spec) as Json];
  });
  return Object.fromEntries(schemas) as Record<string, Json>;
}

/** Removes descriptions and closes the schema: a cluster silently drops unknown fields, so a misspelt one would have no effect. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { description: _, ...kept } = schema as Json;
  const made = Object.fromEntries(
    Object.entries(kept).map(([key, value]) => [key, key === 'properties' ? properties(value as Json) : strict(value)]),
  );
  if (made['x-kubernetes-int-or-string'] === true) return { anyOf: [{ type: 'integer' }, { type: 'string' }] };
  const open = made['x-kubernetes-preserve-unknown-fields'] === true || 'additionalProperties' in made;
  if (made['properties'] && !open) made['additionalProperties'] = false;
  return Object.fromEntries(Object.entries(made).filter(([key]) => !key.startsWith('x-kubernetes-')));
}

/** Keys of `properties` are names, even one called `description`. */
const properties = (named: Json): Json =>
  Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, strict(schema)]));
