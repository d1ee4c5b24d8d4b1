import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { hasCyrillic, normalizeName } from '../inputs/names.ts';
import { isForAnotherPerson, textOf } from './form-values.ts';
import type { FormValues } from './form-values.ts';

/**
 * The spelling of names. Registers and identity cards of Moldova are in Latin letters, so that the clerk decides about a
 * name in Cyrillic. The platform accepts it: documents of other states have such names.
 */

const NAME_POINTERS = ['/applicant/familyName', '/applicant/givenName'];
const REPRESENTED_POINTERS = ['/represented/familyName', '/represented/givenName'];

export const isNamePointer = (pointer: string): boolean =>
  [...NAME_POINTERS, ...REPRESENTED_POINTERS].includes(pointer);

/** Where the form keeps the name that the clerk has compared with the document. Another name is to be compared again. */
export const spellingPointer = (pointer: string): string => `${pointer}/spelling`;

/** Whether the clerk has confirmed that the document spells the name so. */
export const isSpellingConfirmed = (values: FormValues, pointer: string): boolean =>
  textOf(values, spellingPointer(pointer)) === normalizeName(textOf(values, pointer));

/** Reports names in Cyrillic about which the clerk has not decided. */
export function findOpenSpellings(values: FormValues): Violation[] {
  const pointers = isForAnotherPerson(values) ? [...NAME_POINTERS, ...REPRESENTED_POINTERS] : NAME_POINTERS;
  return pointers
    .filter((pointer) => hasCyrillic(textOf(values, pointer)) && !isSpellingConfirmed(values, pointer))
    .map((pointer) => violation(pointer, 'FORBIDDEN_VALUE'));
}
