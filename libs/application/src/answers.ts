import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { fieldOf } from './keywords.ts';

/** How deep the answers to a form may nest. */
const MAX_DEPTH = 32;
/** What a document cannot hold as a name: it is an operator, a path, an end of text, or changes the object itself. */
const UNFIT = /^$|^\$|[.\0]|^(?:_bsontype|__proto__)$/;
/**
 * What keeps answers from being stored and sent as they are, or undefined: nested too deep, a name that a document cannot
 * hold, a text or a number that would come back as another one.
 * @param answers what JSON.parse gave
 */
export function answersFault(answers: Record<string, unknown>): Violation | undefined {
  return faultOf(answers, ['answers']);
}

function faultOf(value: unknown, path: string[]): Violation | undefined {
  if (typeof value === 'string') return textFault(value, path);
  if (typeof value === 'number' && !Number.isFinite(value)) return violation(fieldOf(path), 'NUMBER_SIZE');
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length > MAX_DEPTH) return violation('/answers', 'TOO_DEEP', { most: MAX_DEPTH });
  for (const [name, item] of Object.entries(value)) {
    const place = [...path, name];
    const fault = (Array.isArray(value) ? undefined : nameFault(name, place)) ?? faultOf(item, place);
    if (fault) return fault;
  }
  return undefined;
}

function nameFault(name: string, path: string[]): Violation | undefined {
  return UNFIT.test(name) ? violation(fieldOf(path), 'UNFIT_NAME') : textFault(name, path);
}

/** Half of a surrogate pair has no form in UTF-8: it would be stored as another character. */
const HALF_PAIR = /\p{Cs}/u;

function textFault(text: string, path: string[]): Violation | undefined {
  return HALF_PAIR.test(text) ? violation(fieldOf(path), 'NOT_UNICODE') : undefined;
}
