import type { Violation } from '@cups/problem';
import { shapeCheck } from './check.ts';
import { CONTENT_SCHEMA } from './content-schema.ts';

/** What colleagues of a desk tell each other about an application. */

const checkNote = shapeCheck({
  type: 'object',
  properties: { text: Object.assign({}, CONTENT_SCHEMA.$defs.Line, { minLength: 1 }) },
});

/** What is wrong with a word to colleagues: it is one line of 1 to 500 characters. Values are never echoed. */
export function noteViolations(note: { text: string }): Violation[] {
  return checkNote(note);
}
