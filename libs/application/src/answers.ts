import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { toSafePointer } from './schema-violations.ts';

/** How deep the answers to a form may nest. */
const MAX_DEPTH = 32;
/** What a document cannot hold as a name: it is an operator, a path, an end of text, or changes the object itself. */
const INVALID_NAME = /^$|^\$|[.\0]|^(?:_bsontype|__proto__)$/;
/**
 * What keeps answers from being stored and sent as they are, or undefined: nested too deep, a name that a document cannot
 * hold, a text or a number that would come back as another one.
 * @param answers what JSON.parse gave
 */
export function validateStorableAnswers(answers: Record<string, unknown>): Violation | undefined {
  return validateValue(answers, ['answers']);
}

function validateValue(value: unknown, path: string[]): Violation | undefined {
  if (typeof value === 'string') return validateText(value, path);
  if (typeof value === 'number' && !Number.isFinite(value)) return violation(toSafePointer(path), 'NUMBER_SIZE');
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length > MAX_DEPTH) return violation('/answers', 'TOO_DEEP', { most: MAX_DEPTH });
  for (const [name, item] of Object.entries(value)) {
    const itemPath = [...path, name];
    const violationFound =
      (Array.isArray(value) ? undefined : validateName(name, itemPath)) ?? validateValue(item, itemPath);
    if (violationFound) return violationFound;
  }
  return undefined;
}

function validateName(name: string, path: string[]): Violation | undefined {
  return INVALID_NAME.test(name) ? violation(toSafePointer(path), 'UNFIT_NAME') : validateText(name, path);
}

/** Half of a surrogate pair has no form in UTF-8: it would be stored as another character. */
const LONE_SURROGATE = /\p{Cs}/u;

function validateText(text: string, path: string[]): Violation | undefined {
  return LONE_SURROGATE.test(text) ? violation(toSafePointer(path), 'NOT_UNICODE') : undefined;
}
