/**
 * Whose documents a read or a write may touch. It can not be left out, so that nobody forgets it:
 * - `{ centre: 'centres/CU-001' }` or `{ agency: 'asp' }`: of a person who is bound to one; every other document is as if
 *   it did not exist. The field is compared as the collection stores it;
 * - `'platform'`: of a person whose role sees all centres, by the access table;
 * - `'service'`: of the service itself, for an event, a timer or its own books, with no person behind it.
 */
export type Scope = { centre: string } | { agency: string } | 'platform' | 'service';

/** The condition that a scope adds to a query; empty when it covers all. */
export function scopeFilter(scope: Scope): Record<string, string> {
  if (typeof scope === 'string') return {};
  const [field, value] = Object.entries(scope)[0] as [string, string | undefined];
  // The driver leaves out what is undefined, and a condition that is left out would open every document.
  if (!value) throw new Error(`The scope has no ${field}.`);
  return { [field]: value };
}

/** Whether a document that is in memory already lies within the scope. */
export function inScope(document: object, scope: Scope): boolean {
  const stored = document as Record<string, unknown>;
  return Object.entries(scopeFilter(scope)).every(([field, value]) => stored[field] === value);
}
