import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openForReaders } from './readers.ts';
import {
  CENTRE_HEADERS_SCHEMA,
  CHECKPOINT_HEADERS_SCHEMA,
  DEFINITIONS,
  HEADERS_SCHEMA,
  REFERENCE_SCHEMAS,
  REFUSAL_HEADERS_SCHEMA,
  SCHEMAS,
} from './schemas.ts';

/**
 * A broken rule and its field: a dotted path from the content root (`''` is the root), never a value. The path of an
 * unexpected property ends in its name, or in `*` if the name could be content.
 */
export type Violation = { field: string; rule: string };

/** Writers are validated against closed schemas, readers against open ones that ignore unknown properties. */
export type Role = 'writer' | 'reader';
const compilers = new Map<Role, Ajv2020>();

function compileSchema(schema: { $id: string }, role: Role): ValidateFunction {
  let ajv = compilers.get(role);
  if (!ajv) {
    const builtIn = formats.default;
    ajv = new Ajv2020({
      allErrors: true,
      strict: true,
      strictRequired: false,
      formats: { date: builtIn.get('date'), 'date-time': builtIn.get('date-time') },
    });
    const messages = [...Object.values(SCHEMAS), ...Object.values(REFERENCE_SCHEMAS)];
    const headers = [HEADERS_SCHEMA, REFUSAL_HEADERS_SCHEMA, CENTRE_HEADERS_SCHEMA, CHECKPOINT_HEADERS_SCHEMA];
    const all = [DEFINITIONS, ...headers, ...messages];
    ajv.addSchema(role === 'reader' ? all.map(openForReaders) : all);
    compilers.set(role, ajv);
  }
  return ajv.getSchema(schema.$id)!;
}

/** A property name a programmer would choose: at most 64 characters without four digits in a row. */
const PROPERTY_NAME = /^(?!.*[0-9]{4})[A-Za-z_$][A-Za-z0-9_$-]{0,63}$/;

/** Returns the last path segment: for an unexpected property its name, or `*` if that could be content. */
function lastPathSegment({ keyword, params }: ErrorObject): string {
  if (keyword === 'required') return `/${params['missingProperty']}`;
  if (keyword !== 'additionalProperties') return '';
  const name = String(params['additionalProperty']);
  return `/${PROPERTY_NAME.test(name) ? name : '*'}`;
}

function toViolation(error: ErrorObject): Violation {
  const field = `${error.instancePath}${lastPathSegment(error)}`.slice(1).replaceAll('/', '.');
  return { field, rule: error.keyword };
}

/** Returns each violation of a schema once; empty if the value is valid. */
export function findViolations(schema: { $id: string }, value: unknown, role: Role): Violation[] {
  const validate = compileSchema(schema, role);
  if (validate(value)) return [];
  // An `if` error only repeats that of its `then`.
  const found = validate.errors!.filter((error) => error.keyword !== 'if').map(toViolation);
  return found.filter(
    ({ field, rule }, index) => found.findIndex((other) => other.field === field && other.rule === rule) === index,
  );
}
