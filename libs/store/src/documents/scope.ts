/**
 * Whose documents a read or a write may touch. It can not be left out, so that nobody forgets it:
 * - `{ centre: 'centres/CU-001' }` or `{ agency: 'asp' }`: of a person who is bound to one; every other document is as if
 *   it did not exist. The field is compared as the collection stores it. Of several centres where one goes on with the
 *   applications of others;
 * - `'platform'`: of a person whose role sees all centres, by the access table;
 * - `'service'`: of the service itself, for an event, a timer or its own books, with no person behind it.
 */
export type Scope = { centre: string | readonly string[] } | { agency: string } | 'platform' | 'service';

/** The condition that a scope adds to a query; empty when it covers all. */
export function scopeFilter(scope: Scope): Record<string, string | { $in: readonly string[] }> {
  if (typeof scope === 'string') return {};
  const [field, values] = scopeOwners(scope);
  return { [field]: values.length === 1 ? values[0]! : { $in: values } };
}

/** The field that names the owner, and who it may be: at least one. */
function scopeOwners(scope: Exclude<Scope, string>): [field: string, values: readonly string[]] {
  const [field, given] = Object.entries(scope)[0] as [string, string | readonly string[] | undefined];
  const values = typeof given === 'string' ? [given] : (given ?? []);
  // The driver leaves out what is undefined, and a condition that is left out would open every document.
  if (values.length === 0 || !values.every(Boolean)) throw new Error(`The scope has no ${field}.`);
  return [field, values];
}

/** Whether a document that is in memory already lies within the scope. */
export function isInScope(document: object, scope: Scope): boolean {
  if (typeof scope === 'string') return true;
  const [field, values] = scopeOwners(scope);
  return values.some((value) => (document as Record<string, unknown>)[field] === value);
}
