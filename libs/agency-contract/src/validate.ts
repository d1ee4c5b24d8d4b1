import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { isReplyType, isRequestType, MAX_ANSWERS_BYTES, MAX_REPLY_BYTES, MAX_REQUEST_BYTES } from './messages.ts';
import type { MessageType, ReplyData, ReplyType, RequestData, RequestType } from './messages.ts';
import { DEFINITIONS, HEADERS_SCHEMA, SCHEMAS } from './schemas.ts';

/** What is wrong, and where: a dotted path from the content's root (`''` is the whole), and the rule; never a value. */
export type Violation = { field: string; rule: string };
export type Validated<T> = { ok: true; data: T } | { ok: false; violations: Violation[] };

let ajv: Ajv2020 | undefined;

function compiled(schema: { $id: string }): ValidateFunction {
  if (!ajv) {
    const known = formats.default;
    ajv = new Ajv2020({
      allErrors: true,
      strict: true,
      strictRequired: false,
      formats: { date: known.get('date'), 'date-time': known.get('date-time') },
    });
    ajv.addSchema([DEFINITIONS, HEADERS_SCHEMA, ...Object.values(SCHEMAS)]);
  }
  return ajv.getSchema(schema.$id)!;
}

// An unexpected property is told by the object that holds it: its name is the sender's content.
function violation(error: ErrorObject): Violation {
  const missing = error.keyword === 'required' ? `/${error.params['missingProperty']}` : '';
  return { field: `${error.instancePath}${missing}`.slice(1).replaceAll('/', '.'), rule: error.keyword };
}

function violations(schema: { $id: string }, value: unknown): Violation[] {
  const validate = compiled(schema);
  if (validate(value)) return [];
  // `if` only repeats that its `then` failed.
  const found = validate.errors!.filter((error) => error.keyword !== 'if').map(violation);
  return found.filter(
    (one, at) => found.findIndex((other) => other.field === one.field && other.rule === one.rule) === at,
  );
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

function validate<T>(type: MessageType, data: unknown, maxBytes: number, knownBytes?: number): Validated<T> {
  const bytes = knownBytes ?? bytesOf(data);
  if (bytes > maxBytes) return { ok: false, violations: [{ field: '', rule: 'maxBytes' }] };
  const found = violations(SCHEMAS[type], data);
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
): Validated<RequestData[T]> => (isRequestType(type) ? validate(type, data, MAX_REQUEST_BYTES, bytes) : unknownType);

/** Checks the content of a reply against its schema and bounds; all violations at once. */
export const validateReply = <T extends ReplyType>(type: T, data: unknown, bytes?: number): Validated<ReplyData[T]> =>
  isReplyType(type) ? validate(type, data, MAX_REPLY_BYTES, bytes) : unknownType;

/** Checks Kafka headers, already read as text, against `schemas/headers.json`. */
export const validateHeaders = (headers: Record<string, string>): Violation[] => violations(HEADERS_SCHEMA, headers);
