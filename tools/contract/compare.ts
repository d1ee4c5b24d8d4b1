import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Json } from './publish.ts';

/** Whether a published contract still serves those who hold an older one. */

/** What must not break: schemas without references, by the name of their message. */
export interface Contract {
  addresses: Record<string, string>;
  keyPattern: string;
  /** Of the headers of every message, in both directions. */
  headers: Json;
  /** What agencies read. */
  requests: Record<string, Json>;
  /** What agencies write. */
  replies: Record<string, Json>;
}

/**
 * Every way in which `next` breaks an agency that was built for `base`: a request that such an agency would not take, or
 * a reply of such an agency that would not be taken any more. Empty when there is none.
 */
export function breaks(base: Contract, next: Contract): string[] {
  const found: string[] = [];
  for (const [channel, address] of Object.entries(base.addresses)) {
    if (next.addresses[channel] !== address) found.push(`${channel}: its address has changed`);
  }
  if (next.keyPattern !== base.keyPattern) found.push('the rule of the key has changed');
  found.push(
    ...beyond(next.headers, base.headers, 'headers sent'),
    ...beyond(base.headers, next.headers, 'headers taken'),
  );
  for (const side of ['requests', 'replies'] as const) {
    for (const [name, old] of Object.entries(base[side])) {
      const now = next[side][name];
      if (!now) found.push(`${name}: is gone`);
      else if (side === 'requests') found.push(...beyond(now, old, name));
      else found.push(...beyond(old, now, name));
    }
  }
  return found;
}

type Schema = Json | boolean;
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
/** Keywords that let through what they always did. */
const WORDS = ['title', 'description', 'examples', 'default', 'deprecated', '$id', '$schema', '$comment'];

/**
 * Where `inner` lets something through that `outer` refuses. It errs on the safe side: a difference that it cannot judge
 * counts as one.
 *
 * @returns one line for each place, by its path
 */
export function beyond(inner: Schema, outer: Schema, at: string): string[] {
  if (outer === true || inner === false) return [];
  if (outer === false) return [`${at}: was refused, and is possible now`];
  if (inner === true) return beyond({}, outer, at);
  const values = valuesOf(inner);
  if (values) return values.every((value) => fits(value, outer)) ? [] : [`${at}: has values that were not possible`];
  return Object.keys(outer)
    .filter((keyword) => !WORDS.includes(keyword) && !keyword.startsWith('x-'))
    .flatMap((keyword) => beyondKeyword(keyword, inner, outer, at));
}

function beyondKeyword(keyword: string, inner: Json, outer: Json, at: string): string[] {
  const [mine, theirs] = [inner[keyword], outer[keyword]];
  const different = [`${at}: ${keyword} lets more through`];
  if (keyword === 'properties') return beyondProperties(inner, outer, at);
  if (keyword === 'additionalProperties') {
    return beyond((mine ?? true) as Schema, theirs as Schema, `${at}: other properties`);
  }
  if (keyword === 'items') return beyond((mine ?? true) as Schema, theirs as Schema, `${at}[]`);
  if (keyword === 'required') {
    const missing = (theirs as string[]).filter((name) => !((mine ?? []) as string[]).includes(name));
    return missing.map((name) => `${at}.${name}: may be missing`);
  }
  if (keyword === 'type') return typesOf(mine).every((type) => typesOf(theirs).some(holds(type))) ? [] : different;
  if (UPPER.includes(keyword)) return mine !== undefined && Number(mine) <= Number(theirs) ? [] : different;
  if (LOWER.includes(keyword)) return mine !== undefined && Number(mine) >= Number(theirs) ? [] : different;
  return isDeepStrictEqual(mine, theirs) ? [] : different;
}

function beyondProperties(inner: Json, outer: Json, at: string): string[] {
  const mine = (inner['properties'] ?? {}) as Record<string, Schema>;
  const theirs = outer['properties'] as Record<string, Schema>;
  const otherOfMine = (inner['additionalProperties'] ?? true) as Schema;
  const otherOfTheirs = (outer['additionalProperties'] ?? true) as Schema;
  return [...new Set([...Object.keys(theirs), ...Object.keys(mine)])].flatMap((name) =>
    beyond(mine[name] ?? otherOfMine, theirs[name] ?? otherOfTheirs, `${at}.${name}`),
  );
}

/** The values that a schema names one by one. */
function valuesOf(schema: Json): unknown[] | undefined {
  if ('const' in schema) return [schema['const']];
  return schema['enum'] as unknown[] | undefined;
}

const ANY = ['object', 'array', 'string', 'number', 'boolean', 'null'];
const typesOf = (type: unknown): string[] => (type === undefined ? ANY : [type].flat()) as string[];
const holds = (inner: string) => (outer: string) => inner === outer || (inner === 'integer' && outer === 'number');

function fits(value: unknown, schema: Json): boolean {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  return ajv.validate(schema, value);
}
