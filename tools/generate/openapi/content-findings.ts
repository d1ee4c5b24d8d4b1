import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AGENCY_MEMBERS, CONTENT_MEMBERS, CONTENT_SCHEMA } from '@cups/application';
import { parse } from 'yaml';
import { findLoosened } from '../contract/compare.ts';
import { writeAgencySchemas } from '../contract/content-schemas.ts';
import { addTitles } from '../contract/names.ts';
import type { Json } from '../contract/publish.ts';
import { DOCUMENT, writeBlock } from './block.ts';
import { createEnumNames } from './names.ts';

const schemas = CONTENT_SCHEMA.$defs as unknown as Record<string, Json>;

/**
 * Writes the content schema to the OpenAPI document and the agency contract, unless `check`, and compares the proto with it.
 * @returns findings, empty without errors
 */
export async function checkContent(folder: string, options: { check: boolean }): Promise<string[]> {
  const block = {
    tool: 'tools/generate/openapi/content.ts',
    source: 'CONTENT_SCHEMA in libs/application',
    schemas: addInnerTitles(forDocument(schemas) as Record<string, Json>),
  };
  return [
    ...(await writeBlock(block, folder, options)),
    ...(await writeAgencySchemas(folder, options)),
    ...checkMembers(folder),
    ...checkContract(folder),
    ...checkProto(folder),
  ];
}

/** Finds operations whose application has other members than the content schema. */
function checkMembers(folder: string): string[] {
  const document = parse(readFileSync(join(folder, DOCUMENT), 'utf8')) as unknown;
  const body = ['requestBody', 'content', 'application/json', 'schema', 'properties'];
  const opened = findObject(document, 'paths', '/api/v1/applications', 'post', ...body);
  const edited = findObject(document, 'components', 'schemas', 'UpdateApplicationRequest', 'properties');
  const shown = findObject(document, 'components', 'schemas', 'Application', 'properties');
  const members = Object.entries(forDocument(CONTENT_SCHEMA.properties) as Record<string, Json>);
  const unlike = members.flatMap(([name, member]) => [
    ...(isDeepStrictEqual(opened[name], member) ? [] : [`opened with another ${name}`]),
    ...(isDeepStrictEqual((edited[name] as Json | undefined)?.['anyOf'], [member, { type: 'null' }])
      ? []
      : [`edited with another ${name}`]),
    ...(isDeepStrictEqual(shown[name], member) ? [] : [`shown with another ${name}`]),
  ]);
  const more = Object.keys(edited).filter((name) => !(name in CONTENT_SCHEMA.properties));
  return [...unlike, ...more.map((name) => `edited with ${name}, which is no content`)].map(
    (what) => `${DOCUMENT}: an application is ${what}`,
  );
}

/** Returns the object at a path, or an empty one. */
function findObject(root: unknown, ...steps: string[]): Json {
  return (steps.reduce<unknown>((value, step) => (value as Json | undefined)?.[step], root) as Json) ?? {};
}

/** Returns a schema with the document's references. */
function forDocument(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

/** Returns schemas with titles for inner types; the schemas themselves have component names. */
function addInnerTitles(components: Record<string, Json>): object {
  return Object.fromEntries(
    Object.entries(components).map(([name, schema]) => {
      const { title: _title, ...rest } = addTitles(schema, name);
      const words = rest['enum'] as string[] | undefined;
      return [name, words ? Object.assign(rest, { 'x-enum-varnames': createEnumNames(name, words) }) : rest];
    }),
  );
}

/** Finds content that the agency contract would refuse. Completeness is not a matter of the schema. */
function checkContract(folder: string): string[] {
  const definitions = definitionsOf(folder, 'libs/agency-contract/schemas/definitions.json');
  const parts: [ours: Json, theirs: string][] = [
    [schemas['Person']!, 'anyPerson'],
    // Some agencies accept only applicants with an IDNP.
    [omitMember(schemas['Person']!, 'foreignDocument'), 'person'],
    // Agencies receive its name as `id`.
    [omitMember(schemas['Mandate']!, 'name'), 'mandate'],
    [schemas['Answers']!, 'answers'],
    [schemas['EvidenceList']!, 'evidence'],
    [schemas['DeliveryChoice']!, 'delivery'],
  ];
  const wider = parts.flatMap(([ours, theirs]) =>
    findLoosened(resolveReferences(ours, schemas), resolveReferences(definitions[theirs]!, definitions), theirs).filter(
      (finding) => !/: (may be missing|(minLength|anyOf) lets more through)$/.test(finding),
    ),
  );
  const words: [what: string, ours: Json, theirs: Json][] = [
    ['mandate.kind', member('Mandate', 'kind'), propertyOf(definitions['mandate']!, 'kind')],
    ['delivery.kind', member('DeliveryChoice', 'kind'), propertyOf(definitions['delivery']!, 'kind')],
    ['language', schemas['Language']!, definitions['language']!],
    ['foreignDocument.kind', member('ForeignDocument', 'kind'), propertyOf(definitions['foreignDocument']!, 'kind')],
  ];
  const others = words
    .filter(([, ours, theirs]) => String(ours['enum']) !== String(theirs['enum']))
    .map(([what]) => `${what}: has other words`);
  return [...wider, ...others, ...findUnsentMembers(folder)].map((what) => `agency contract: ${what}`);
}

/** Returns a schema without one of its members. */
function omitMember(schema: Json, member: string): Json {
  const { [member]: _omitted, ...properties } = schema['properties'] as Json;
  return Object.assign({}, schema, { properties });
}

/** Finds content that the contract lacks although agencies receive it, or the reverse. */
function findUnsentMembers(folder: string): string[] {
  const file = join(folder, 'libs/agency-contract/schemas/application.submitted.json');
  const { properties } = JSON.parse(readFileSync(file, 'utf8')) as { properties: Json };
  return CONTENT_MEMBERS.filter((name) => AGENCY_MEMBERS[name].length > 0 !== name in properties).map((name) =>
    name in properties ? `${name} is never sent` : `${name} is not sent`,
  );
}

/** Finds proto messages and enums that differ. */
function checkProto(folder: string): string[] {
  const proto = readFileSync(join(folder, 'proto/cups/intake/v1/intake.proto'), 'utf8');
  const lists: [prefix: string, ours: Json][] = [
    ['MANDATE_KIND_', member('Mandate', 'kind')],
    ['DELIVERY_CHOICE_KIND_', member('DeliveryChoice', 'kind')],
  ];
  const messages: [name: string, ours: object][] = [
    ['ApplicationContent', CONTENT_SCHEMA.properties],
    ...['Person', 'ForeignDocument', 'Contact', 'Mandate', 'Evidence', 'DeliveryChoice'].map(
      (name): [string, object] => [name, schemas[name]!['properties'] as object],
    ),
  ];
  return [
    ...lists
      .filter(([prefix, ours]) => readEnumValues(proto, prefix).join() !== String(ours['enum']))
      .map(([prefix]) => `proto: ${prefix}* has other words`),
    ...messages
      .filter(([name, ours]) => readProtoFields(proto, name).sort().join() !== Object.keys(ours).sort().join())
      .map(([name]) => `proto: ${name} has other members`),
  ];
}

/** Fields that intake adds to a submission. No request has them. */
const OUTPUT_FIELDS = ['copySha256'];

/** Returns the JSON names of a message's fields that requests have. */
function readProtoFields(proto: string, message: string): string[] {
  const [, body = ''] = new RegExp(`^message ${message} \\{\n([^}]*)^\\}`, 'm').exec(proto) ?? [];
  return [...body.matchAll(/^ *(?!\/\/)[\w. ]* (\w+) = \d+;/gm)]
    .map(([, name]) => name!.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()))
    .filter((name) => !OUTPUT_FIELDS.includes(name));
}

/** Returns the JSON names of an enum's values, except UNSPECIFIED. */
function readEnumValues(proto: string, prefix: string): string[] {
  return [...proto.matchAll(new RegExp(`^ *${prefix}(\\w+) = [1-9]`, 'gm'))].map(([, word]) =>
    word!.toLowerCase().replaceAll('_', '-'),
  );
}

function definitionsOf(folder: string, file: string): Record<string, Json> {
  const { $defs } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { $defs: Record<string, Json> };
  return $defs;
}

function member(definition: string, property: string): Json {
  return propertyOf(schemas[definition]!, property);
}

function propertyOf(schema: Json, property: string): Json {
  return (schema['properties'] as Record<string, Json>)[property]!;
}

/** Resolves all references of a schema. */
function resolveReferences(schema: Json, definitions: Record<string, Json>): Json {
  return JSON.parse(JSON.stringify(schema), (_key, value: Json | null) => {
    if (typeof value !== 'object' || typeof value?.['$ref'] !== 'string') return value;
    const name = value['$ref'].slice(value['$ref'].lastIndexOf('/') + 1);
    return Object.assign({}, resolveReferences(definitions[name]!, definitions), value, { $ref: undefined });
  }) as Json;
}
