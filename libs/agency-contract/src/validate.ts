import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { isReplyType, isRequestType, MAX_ANSWERS_BYTES, maxBytesOf } from './messages.ts';
import type { MessageType, ReplyData, ReplyType, RequestData, RequestType } from './messages.ts';
import { openForReaders } from './readers.ts';
import { DEFINITIONS, HEADERS_SCHEMA, SCHEMAS } from './schemas.ts';

/**
 * What is wrong, and where: a dotted path from the content's root (`''` is the whole), and the rule; never a value. The
 * path of an unexpected property ends in its name, or in `*` where the name may itself be content.
 */
export type Violation = { field: string; rule: string };
export type Validated<T> = { ok: true; data: T } | { ok: false; violations: Violation[] };

/** Writers are held to the closed schemas, readers to the open ones: they ignore what they do not know. */
type As = 'writer' | 'reader';
const compilers = new Map<As, Ajv2020>();

function compiled(schema: { $id: string }, as: As): ValidateFunction {
  let ajv = compilers.get(as);
  if (!ajv) {
    const known = formats.default;
    ajv = new Ajv2020({
      allErrors: true,
      strict: true,
      strictRequired: false,
      formats: { date: known.get('date'), 'date-time': known.get('date-time') },
    });
    const all = [DEFINITIONS, HEADERS_SCHEMA, ...Object.values(SCHEMAS)];
    ajv.addSchema(as === 'reader' ? all.map(openForReaders) : all);
    compilers.set(as, ajv);
  }
  return ajv.getSchema(schema.$id)!;
}

/** A name that a programmer gave: no number of anything, and not long. */
const PROPERTY = /^(?!.*[0-9]{4})[A-Za-z_$][A-Za-z0-9_$-]{0,63}$/;

/** What the path ends in. An unexpected property is told by its name, unless that may be content (`*`). */
function lastOf({ keyword, params }: ErrorObject): string {
  if (keyword === 'required') return `/${params['missingProperty']}`;
  if (keyword !== 'additionalProperties') return '';
  const name = String(params['additionalProperty']);
  return `/${PROPERTY.test(name) ? name : '*'}`;
}

function violation(error: ErrorObject): Violation {
  const field = `${error.instancePath}${lastOf(error)}`.slice(1).replaceAll('/', '.');
  return { field, rule: error.keyword };
}

function violations(schema: { $id: string }, value: unknown, as: As): Violation[] {
  const validate = compiled(schema, as);
  if (validate(value)) return [];
  // `if` only repeats that its `then` failed.
  const found = validate.errors!.filter((error) => error.keyword !== 'if').map(violation);
  return found.filter(
    (one, at) => found.findIndex((other) => other.field === one.field && other.rule === one.rule) === at,
  );
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

function validate<T>(as: As, type: MessageType, data: unknown, knownBytes?: number): Validated<T> {
  const bytes = knownBytes ?? bytesOf(data);
  if (bytes > maxBytesOf(type)) return { ok: false, violations: [{ field: '', rule: 'maxBytes' }] };
  const found = violations(SCHEMAS[type], data, as);
  const answers = (data as { answers?: unknown } | null)?.answers;
  if (bytes > MAX_ANSWERS_BYTES && answers !== undefined && bytesOf(answers) > MAX_ANSWERS_BYTES) {
    found.push({ field: 'answers', rule: 'maxBytes' });
  }
  return found.length === 0 ? { ok: true, data: data as T } : { ok: false, violations: found };
}

const unknownType: { ok: false; violations: Violation[] } = { ok: false, violations: [{ field: '', rule: 'type' }] };

/**
 * Checks the content of a request against its schema and bounds; all violations at once.
 * @param bytes its length as JSON where the caller knows it
 */
export const validateRequest = <T extends RequestType>(
  type: T,
  data: unknown,
  bytes?: number,
): Validated<RequestData[T]> => (isRequestType(type) ? validate('writer', type, data, bytes) : unknownType);

/** Checks the content of a request that was read: as `validateRequest`, but properties that are not known here pass. */
export const validateReadRequest = <T extends RequestType>(
  type: T,
  data: unknown,
  bytes?: number,
): Validated<RequestData[T]> => (isRequestType(type) ? validate('reader', type, data, bytes) : unknownType);

/** Checks the content of a reply against its schema and bounds; all violations at once. */
export const validateReply = <T extends ReplyType>(type: T, data: unknown, bytes?: number): Validated<ReplyData[T]> =>
  isReplyType(type) ? validate('writer', type, data, bytes) : unknownType;

/** The Kafka header of each attribute that this contract knows. */
const HEADERS = {
  specversion: 'ce_specversion',
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  subject: 'ce_subject',
  time: 'ce_time',
  dataschema: 'ce_dataschema',
  datacontenttype: 'content-type',
  correlationid: 'ce_correlationid',
  causationid: 'ce_causationid',
} as const;
type AttributeName = keyof typeof HEADERS;
const NAMES = Object.keys(HEADERS) as AttributeName[];

/** Attributes of a CloudEvent as they came, as text; an absent one is undefined. */
export type GivenAttributes = { [Name in AttributeName]?: string | undefined };

/** The attributes that Kafka headers hold; other headers are ignored. */
export const attributesOf = (headers: Record<string, string>): GivenAttributes =>
  Object.fromEntries(NAMES.map((name) => [name, headers[HEADERS[name]]]));

/** Checks attributes against `schemas/headers.json`; violations name the headers. */
export function validateAttributes(given: GivenAttributes): Violation[] {
  const headers: Record<string, string> = {};
  for (const name of NAMES) if (given[name] !== undefined) headers[HEADERS[name]] = given[name];
  return violations(HEADERS_SCHEMA, headers, 'reader');
}
