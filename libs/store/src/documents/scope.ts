/**
 * The documents that a read or write may touch. Mandatory, so that no caller can forget it:
 * - `{ centre: 'centres/CU-001' }` or `{ agency: 'asp' }`: a person bound to one centre or agency. Several centres
 * when one inherits the applications of others. The store compares the field as stored;
 * - `{ collectionCentre: … }`: the same person, for what that centre hands over for other centres;
 * - `'platform'`: a person whose role covers all centres, by the access table;
 * - `'service'`: the service itself, for events, timers or internal records.
 */
export type Scope =
  | { centre: string | readonly string[] }
  | { collectionCentre: string | readonly string[] }
  | { agency: string }
  | 'platform'
  | 'service';

/** Returns the query condition for a scope; empty if it covers everything. */
export function scopeFilter(scope: Scope): Record<string, string | { $in: readonly string[] }> {
  if (typeof scope === 'string') return {};
  const [field, values] = scopeOwners(scope);
  return { [field]: values.length === 1 ? values[0]! : { $in: values } };
}

/** Returns the owner field and its accepted values, at least one. */
function scopeOwners(scope: Exclude<Scope, string>): [field: string, values: readonly string[]] {
  const [field, given] = Object.entries(scope)[0] as [string, string | readonly string[] | undefined];
  const values = typeof given === 'string' ? [given] : (given ?? []);
  // The driver drops an undefined condition, and without the condition every document would match.
  if (values.length === 0 || !values.every(Boolean)) throw new Error(`The scope has no ${field}.`);
  return [field, values];
}

/** Whether a document in memory is within the scope. */
export function isInScope(document: object, scope: Scope): boolean {
  if (typeof scope === 'string') return true;
  const [field, values] = scopeOwners(scope);
  return values.some((value) => (document as Record<string, unknown>)[field] === value);
}
