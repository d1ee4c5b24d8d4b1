import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Json } from './publish.ts';

/** Checks that a published contract is compatible with an older one. */

/** Compatible parts: schemas without references, by message name. */
export interface Contract {
  addresses: Record<string, string>;
  /** Pattern of the keys of requests and replies. */
  keyPattern: string;
  /** Headers of requests and replies. */
  headers: Json;
  /** Messages that agencies read about their deliveries. */
  requests: Record<string, Json>;
  /** Messages that agencies write. */
  replies: Record<string, Json>;
  /** Messages for all agencies; absent in early baselines. */
  reference?: Reference;
  /** Checkpoints of the journal; absent in baselines before 1.4. */
  checkpoints?: Reference;
  /** Messages about refused replies, with or without a delivery; absent in early baselines. */
  refusals?: Reference;
}

/** Messages that agencies read, with their own schema of keys and headers. */
export interface Reference {
  keyPattern: string;
  headers: Json;
  messages: Record<string, Json>;
}

/**
 * Returns every way in which `next` breaks an agency built for `base`: a request that it would refuse, or a reply of it that the
 * platform would refuse.
 */
export function findBreakingChanges(base: Contract, next: Contract): string[] {
  const found: string[] = [];
  for (const [channel, address] of Object.entries(base.addresses)) {
    if (next.addresses[channel] !== address) found.push(`${channel}: its address has changed`);
  }
  if (next.keyPattern !== base.keyPattern) found.push('the rule of the key has changed');
  found.push(
    ...findLoosened(next.headers, base.headers, 'headers sent'),
    ...findLoosened(base.headers, next.headers, 'headers taken'),
  );
  found.push(...findUnreadable(base.requests, next.requests), ...findUnwritable(base.replies, next.replies));
  if (base.reference) found.push(...findReferenceChanges(base.reference, next.reference, 'reference data'));
  if (base.checkpoints) found.push(...findReferenceChanges(base.checkpoints, next.checkpoints, 'checkpoints'));
  if (base.refusals) found.push(...findReferenceChanges(base.refusals, next.refusals, 'refused replies'));
  return found;
}

/** Finds messages that an agency reading by `base` would refuse. */
function findUnreadable(base: Record<string, Json>, next: Record<string, Json>): string[] {
  return Object.entries(base).flatMap(([name, old]) =>
    next[name] ? findLoosened(next[name], old, name) : [`${name}: is gone`],
  );
}

/** Finds messages that an agency writing by `base` could no longer send. */
function findUnwritable(base: Record<string, Json>, next: Record<string, Json>): string[] {
  return Object.entries(base).flatMap(([name, old]) =>
    next[name] ? findLoosened(old, next[name], name) : [`${name}: is gone`],
  );
}

function findReferenceChanges(base: Reference, next: Reference | undefined, what: string): string[] {
  if (!next) return [`${what}: is gone`];
  const key = next.keyPattern === base.keyPattern ? [] : [`the rule of the key of ${what} has changed`];
  return [
    ...key,
    ...findLoosened(next.headers, base.headers, `headers of ${what}`),
    ...findUnreadable(base.messages, next.messages),
  ];
}

type Schema = Json | boolean;
const UPPER_BOUNDS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const LOWER_BOUNDS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
/** Keywords that restrict nothing. */
const ANNOTATION_KEYWORDS = ['title', 'description', 'examples', 'default', 'deprecated', '$id', '$schema', '$comment'];

/**
 * Finds where `inner` allows what `outer` refuses. Conservative: a difference that it cannot evaluate counts.
 * @returns one line per place, by its path
 */
export function findLoosened(inner: Schema, outer: Schema, at: string): string[] {
  if (outer === true || inner === false) return [];
  if (outer === false) return [`${at}: was refused, and is possible now`];
  if (inner === true) return findLoosened({}, outer, at);
  const values = listValues(inner);
  if (values) return values.every((value) => isValid(value, outer)) ? [] : [`${at}: has values that were not possible`];
  return Object.keys(outer)
    .filter((keyword) => !ANNOTATION_KEYWORDS.includes(keyword) && !keyword.startsWith('x-'))
    .flatMap((keyword) => findLoosenedKeyword(keyword, inner, outer, at));
}

function findLoosenedKeyword(keyword: string, inner: Json, outer: Json, at: string): string[] {
  const [mine, theirs] = [inner[keyword], outer[keyword]];
  const different = [`${at}: ${keyword} lets more through`];
  if (keyword === 'properties') return findLoosenedProperties(inner, outer, at);
  if (keyword === 'additionalProperties') {
    return findLoosened((mine ?? true) as Schema, theirs as Schema, `${at}: other properties`);
  }
  if (keyword === 'items') return findLoosened((mine ?? true) as Schema, theirs as Schema, `${at}[]`);
  if (keyword === 'required') {
    const missing = (theirs as string[]).filter((name) => !((mine ?? []) as string[]).includes(name));
    return missing.map((name) => `${at}.${name}: may be missing`);
  }
  if (keyword === 'type')
    return listTypes(mine).every((type) => listTypes(theirs).some(includesType(type))) ? [] : different;
  if (UPPER_BOUNDS.includes(keyword)) return mine !== undefined && Number(mine) <= Number(theirs) ? [] : different;
  if (LOWER_BOUNDS.includes(keyword)) return mine !== undefined && Number(mine) >= Number(theirs) ? [] : different;
  return isDeepStrictEqual(mine, theirs) ? [] : different;
}

function findLoosenedProperties(inner: Json, outer: Json, at: string): string[] {
  const mine = (inner['properties'] ?? {}) as Record<string, Schema>;
  const theirs = outer['properties'] as Record<string, Schema>;
  const otherOfMine = (inner['additionalProperties'] ?? true) as Schema;
  const otherOfTheirs = (outer['additionalProperties'] ?? true) as Schema;
  return [...new Set([...Object.keys(theirs), ...Object.keys(mine)])].flatMap((name) =>
    findLoosened(mine[name] ?? otherOfMine, theirs[name] ?? otherOfTheirs, `${at}.${name}`),
  );
}

/** Returns the values that a schema enumerates. */
function listValues(schema: Json): unknown[] | undefined {
  if ('const' in schema) return [schema['const']];
  return schema['enum'] as unknown[] | undefined;
}

const ALL_TYPES = ['object', 'array', 'string', 'number', 'boolean', 'null'];
const listTypes = (type: unknown): string[] => (type === undefined ? ALL_TYPES : [type].flat()) as string[];
const includesType = (inner: string) => (outer: string) =>
  inner === outer || (inner === 'integer' && outer === 'number');

const ajv = new Ajv2020({ strict: false, addUsedSchema: false });
addFormats.default(ajv);

const isValid = (value: unknown, schema: Json): boolean => ajv.validate(schema, value);
