import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openForReaders } from './readers.ts';
import {
  CENTRE_HEADERS_SCHEMA,
  DEFINITIONS,
  HEADERS_SCHEMA,
  REFERENCE_SCHEMAS,
  REFUSAL_HEADERS_SCHEMA,
  SCHEMAS,
} from './schemas.ts';

/**
 * What is wrong, and where: a dotted path from the content's root (`''` is the whole), and the rule; never a value. The
 * path of an unexpected property ends in its name, or in `*` where the name may itself be content.
 */
export type Violation = { field: string; rule: string };

/** Writers are held to the closed schemas, readers to the open ones: they ignore what they do not know. */
export type Role = 'writer' | 'reader';
const compilers = new Map<Role, Ajv2020>();

function compileSchema(schema: { $id: string }, role: Role): ValidateFunction {
  let ajv = compilers.get(role);
  if (!ajv) {
    const known = formats.default;
    ajv = new Ajv2020({
      allErrors: true,
      strict: true,
      strictRequired: false,
      formats: { date: known.get('date'), 'date-time': known.get('date-time') },
    });
    const messages = [...Object.values(SCHEMAS), ...Object.values(REFERENCE_SCHEMAS)];
    const all = [DEFINITIONS, HEADERS_SCHEMA, REFUSAL_HEADERS_SCHEMA, CENTRE_HEADERS_SCHEMA, ...messages];
    ajv.addSchema(role === 'reader' ? all.map(openForReaders) : all);
    compilers.set(role, ajv);
  }
  return ajv.getSchema(schema.$id)!;
}

/** A name that a programmer gave: no number of anything, and not long. */
const PROPERTY_NAME = /^(?!.*[0-9]{4})[A-Za-z_$][A-Za-z0-9_$-]{0,63}$/;

/** What the path ends in. An unexpected property is told by its name, unless that may be content (`*`). */
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

/** Everything in which a value breaks a schema of this contract, each once; empty when it fits. */
export function findViolations(schema: { $id: string }, value: unknown, role: Role): Violation[] {
  const validate = compileSchema(schema, role);
  if (validate(value)) return [];
  // `if` only repeats that its `then` failed.
  const found = validate.errors!.filter((error) => error.keyword !== 'if').map(toViolation);
  return found.filter(
    (one, at) => found.findIndex((other) => other.field === one.field && other.rule === one.rule) === at,
  );
}
