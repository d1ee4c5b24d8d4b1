import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { toSafePointer } from './schema-violations.ts';

const MAX_DEPTH = 32;
/** Names that a stored document cannot have: empty, an operator, a path, with NUL, or special to the driver. */
const INVALID_NAME = /^$|^\$|[.\0]|^(?:_bsontype|__proto__)$/;
/**
 * Returns why answers cannot be stored and sent unchanged, or undefined: excessive depth, an invalid name, a text
 * or number that would not survive storage.
 * @param answers the output of JSON.parse
 */
export function validateStorableAnswers(answers: Record<string, unknown>): Violation | undefined {
  return validateValue(answers, ['answers']);
}

function validateValue(value: unknown, path: string[]): Violation | undefined {
  if (typeof value === 'string') return validateText(value, path);
  if (typeof value === 'number' && !Number.isFinite(value))
    return violation(toSafePointer(path), 'NUMBER_OUT_OF_RANGE');
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length > MAX_DEPTH) return violation('/answers', 'TOO_DEEP', { max: MAX_DEPTH });
  for (const [name, item] of Object.entries(value)) {
    const itemPath = [...path, name];
    const violationFound =
      (Array.isArray(value) ? undefined : validateName(name, itemPath)) ?? validateValue(item, itemPath);
    if (violationFound) return violationFound;
  }
  return undefined;
}

function validateName(name: string, path: string[]): Violation | undefined {
  return INVALID_NAME.test(name) ? violation(toSafePointer(path), 'INVALID_MEMBER_NAME') : validateText(name, path);
}

/** A lone surrogate has no UTF-8 form and would be stored as another character. */
const LONE_SURROGATE = /\p{Cs}/u;

function validateText(text: string, path: string[]): Violation | undefined {
  return LONE_SURROGATE.test(text) ? violation(toSafePointer(path), 'NOT_UNICODE') : undefined;
}
