import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { checkIdnp } from '@cups/contracts';
import { Problem } from '@cups/problem';
import type { Violation } from '@cups/problem';

/** openapi.yaml as the source: what there is to bind, and the checks of requests and answers, compiled once. */

type Json = Record<string, unknown>;
interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Json;
}

/** What of a request is checked; query and params are coerced in place. */
export interface RequestParts {
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  header: (name: string) => string | undefined;
  body: unknown;
}

export interface Operation {
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As in the document: /api/v1/applications/{id}. */
  path: string;
  /** True when it needs no session. */
  open: boolean;
  body: 'none' | 'optional' | 'required';
  /** @throws Problem: the headers first, then all violations of path, query and body at once */
  checkRequest(parts: RequestParts): void;
  /** What is wrong with an answer, or undefined. For tests: compiled at its first use. */
  checkAnswer(status: number, contentType: string, body: unknown): string | undefined;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const MAX_VIOLATIONS = 100;

/** @throws Error when the file is missing or is no document that can be bound */
export function readDocument(file: string): { document: Json; operations: Operation[] } {
  const document = parse(readFileSync(file, 'utf8')) as Json;
  const bodies = ajvOf(document, false);
  const texts = ajvOf(document, true);
  let answers: Ajv2020 | undefined;
  const resolve = <T>(node: unknown): T => {
    const ref = (node as { $ref?: string } | undefined)?.$ref;
    return (ref ? lookUp(document, ref) : node) as T;
  };
  const operations: Operation[] = [];
  for (const [path, item] of Object.entries(document['paths'] as Record<string, Json>)) {
    for (const method of METHODS) {
      const source = item[method] as Json | undefined;
      if (!source) continue;
      const id = source['operationId'] as string;
      const at = `#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}`;
      const parameters = [item['parameters'], source['parameters']].flatMap((list) =>
        ((list as unknown[] | undefined) ?? []).map((parameter) => resolve<Parameter>(parameter)),
      );
      const requestBody = source['requestBody'] as { required?: boolean } | undefined;
      const checkPath = texts.compile(objectOf(parameters, 'path'));
      const checkQuery = texts.compile(objectOf(parameters, 'query'));
      const headers = parameters
        .filter((parameter) => parameter.in === 'header')
        .map((parameter) => ({ ...parameter, check: texts.compile(absolute(parameter.schema)) }));
      const checkBody =
        requestBody && bodies.compile({ $ref: `openapi${at}/requestBody/content/application~1json/schema` });
      const responses = source['responses'] as Record<string, unknown>;
      operations.push({
        id,
        method,
        path,
        open: Array.isArray(source['security']) && source['security'].length === 0,
        body: !requestBody ? 'none' : requestBody.required ? 'required' : 'optional',
        checkRequest({ params, query, header, body }) {
          for (const { name, required, check } of headers) {
            const value = header(name);
            if (value === undefined ? required : !check(value)) throw headerProblem(name, value === undefined);
          }
          const violations: Violation[] = [];
          const run = (check: ValidateFunction, value: unknown) => {
            if (!check(value)) violations.push(...violationsOf(check.errors ?? []));
          };
          run(checkPath, params);
          run(checkQuery, query);
          if (checkBody && body !== undefined) run(checkBody, body);
          if (violations.length > 0) throw requestProblem(violations.slice(0, MAX_VIOLATIONS));
        },
        checkAnswer(status, contentType, body) {
          const key = String(status) in responses ? String(status) : 'default';
          const response = resolve<{ content?: Record<string, Json> }>(responses[key]);
          if (key === 'default' && status < 400) return `${id} answers ${status}, which the document does not name`;
          if (!response.content) return body === undefined ? undefined : `${id} ${status} has a body`;
          const media = response.content[contentType];
          if (!media) return `${id} ${status} answers ${contentType || 'nothing'}, which the document does not name`;
          answers ??= ajvOf(closed(document), false);
          const check = answers.compile(absolute(media['schema'] as Json));
          if (check(body)) return undefined;
          const wrong = violationsOf(check.errors ?? []).map(({ field, rule }) => `${field} ${rule}`);
          return `${id} ${status} breaks the document: ${wrong.join(', ')}`;
        },
      });
    }
  }
  return { document, operations };
}

function ajvOf(document: Json, coerceTypes: boolean): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, coerceTypes, allowUnionTypes: true });
  (addFormats as unknown as { default: (ajv: Ajv2020) => void }).default(ajv);
  ajv.addFormat('idnp', checkIdnp);
  ajv.addSchema(document, 'openapi', undefined, false);
  return ajv;
}

function objectOf(parameters: Parameter[], place: Parameter['in']): Json {
  const here = parameters.filter((parameter) => parameter.in === place);
  return {
    type: 'object',
    additionalProperties: false,
    required: here.filter((parameter) => parameter.required).map((parameter) => parameter.name),
    properties: Object.fromEntries(here.map((parameter) => [parameter.name, absolute(parameter.schema)])),
  };
}

/** References of a schema that is taken out of the document still lead into it. */
function absolute(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', '"$ref":"openapi#')) as Json;
}

/** The document with every object closed: an answer with a member that is not described is a mistake of ours. */
function closed(node: Json): Json {
  return JSON.parse(JSON.stringify(node), (_key, value: Json) =>
    value?.['type'] === 'object' && value['properties'] ? { additionalProperties: false, ...value } : value,
  ) as Json;
}

function lookUp(document: Json, ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (node as Json)[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

function headerProblem(name: string, missing: boolean): Problem {
  const violations = [
    { field: name, rule: missing ? 'REQUIRED' : 'FORMAT', message: missing ? 'is required' : 'is malformed' },
  ];
  if (name === 'Idempotency-Key') {
    return new Problem({ reason: 'REQUEST_ID_INVALID', message: 'Idempotency-Key must be a UUID.', violations });
  }
  if (name === 'If-Match' && missing) {
    return new Problem({ reason: 'ETAG_MISSING', message: 'An edit needs If-Match.', violations });
  }
  return new Problem({ reason: 'INVALID_ARGUMENT', message: 'A header is wrong.', violations });
}

function requestProblem(violations: Violation[]): Problem {
  const reason = violations.every(({ rule }) => rule === 'IDNP') ? 'IDNP_INVALID' : 'INVALID_ARGUMENT';
  return new Problem({ reason, message: 'The request does not fit the document of this interface.', violations });
}

/** Ajv's findings by field and rule; the name of an unknown member is a caller's text and shown only when it is plain. */
function violationsOf(errors: ErrorObject[]): Violation[] {
  // A nullable member reports both branches: that it is not null goes without saying.
  const telling = errors.filter(({ keyword, params }) => keyword !== 'anyOf' && params['type'] !== 'null');
  return (telling.length > 0 ? telling : errors)
    .slice(0, MAX_VIOLATIONS)
    .map(({ keyword, instancePath, params, message }) => {
      const extra = (params['missingProperty'] ?? params['additionalProperty']) as string | undefined;
      const last = extra === undefined ? '' : /^[A-Za-z][A-Za-z0-9_-]{0,40}$/.test(extra) ? `/${extra}` : '/(unknown)';
      const field = `${instancePath}${last}`
        .slice(1)
        .replaceAll(/\/(\d+)(?=\/|$)/g, '[$1]')
        .replaceAll('/', '.');
      return {
        field: field || 'body',
        rule: RULES[keyword] ?? ruleOf(keyword, params),
        message: wording(keyword, params, message),
      };
    });
}

const RULES: Record<string, string> = {
  additionalProperties: 'UNKNOWN_FIELD',
  enum: 'UNKNOWN',
  maxLength: 'TOO_LONG',
  maxItems: 'TOO_MANY',
};

function ruleOf(keyword: string, params: Json): string {
  const word = keyword === 'format' ? (params['format'] as string) : keyword;
  return word
    .replaceAll(/([A-Z])/g, '_$1')
    .replaceAll('-', '_')
    .toUpperCase();
}

function wording(keyword: string, params: Json, message = 'is wrong'): string {
  if (keyword === 'required') return 'is required';
  if (keyword === 'additionalProperties') return 'is not known here';
  if (params['format'] === 'idnp') return 'must be 13 digits, the last one a check digit';
  return message;
}
