import { diffFields, type UpdateOperators } from './diff.ts';
import type { StoredDocument } from './document.ts';

/**
 * The update operators that turn a document as it lies in the store (`raw`, perhaps of an older schema version) into
 * `next`; operators without a path are left out. The outbox is only ever pushed to: the relay pulls from it at any time,
 * without raising the revision.
 */
export function buildUpdateOperators(raw: StoredDocument, next: StoredDocument): Partial<UpdateOperators> {
  const all: UpdateOperators = { $set: {}, $unset: {}, $push: {} };
  diffFields(fieldsOf(raw), fieldsOf(next), all, ATOMIC_FIELDS);
  // A timer is one value: a new one must not inherit the claim on the old one.
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
