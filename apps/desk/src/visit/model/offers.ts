import type { Text } from '@cups/application/texts';
import type { PublicService } from '../../api/types.ts';
import { fieldsOf, formOf } from './form.ts';
import type { FormField, Value } from './form.ts';
import { isForOther, textOf } from './typed.ts';
import type { Typed } from './typed.ts';

/** What was given once in a visit is offered again, and never put in unasked. */

/** Something that can be taken into a field. */
export interface Offer {
  /** The name of the field that it is for. */
  field: string;
  label: Text;
  value: Value;
  /** From which service of this visit; absent for what is known of the person. */
  from?: Text | undefined;
}

/** One application of the visit, as far as it is filled in. */
export interface Given {
  service: PublicService | undefined;
  typed: Typed;
}

/** What can be taken into fields that are empty: of the person first, then of the other services of the visit, latest first. */
export function offersFor(fields: readonly FormField[], here: Given, others: readonly Given[]): Offer[] {
  return fields.flatMap((field) => {
    const now = here.typed[`/answers/${field.name}`];
    if (!field.reuse || (now !== undefined && now !== '')) return [];
    const found = ofPerson(field, here.typed) ?? ofOthers(field, others);
    return found ? [found] : [];
  });
}

/** Whoever a paper is about is most often the person at the desk, or the one represented. */
function ofPerson({ reuse, name, title }: FormField, typed: Typed): Offer | undefined {
  const at = isForOther(typed) ? '/represented' : '/applicant';
  const values: Record<string, string> = {
    'holder.idnp': textOf(typed, `${at}/idnp`),
    'holder.name': `${textOf(typed, `${at}/familyName`)} ${textOf(typed, `${at}/givenName`)}`.trim(),
    'child.idnp': isForOther(typed) ? textOf(typed, `${at}/idnp`) : '',
    'child.birthDate': isForOther(typed) ? textOf(typed, `${at}/birthDate`) : '',
  };
  const value = values[reuse ?? ''] ?? '';
  return value === '' ? undefined : { field: name, label: title, value };
}

function ofOthers({ reuse, name, title }: FormField, others: readonly Given[]): Offer | undefined {
  for (const { service, typed } of [...others].reverse()) {
    const same = fieldsOf(formOf(service)).find((field) => field.reuse === reuse);
    const value = same && typed[`/answers/${same.name}`];
    if (value === undefined || value === '') continue;
    return { field: name, label: title, value, from: service?.version?.title as Text | undefined };
  }
  return undefined;
}

const PERSON = /^\/(?:applicant|contact)\//;

/** What a further application of the same visit starts with: the person and how to reach her. */
export function carriedOver(typed: Typed): Typed {
  return Object.fromEntries(Object.entries(typed).filter(([at]) => PERSON.test(at)));
}
