import { FORMATS } from './formats.ts';
import type { Schema } from './schema-violations.ts';

/**
 * Turns a schema into functions that only say whether a value is valid. Nothing is generated as text, so it also runs under a
 * strict content security policy. The validator interprets the schema afterwards, to list the errors of an invalid value.
 */

export type Check = (value: unknown) => boolean;
/** Returns the check of one keyword; undefined if it supports the keyword's value only in part. */
type CheckFactory = (expected: never, schema: Schema) => Check | undefined;
type Members = Record<string, unknown>;

const ANNOTATIONS = /^(?:\$schema|\$comment|title|description|examples|default|then|else|x-.+)$/;
const PRIMITIVE_TYPES = ['string', 'number', 'integer', 'boolean'];

/**
 * Returns the check of a schema without references. A member whose value is undefined counts as absent.
 * @returns undefined for a schema with a keyword that it does not support
 */
export function compileCheck(schema: Schema | boolean): Check | undefined {
  if (typeof schema === 'boolean') return () => schema;
  const checks: Check[] = [];
  for (const [keyword, expected] of Object.entries(schema)) {
    if (ANNOTATIONS.test(keyword)) continue;
    const factory = Object.hasOwn(FACTORIES, keyword) ? FACTORIES[keyword] : undefined;
    const check = factory?.(expected as never, schema);
    if (!check) return undefined;
    checks.push(check);
  }
  return checks.length === 1 ? checks[0] : (value) => checks.every((check) => check(value));
}

/** Returns undefined when one of the schemas is not supported. */
function compileAll(schemas: readonly (Schema | boolean)[]): readonly Check[] | undefined {
  const checks = schemas.map(compileCheck);
  return checks.every((check) => check !== undefined) ? checks : undefined;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns an own member, unlike `value[name]`, which finds `constructor`. */
function memberOf(value: Members, name: string): unknown {
  const item = value[name];
  return item !== undefined && Object.hasOwn(value, name) ? item : undefined;
}

/** A keyword for values of one type accepts all other values. */
const forObjects =
  (check: (value: Members) => boolean): Check =>
  (value) =>
    !isObject(value) || check(value);
const forLists =
  (check: (value: readonly unknown[]) => boolean): Check =>
  (value) =>
    !Array.isArray(value) || check(value);
const forTexts =
  (check: (value: string) => boolean): Check =>
  (value) =>
    typeof value !== 'string' || check(value);
const forNumbers =
  (check: (value: number) => boolean): Check =>
  (value) =>
    typeof value !== 'number' || check(value);

const TYPES: Readonly<Record<string, Check>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => typeof value === 'number' && !Number.isNaN(value) && !(value % 1),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

/** Counts code points, as JSON Schema does. A text never has more of them than UTF-16 units. */
const hasMostCodePoints = (text: string, max: number): boolean => text.length <= max || [...text].length <= max;

const FACTORIES: Readonly<Record<string, CheckFactory>> = {
  type: (names: string | string[]) => {
    const checks = [names].flat().flatMap((name) => TYPES[name] ?? []);
    return checks.length === 1 ? checks[0] : (value) => checks.some((check) => check(value));
  },
  const: (expected: unknown) => (isPrimitive(expected) ? (value) => value === expected : undefined),
  enum: (expected: unknown[]) => (expected.every(isPrimitive) ? (value) => expected.includes(value) : undefined),
  required: (names: string[]) => forObjects((value) => names.every((name) => memberOf(value, name) !== undefined)),
  dependentRequired: (others: Record<string, string[]>) =>
    forObjects((value) =>
      Object.entries(others).every(
        ([name, needed]) =>
          memberOf(value, name) === undefined || needed.every((other) => memberOf(value, other) !== undefined),
      ),
    ),
  properties: (schemas: Record<string, Schema | boolean>) => compileProperties(schemas),
  additionalProperties: (allowed: unknown, { properties = {} }) => {
    if (typeof allowed !== 'boolean') return undefined;
    const names = new Set(Object.keys(properties as object));
    const isListed = (value: Members) => (name: string) => names.has(name) || value[name] === undefined;
    return allowed ? () => true : forObjects((value) => Object.keys(value).every(isListed(value)));
  },
  maxProperties: (max: number) => forObjects((value) => Object.keys(value).length <= max),
  items: (schema: Schema) => {
    const check = compileCheck(schema);
    return check && forLists((value) => value.every(check));
  },
  minItems: (min: number) => forLists((value) => value.length >= min),
  maxItems: (max: number) => forLists((value) => value.length <= max),
  /** Other items would be compared by content. */
  uniqueItems: (isUnique: boolean, { items }) => {
    if (!PRIMITIVE_TYPES.includes(String((items as Schema | undefined)?.['type']))) return undefined;
    return isUnique ? forLists((value) => new Set(value).size === value.length) : () => true;
  },
  minLength: (min: number) => forTexts((value) => !hasMostCodePoints(value, min - 1)),
  maxLength: (max: number) => forTexts((value) => hasMostCodePoints(value, max)),
  pattern: (pattern: string) => {
    const expression = new RegExp(pattern, 'u');
    return forTexts((value) => expression.test(value));
  },
  format: (name: string) => {
    const check = FORMATS[name];
    return check && forTexts(check);
  },
  minimum: (min: number) => forNumbers((value) => value >= min),
  maximum: (max: number) => forNumbers((value) => value <= max),
  exclusiveMinimum: (bound: number) => forNumbers((value) => value > bound),
  exclusiveMaximum: (bound: number) => forNumbers((value) => value < bound),
  allOf: (schemas: Schema[]) => {
    const checks = compileAll(schemas);
    return checks && ((value) => checks.every((check) => check(value)));
  },
  anyOf: (schemas: Schema[]) => {
    const checks = compileAll(schemas);
    return checks && ((value) => checks.some((check) => check(value)));
  },
  oneOf: (schemas: Schema[]) => {
    const checks = compileAll(schemas);
    return checks && ((value) => checks.filter((check) => check(value)).length === 1);
  },
  not: (schema: Schema) => {
    const check = compileCheck(schema);
    return check && ((value) => !check(value));
  },
  if: (condition: Schema, { then = true, else: otherwise = true }) => {
    const [holds, whenTrue, whenFalse] = compileAll([condition, then as Schema, otherwise as Schema]) ?? [];
    return holds && ((value) => (holds(value) ? whenTrue!(value) : whenFalse!(value)));
  },
};

const isPrimitive = (value: unknown): boolean => typeof value !== 'object' || value === null;

function compileProperties(schemas: Record<string, Schema | boolean>): Check | undefined {
  const names = Object.keys(schemas);
  const checks = compileAll(Object.values(schemas));
  if (!checks) return undefined;
  return forObjects((value) =>
    names.every((name, index) => {
      const item = memberOf(value, name);
      return item === undefined || checks[index]!(item);
    }),
  );
}
