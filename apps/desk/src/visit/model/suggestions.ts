import type { Text } from '@cups/application/texts';
import type { PublicService } from '../../api/types.ts';
import { fieldsOf, formSchemaOf } from './form.ts';
import type { FormField, FieldValue } from './form.ts';
import { isForAnotherPerson, textOf } from './form-values.ts';
import type { FormValues } from './form-values.ts';

/** Suggests values from the same visit. They are never filled in automatically. */

/** A value to take over. */
export interface Suggestion {
  /** Name of the target field. */
  field: string;
  label: Text;
  value: FieldValue;
  /** The service of origin; absent for data of the person. */
  source?: Text | undefined;
}

/** One draft of the visit. */
export interface FilledService {
  service: PublicService | undefined;
  values: FormValues;
}

/** Returns suggestions for empty fields: from the person first, then from other services, latest first. */
export function suggestFor(
  fields: readonly FormField[],
  current: FilledService,
  others: readonly FilledService[],
): Suggestion[] {
  return fields.flatMap((field) => {
    const currentValue = current.values[`/answers/${field.name}`];
    if (!field.reuse || (currentValue !== undefined && currentValue !== '')) return [];
    const suggestion = suggestFromPerson(field, current.values) ?? suggestFromOthers(field, others);
    return suggestion ? [suggestion] : [];
  });
}

/** A form most often concerns the applicant, or the represented person. */
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

/** Returns the person and contact for a further draft of the visit. */
export function carryOverPerson(values: FormValues): FormValues {
  return Object.fromEntries(Object.entries(values).filter(([at]) => PERSON_POINTERS.test(at)));
}
