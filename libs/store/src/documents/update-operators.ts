import { diffFields, type UpdateOperators } from './diff.ts';
import type { StoredDocument } from './document.ts';

/**
 * Returns the update operators that turn a stored document, perhaps of an older schema version, into `next`; empty
 * operators are left out. The outbox only gets a `$push`: the relay pulls from it concurrently without a new
 * revision.
 */
export function buildUpdateOperators(raw: StoredDocument, next: StoredDocument): Partial<UpdateOperators> {
  const all: UpdateOperators = { $set: {}, $unset: {}, $push: {} };
  diffFields(fieldsOf(raw), fieldsOf(next), all, ATOMIC_FIELDS);
  // A timer is one value: a new timer must not inherit the claim on the previous one.
  if (next.timer === undefined && raw.timer !== undefined) all.$unset['timer'] = '';
  else if (next.timer !== raw.timer) all.$set['timer'] = next.timer;
  const operators: Partial<UpdateOperators> = {};
  if (Object.keys(all.$set).length > 0) operators.$set = all.$set;
  if (Object.keys(all.$unset).length > 0) operators.$unset = all.$unset;
  if (Object.keys(all.$push).length > 0) operators.$push = all.$push;
  return operators;
}

const ATOMIC_FIELDS: ReadonlySet<string> = new Set(['timer']);
const fieldsOf = (document: StoredDocument) => document as unknown as Record<string, unknown>;
