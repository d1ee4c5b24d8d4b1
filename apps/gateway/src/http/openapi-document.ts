import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { FORMATS, toViolations } from '@cups/application';
import type { SchemaError } from '@cups/application';
import { withLocation, pointer, Problem, violation } from '@cups/problem';
import type { ParameterLocation, Reason, Violation } from '@cups/problem';
import { MAX_BODY_BYTES } from './json-body.ts';
import type { Operation } from './handler.ts';

/** Reads openapi.yaml: operations to bind, and compiled checks of requests and responses. */

type Json = Record<string, unknown>;
interface Parameter {
  name: string;
  in: ParameterLocation;
  required?: boolean;
  schema: Json;
  /** Reasons for a missing and a malformed value that are more specific than INVALID_ARGUMENT. */
  'x-missing'?: Reason;
  'x-malformed'?: Reason;
}
interface OperationObject extends Json, Extensions {
  operationId: string;
  parameters?: unknown[];
  requestBody?: { required?: boolean; content: Record<string, Json> };
  responses: Json;
  security?: Json[];
}
/** Gateway extensions of an operation. openapi.yaml documents them above `paths`. */
interface Extensions {
  'x-cups-bypass-admission'?: boolean;
  'x-cups-ends-session'?: boolean;
  'x-cups-shared'?: boolean;
  'x-cups-limit'?: Operation['limit'];
  'x-cups-max-body-kib'?: number;
}

const HTTP_METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;
const EXTENSIONS = [
  'x-cups-bypass-admission',
  'x-cups-ends-session',
  'x-cups-shared',
  'x-cups-limit',
  'x-cups-max-body-kib',
];
/** The desk's claim of when an act without a line happened. The service that performs the act verifies it. */
export const OFFLINE_CLAIM_HEADER = 'Cups-Offline';
const LIMIT_NAMES = ['tracking', 'taken-numbers'];
const JSON_MEDIA_TYPE = 'application/json';
/** Media types of bodies that are parsed as JSON. A body of another type is read by its handler. */
const JSON_MEDIA_TYPES = [JSON_MEDIA_TYPE, 'application/cloudevents+json'];
const MAX_VIOLATIONS = 100;
/** Larger bodies are checked up to the first violation, because each further one costs as much as a small body. */
const MAX_FULLY_CHECKED_MEMBERS = 300;
const BODY_MISSING = violation('', 'REQUIRED');

interface OpenapiDocument {
  document: Json;
  operations: Operation[];
}

/** Compiling takes about 0.4 s of processor time, so all servers of a process share the result. Keyed by the text. */
const compiled = new Map<string, OpenapiDocument>();

/** @throws Error when the file is missing or cannot be bound */
export function readOpenapiDocument(file: string): OpenapiDocument {
  const text = readFileSync(file, 'utf8');
  let known = compiled.get(text);
  if (!known) compiled.set(text, (known = bindOperations(parse(text) as Json)));
  return known;
}

function bindOperations(document: Json): OpenapiDocument {
  const schemas = compileSchemas(document);
  const operations = Object.entries(document['paths'] as Record<string, Json>).flatMap(([path, item]) =>
    HTTP_METHODS.filter((method) => method in item).map((method) => buildOperation(schemas, path, item, method)),
  );
  return { document, operations };
}

/** Compiles the schemas with Ajv. Bodies are not coerced; path, query and header values are. */
function compileSchemas(document: Json) {
  let responseSchemas: Ajv2020 | undefined;
  return {
    document,
    bodies: createAjv(document),
    /** Stops at the first violation. */
    largeBodies: createAjv(document, { allErrors: false }),
    parameters: createAjv(document, { coerceTypes: true }),
    /** For tests only: compiled at its first use. */
    responses: (): Ajv2020 => (responseSchemas ??= createAjv(closeObjects(document))),
  };
}
type Schemas = ReturnType<typeof compileSchemas>;

function buildOperation(schemas: Schemas, path: string, item: Json, method: Operation['method']): Operation {
  const source = item[method] as OperationObject;
  const { operationId: id, requestBody } = source;
  const parameters = [(item['parameters'] as unknown[] | undefined) ?? [], source.parameters ?? []]
    .flat()
    .map((parameter) => resolveRef<Parameter>(schemas.document, parameter));
  return {
    id,
    method,
    path,
    isPublic: source.security?.length === 0,
    isForAgencies: source.security?.some((scheme) => 'agency' in scheme) ?? false,
    isForDevices: source.security?.some((scheme) => 'offlineGrant' in scheme) ?? false,
    ...readExtensions(source),
    takesOfflineClaim: parameters.some(({ name }) => name === OFFLINE_CLAIM_HEADER),
    body: !requestBody ? 'none' : requestBody.required ? 'required' : 'optional',
    streamedMediaType: requestBody && Object.keys(requestBody.content).find((type) => !JSON_MEDIA_TYPES.includes(type)),
    mediaTypes: Object.keys(requestBody?.content ?? {}),
    locateField: locateParameters(parameters),
    validateRequest: createRequestValidator(schemas, parameters, source, bodySchemaPointer(path, method)),
    validateResponse: createResponseValidator(schemas, source),
  };
}

/** @throws Error for an unknown extension, which is probably misspelled */
function readExtensions(
  source: OperationObject,
): Pick<Operation, 'bypassesAdmission' | 'endsSession' | 'isShared' | 'limit' | 'maxBodyBytes'> {
  const { 'x-cups-bypass-admission': bypassesAdmission = false, 'x-cups-ends-session': endsSession = false } = source;
  const { 'x-cups-shared': isShared = false, 'x-cups-limit': limit, 'x-cups-max-body-kib': maxKib } = source;
  const unknown = Object.keys(source).find((key) => key.startsWith('x-cups-') && !EXTENSIONS.includes(key));
  if (unknown !== undefined) throw new Error(`${source.operationId}: unknown extension ${unknown}.`);
  if (limit !== undefined && !LIMIT_NAMES.includes(limit)) throw new Error(`${source.operationId}: unknown limit.`);
  const maxBodyBytes = maxKib === undefined ? MAX_BODY_BYTES : maxKib * 1024;
  return { bypassesAdmission, endsSession, isShared, limit, maxBodyBytes };
}

/** Names of query and path parameters never occur as body members. */
function locateParameters(parameters: Parameter[]): Operation['locateField'] {
  const locations = new Map(parameters.map(({ name, in: location }) => [pointer([name]), location]));
  return (field) => locations.get(field);
}

function bodySchemaPointer(path: string, method: Operation['method']): string {
  return `openapi#/paths/${path.replaceAll('/', '~1')}/${method}/requestBody/content/application~1json/schema`;
}

function createRequestValidator(
  { parameters: parameterSchemas, bodies, largeBodies }: Schemas,
  parameters: Parameter[],
  { requestBody }: OperationObject,
  bodySchema: string,
): Operation['validateRequest'] {
  const headers = parameters
    .filter((parameter) => parameter.in === 'header')
    .map((parameter) => ({ parameter, check: parameterSchemas.compile(qualifyRefs(parameter.schema)) }));
  const checkPath = parameterSchemas.compile(buildObjectSchema(parameters, 'path'));
  const checkQuery = parameterSchemas.compile(buildObjectSchema(parameters, 'query'));
  const isJson = requestBody !== undefined && JSON_MEDIA_TYPE in requestBody.content;
  const checkBody = isJson ? bodies.compile({ $ref: bodySchema }) : undefined;
  let checkLargeBody: ValidateFunction | undefined;
  // Compiled at its first use, because most processes never need it.
  const validateBody = (body: unknown, members: number): Violation[] => {
    if (!checkBody) return [];
    if (members <= MAX_FULLY_CHECKED_MEMBERS) return collectViolations(checkBody, body);
    return collectViolations((checkLargeBody ??= largeBodies.compile({ $ref: bodySchema })), body);
  };
  return ({ params, query, header, body, members }) => {
    for (const { check, parameter } of headers) {
      const value = header(parameter.name);
      if (value === undefined ? parameter.required : !check(value)) throw invalidHeader(parameter, value, check);
    }
    const violations = [
      ...collectViolations(checkPath, params).map((found) => withLocation('path', found)),
      ...collectViolations(checkQuery, query).map((found) => withLocation('query', found)),
    ];
    if (body !== undefined) violations.push(...validateBody(body, members));
    if (isJson && requestBody.required && body === undefined) violations.push(BODY_MISSING);
    if (violations.length === 0) return;
    const reason = violations.every(({ rule }) => rule === 'IDNP') ? 'IDNP_INVALID' : 'INVALID_ARGUMENT';
    throw new Problem({ reason, message: 'The request does not match the OpenAPI document.', violations });
  };
}

function createResponseValidator(
  { document, responses: responseSchemas }: Schemas,
  { operationId: id, responses }: OperationObject,
): Operation['validateResponse'] {
  // Ajv keeps all that it compiles: a second validator of the same schema would stay in memory too.
  const validators = new Map<Json, ValidateFunction>();
  const validatorOf = (schema: Json): ValidateFunction => {
    const known = validators.get(schema) ?? responseSchemas().compile(qualifyRefs(schema));
    validators.set(schema, known);
    return known;
  };
  return (status, contentType, body) => {
    const response = resolveRef<{ content?: Record<string, Json> } | undefined>(document, responses[status]);
    const schema = response?.content?.[contentType]?.['schema'] as Json | undefined;
    if (response && !response.content && body === undefined) return undefined;
    if (!schema) return `${id} ${status} ${contentType} is not in openapi.yaml.`;
    const mismatches = collectViolations(validatorOf(schema), body).map(({ field, rule }) => `${field} ${rule}`);
    return mismatches.length > 0 ? `${id} ${status} violates openapi.yaml: ${mismatches.join(', ')}.` : undefined;
  };
}

function createAjv(document: Json, { allErrors = true, coerceTypes = false } = {}): Ajv2020 {
  const ajv = new Ajv2020({ allErrors, coerceTypes, allowUnionTypes: true, verbose: true });
  (addFormats as unknown as { default: (ajv: Ajv2020) => void }).default(ajv);
  for (const name of ['idnp', 'country', 'person-name']) ajv.addFormat(name, FORMATS[name]!);
  // x-enum-varnames is for code generators only.
  ajv.addVocabulary([...Object.keys(document), 'x-rule', 'x-enum-varnames']);
  return ajv.addSchema(document, 'openapi', undefined, false);
}

function buildObjectSchema(parameters: Parameter[], location: Parameter['in']): Json {
  const selected = parameters.filter((parameter) => parameter.in === location);
  const required = selected.filter((parameter) => parameter.required).map(({ name }) => name);
  const properties = Object.fromEntries(selected.map(({ name, schema }) => [name, qualifyRefs(schema)]));
  return { type: 'object', additionalProperties: false, required, properties };
}

/** Makes the references of an extracted schema absolute. */
function qualifyRefs(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', '"$ref":"openapi#')) as Json;
}

/** Returns the document with closed objects, so that an undocumented response member is an error. */
function closeObjects(document: Json): Json {
  return JSON.parse(JSON.stringify(document), (_key, value: Json | null) =>
    value?.['type'] === 'object' && value['properties'] ? { additionalProperties: false, ...value } : value,
  ) as Json;
}

function resolveRef<T>(document: Json, node: unknown): T {
  const ref = (node as { $ref?: string } | undefined)?.$ref;
  const step = (parent: unknown, key: string) => (parent as Json)[key];
  return (ref ? ref.slice(2).split('/').reduce(step, document) : node) as T;
}

function invalidHeader(parameter: Parameter, value: string | undefined, check: ValidateFunction): Problem {
  const { name } = parameter;
  const reason = parameter[value === undefined ? 'x-missing' : 'x-malformed'] ?? 'INVALID_ARGUMENT';
  const message = `The header ${name} is ${value === undefined ? 'missing' : 'malformed'}.`;
  const violations =
    value === undefined ? [violation(pointer([name]), 'REQUIRED')] : collectViolations(check, value, [name]);
  return new Problem({ reason, message, violations: violations.map((found) => withLocation('header', found)) });
}

/** Converts Ajv errors to violations. */
function collectViolations(check: ValidateFunction, value: unknown, root: string[] = []): Violation[] {
  if (check(value)) return [];
  // A nullable member reports both branches; "must be null" is redundant.
  const errors = check.errors!.filter(({ keyword, params }) => keyword !== 'anyOf' && params['type'] !== 'null');
  return toViolations(errors.map(toFinding), root).slice(0, MAX_VIOLATIONS);
}

function toFinding({ keyword, instancePath, params, parentSchema = {} }: ErrorObject): SchemaError {
  const member = (params['missingProperty'] ?? params['additionalProperty']) as string | undefined;
  const steps = instancePath.split('/').slice(1);
  const path = steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { path: member === undefined ? path : [...path, member], keyword, schema: parentSchema };
}
