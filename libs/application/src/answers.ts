import type { Violation } from '@cups/problem';

/** How deep the answers to a form may nest. */
const MAX_DEPTH = 32;
/** What a document cannot hold as a name: it is an operator, a path, an end of text, or changes the object itself. */
const UNFIT = /^$|^\$|[.\0]|^(?:_bsontype|__proto__)$/;
/** A name that may be shown: anything else could be a person's data in the place of a name. */
const PLAIN = /^[A-Za-z_$][\w$-]{0,40}$/;

/**
 * What keeps answers from being stored and sent as they are, or undefined: nested too deep, a name that a document cannot
 * hold, a text or a number that would come back as another one.
 * @param answers what JSON.parse gave
 */
export function answersFault(answers: Record<string, unknown>): Violation | undefined {
  return faultOf(answers, 'answers', MAX_DEPTH);
}

function faultOf(value: unknown, field: string, depth: number): Violation | undefined {
  if (typeof value === 'string') return textFault(value, field);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { field, rule: 'NUMBER', message: 'A number of this size cannot be kept.' };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === 0) return { field: 'answers', rule: 'TOO_DEEP', message: `At most ${MAX_DEPTH} levels.` };
  for (const [name, item] of Object.entries(value)) {
    const place = Array.isArray(value) ? `${field}[${name}]` : `${field}.${PLAIN.test(name) ? name : '(unknown)'}`;
    const fault = (Array.isArray(value) ? undefined : nameFault(name, place)) ?? faultOf(item, place, depth - 1);
    if (fault) return fault;
  }
  return undefined;
}

function nameFault(name: string, field: string): Violation | undefined {
  if (UNFIT.test(name)) {
    const message = 'A name is not empty, does not begin with $, holds no dot and no NUL, and is no word of the store.';
    return { field, rule: 'NAME', message };
  }
  return textFault(name, field);
}

/** Half of a surrogate pair has no form in UTF-8: it would be stored as another character. */
function textFault(text: string, field: string): Violation | undefined {
  return text.isWellFormed() ? undefined : { field, rule: 'UNICODE', message: 'Not text in Unicode.' };
}
