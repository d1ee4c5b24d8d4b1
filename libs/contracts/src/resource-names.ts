import { Problem, violation } from '@cups/problem';

const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const KEBAB = '[a-z0-9]+(?:-[a-z0-9]+)*';

const COLLECTIONS = {
  applications: new RegExp(`^${ULID}$`),
  documents: new RegExp(`^${ULID}$`),
  mandates: new RegExp(`^${ULID}$`),
  personCopies: new RegExp(`^${ULID}$`),
  devices: new RegExp(`^${ULID}$`),
  quarantinedActs: new RegExp(`^${ULID}$`),
  centres: /^[A-Z]+-[0-9]{2,6}$/,
  publicServices: new RegExp(`^(?=.{1,80}$)${KEBAB}$`),
  operators: /^(?=.{1,80}$)[a-z0-9]+(?:[-.][a-z0-9]+)*$/,
  deliveries: new RegExp(`^${ULID}-(?=.{1,40}$)${KEBAB}$`),
  notices: /^[A-Za-z0-9][A-Za-z0-9-]{0,79}$/,
  retentionRules: new RegExp(`^(?=.{1,40}$)${KEBAB}$`),
  agencies: new RegExp(`^(?=.{1,40}$)${KEBAB}$`),
};

/** A collection, the first segment of a resource name. */
export type ResourceCollection = keyof typeof COLLECTIONS;

function throwMalformedName(field: string, form: string): never {
  throw new Problem({
    reason: 'INVALID_ARGUMENT',
    message: `The name must have the form ${form}.`,
    violations: [violation(field, 'RESOURCE_NAME', { form })],
  });
}

/**
 * Returns the ID in a resource name such as `centres/CU-001`.
 * @param field JSON pointer of the field, for the violation
 * @throws Problem INVALID_ARGUMENT for another collection or a malformed name
 */
export function parseResourceName(collection: ResourceCollection, name: string, field = '/name'): string {
  const id = name.slice(collection.length + 1);
  if (!name.startsWith(`${collection}/`) || !COLLECTIONS[collection].test(id))
    throwMalformedName(field, `${collection}/{id}`);
  return id;
}

/** Returns whether a text is the name of a resource in this collection. */
export const isResourceName = (collection: ResourceCollection, name: string): boolean =>
  name.startsWith(`${collection}/`) && COLLECTIONS[collection].test(name.slice(collection.length + 1));

export function resourceName(collection: ResourceCollection, id: string): string {
  return `${collection}/${id}`;
}

/**
 * Returns the application ID and the number (from 1) in `applications/{id}/submissions/{n}`.
 * @throws Problem INVALID_ARGUMENT
 */
export function parseSubmissionName(name: string, field = '/name'): { application: string; submission: number } {
  const found = new RegExp(`^applications/(${ULID})/submissions/([1-9][0-9]{0,3})$`).exec(name);
  if (!found) throwMalformedName(field, 'applications/{id}/submissions/{n}');
  return { application: found[1] as string, submission: Number(found[2]) };
}

/**
 * Returns the application ID and the number (from 1) in `applications/{id}/messages/{n}`.
 * @throws Problem INVALID_ARGUMENT
 */
export function parseMessageName(name: string, field = '/name'): { application: string; number: number } {
  const found = new RegExp(`^applications/(${ULID})/messages/([1-9][0-9]{0,3})$`).exec(name);
  if (!found) throwMalformedName(field, 'applications/{id}/messages/{n}');
  return { application: found[1] as string, number: Number(found[2]) };
}

/** Returns the resource name of a complaint about an agency. */
export function complaintName(application: string, number: number): string {
  return `applications/${application}/complaints/${number}`;
}

/** Returns the resource name of a message between desk and agency. */
export function messageName(application: string, number: number): string {
  return `applications/${application}/messages/${number}`;
}

/** Returns the resource name of a frozen submission. */
export function submissionName(application: string, submission: number): string {
  return `applications/${application}/submissions/${submission}`;
}
