import type { Text } from '@cups/application/texts';
import type { PublicService } from '../../api/types.ts';
import { fieldsOf, formSchemaOf } from './form.ts';
import type { FormField, FieldValue } from './form.ts';
import { isForAnotherPerson, textOf } from './form-values.ts';
import type { FormValues } from './form-values.ts';

/** What was given once in a visit is offered again, and never put in unasked. */

/** Something that can be taken into a field. */
export interface Suggestion {
  /** The name of the field that it is for. */
  field: string;
  label: Text;
  value: FieldValue;
  /** From which service of this visit; absent for what is known of the person. */
  source?: Text | undefined;
}

/** One application of the visit, as far as it is filled in. */
export interface FilledService {
  service: PublicService | undefined;
  values: FormValues;
}

/** What can be taken into fields that are empty: of the person first, then of the other services of the visit, latest first. */
export function suggestFor(
  fields: readonly FormField[],
  current: FilledService,
  others: readonly FilledService[],
): Suggestion[] {
  return fields.flatMap((field) => {
    const now = current.values[`/answers/${field.name}`];
    if (!field.reuse || (now !== undefined && now !== '')) return [];
    const suggestion = suggestFromPerson(field, current.values) ?? suggestFromOthers(field, others);
    return suggestion ? [suggestion] : [];
  });
}

/** Whoever a paper is about is most often the person at the desk, or the one represented. */
function suggestFromPerson({ reuse, name, title }: FormField, values: FormValues): Suggestion | undefined {
  const pointer = isForAnotherPerson(values) ? '/represented' : '/applicant';
  const known: Record<string, string> = {
    'holder.idnp': textOf(values, `${pointer}/idnp`),
    'holder.name': `${textOf(values, `${pointer}/familyName`)} ${textOf(values, `${pointer}/givenName`)}`.trim(),
    'child.idnp': isForAnotherPerson(values) ? textOf(values, `${pointer}/idnp`) : '',
    'child.birthDate': isForAnotherPerson(values) ? textOf(values, `${pointer}/birthDate`) : '',
  };
  const value = known[reuse ?? ''] ?? '';
  return value === '' ? undefined : { field: name, label: title, value };
}

function suggestFromOthers(
  { reuse, name, title }: FormField,
  others: readonly FilledService[],
): Suggestion | undefined {
  for (const { service, values } of [...others].reverse()) {
    const same = fieldsOf(formSchemaOf(service)).find((field) => field.reuse === reuse);
    const value = same && values[`/answers/${same.name}`];
    if (value === undefined || value === '') continue;
    return { field: name, label: title, value, source: service?.version?.title as Text | undefined };
  }
  return undefined;
}

const PERSON_POINTERS = /^\/(?:applicant|contact)\//;

/** What a further application of the same visit starts with: the person and how to reach her. */
export function carryOverPerson(values: FormValues): FormValues {
  return Object.fromEntries(Object.entries(values).filter(([at]) => PERSON_POINTERS.test(at)));
}
