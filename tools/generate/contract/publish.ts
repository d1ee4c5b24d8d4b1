import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openForReaders } from '@cups/agency-contract';
import { parse } from 'yaml';
import { buildSampleMessages } from './messages.ts';
import { addTitles, typeName } from './names.ts';
import { formatLifecycleTable, formatRefusalTables } from './tables.ts';

/**
 * Builds the published contract from `libs/agency-contract`: one AsyncAPI document without external references, a JSON Schema
 * for each message, and one for the headers of each kind.
 *
 * Schemas that agencies read (requests, centres, checkpoints) are open, so that the platform can add properties. Schemas that agencies write
 * (replies) are closed, so that a misspelt property is found early. The platform's own messages are validated against the closed
 * sources.
 */

export type Json = Record<string, unknown>;
/** Direction of a message for an agency. */
type Side = 'reads' | 'writes';

export interface PublishedContract {
  /** The AsyncAPI document. */
  document: Json;
  /** Self-contained JSON Schemas by file name; each keeps its `$id`. */
  schemas: Record<string, Json>;
}

/** @param folder `libs/agency-contract` */
export function publish(folder: string): PublishedContract {
  const document = parse(readFileSync(join(folder, 'asyncapi.yaml'), 'utf8')) as Json;
  const schema = (name: string) => JSON.parse(readFileSync(join(folder, 'schemas', name), 'utf8')) as Json;
  const whole = buildSampleMessages(folder);
  const definitions = schema('definitions.json')['$defs'] as Record<string, Json>;
  const used: Record<Side, Set<string>> = { reads: new Set(), writes: new Set() };
  const files = readdirSync(join(folder, 'schemas')).filter((file) => resolveSide(file));
  for (const file of files) collectDefinitions(schema(file), definitions, used[resolveSide(file)!]);
  const both = (name: string) => used.reads.has(name) && used.writes.has(name) && !isOpen(definitions[name]);
  const nameFor = (side: Side) => (name: string) => (side === 'reads' && both(name) ? `${name}Read` : name);

  const components = document['components'] as { messages: Record<string, Json>; messageTraits: Record<string, Json> };
  const shared: Record<string, Json> = {};
  for (const side of ['reads', 'writes'] as const) {
    for (const name of used[side]) {
      const schemaName = nameFor(side)(name);
      shared[schemaName] = addTitles(toDocumentSchema(definitions[name]!, side, nameFor(side)), typeName(schemaName));
    }
  }
  for (const message of Object.values(components.messages)) {
    const { payload, externalDocs: _sample, ...rest } = message as { payload: { schema: { $ref: string } } } & Json;
    const file = payload.schema.$ref.split('/').at(-1)!;
    const { $id, $schema: _draft, title: _title, ...content } = schema(file);
    // By reference: some generators name only components.
    const contentName = typeName(file.replace('.json', ''));
    shared[contentName] = addTitles(
      toDocumentSchema(content, resolveSide(file)!, nameFor(resolveSide(file)!)),
      contentName,
    );
    Object.assign(message, rest, {
      'x-dataschema': $id,
      // Without a format: generators ignore titles of schemas with one. All are draft 7.
      payload: { $ref: `#/components/schemas/${contentName}` },
      examples: [{ name: file.replace('.json', ''), headers: whole[file]!.headers, payload: whole[file]!.value }],
    });
    delete message['externalDocs'];
  }
  for (const trait of Object.values(components.messageTraits)) {
    const reference = trait['headers'] as { schema: { $ref: string } };
    const file = reference.schema.$ref.split('/').at(-1)!;
    const { $id: _id, $schema: _draft, title: _title, ...headers } = schema(file);
    trait['headers'] = addTitles(toDocumentSchema(headers, 'writes', String), typeName(file.replace('.json', '')));
  }
  Object.assign(components, { schemas: shared });
  const info = document['info'] as { description: string };
  info.description += `\n### Allowed replies\n\n${formatLifecycleTable()}\n\n### Refusals\n\n${formatRefusalTables('####')}\n`;

  return {
    document,
    schemas: Object.fromEntries([
      ...files.map((file) => [
        file,
        toStandaloneSchema(toSideSchema(schema(file), resolveSide(file)!), definitions, resolveSide(file)!),
      ]),
      // Open: readers of headers ignore unknown ones.
      ...HEADER_SCHEMAS.map((file) => [file, toStandaloneSchema(schema(file), definitions, 'writes')]),
    ]) as Record<string, Json>,
  };
}

/** Resolves all references of a schema, for comparisons that ignore names. */
export function inlineReferences(schema: Json): Json {
  const definitions = schema['$defs'] as Record<string, Json> | undefined;
  const { $defs: _defs, ...rest } = schema;
  return mapSchema(rest, (node) => {
    const { $ref, ...beside } = node as { $ref?: string } & Json;
    if ($ref === undefined) return node;
    const target = inlineReferences({ ...definitions![$ref.split('/').at(-1)!]!, $defs: definitions });
    return mergeSchemas(target, beside);
  }) as Json;
}

/** Merges the keywords beside a reference: both apply. */
function mergeSchemas(target: Json, beside: Json): Json {
  const both: Json = { ...target };
  for (const [keyword, value] of Object.entries(beside)) {
    const there = both[keyword];
    if (keyword === 'required') both[keyword] = [...new Set([...((there as string[]) ?? []), ...(value as string[])])];
    else if (there === undefined || keyword === 'description' || keyword === 'title' || there === value)
      both[keyword] = value;
    else throw new Error(`${keyword} stands beside a reference that has one of its own: put it into the definition.`);
  }
  return both;
}

/** Header schemas, as JSON objects of strings: deliveries, refused replies, centres, checkpoints. */
const HEADER_SCHEMAS = ['headers.json', 'refusal-headers.json', 'centre-headers.json', 'checkpoint-headers.json'];

/** Messages that an agency reads. It writes all others that start with `reply.`. */
const READ_PREFIXES = ['application.', 'centre.', 'journal.', 'reply.refused.'];

function resolveSide(file: string): Side | undefined {
  if (READ_PREFIXES.some((start) => file.startsWith(start))) return 'reads';
  return file.startsWith('reply.') ? 'writes' : undefined;
}

/** Adds the names of all definitions that a schema uses, directly or indirectly. */
function collectDefinitions(schema: unknown, definitions: Record<string, Json>, names: Set<string>): void {
  for (const [, name] of JSON.stringify(schema).matchAll(/"\$ref":"urn:[^"]*#\/\$defs\/([^"]+)"/g)) {
    if (names.has(name!)) continue;
    if (!definitions[name!]) throw new Error(`There is no definition named ${name}.`);
    names.add(name!);
    collectDefinitions(definitions[name!], definitions, names);
  }
}

function toDocumentSchema(schema: Json, side: Side, name: (definition: string) => string): Json {
  const referred = rewriteReferences(
    toSideSchema(schema, side),
    (definition) => `#/components/schemas/${name(definition)}`,
  );
  // Many generators support only draft 7 references, which ignore sibling keywords.
  return mapSchema(referred, (node) => {
    const { $ref, description, ...beside } = node;
    if ($ref === undefined || Object.keys(beside).length === 0) return node;
    return Object.assign(description === undefined ? {} : { description }, { allOf: [{ $ref }, beside] });
  }) as Json;
}

function toStandaloneSchema(schema: Json, definitions: Record<string, Json>, side: Side): Json {
  const names = new Set<string>();
  collectDefinitions(schema, definitions, names);
  const $defs = Object.fromEntries([...names].sort().map((name) => [name, toSideSchema(definitions[name]!, side)]));
  const whole = rewriteReferences({ ...schema, ...(names.size > 0 && { $defs }) }, (name) => `#/$defs/${name}`);
  return addTitles(whole, typeName(String(schema['$id']).split(':').at(-1)!));
}

function rewriteReferences(schema: Json, to: (definition: string) => string): Json {
  return JSON.parse(
    JSON.stringify(schema).replaceAll(/"\$ref":"urn:[^"]*#\/\$defs\/([^"]+)"/g, (_all, name: string) =>
      JSON.stringify({ $ref: to(name) }).slice(1, -1),
    ),
  ) as Json;
}

function toSideSchema(schema: Json, side: Side): Json {
  return side === 'reads' ? openForReaders(schema) : schema;
}

function isOpen(schema: unknown): boolean {
  return !JSON.stringify(schema).includes('"additionalProperties":false');
}

/** Rebuilds a JSON value bottom-up; `change` receives every object. */
function mapSchema(value: unknown, change: (node: Json) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapSchema(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapSchema(item, change)])));
}
