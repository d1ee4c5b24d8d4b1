/** Compares intake's references to documents with the records of the service documents. Pure. */

/** An application of intake with the documents that it refers to. */
export interface ReferringApplication {
  _id: string;
  documents?: { name: string; state: string }[];
}

/** A record of the service documents. */
export interface DocumentState {
  _id: string;
  state?: string;
  outbox?: unknown[];
}

/** A reference with another state than its document. */
export interface DisagreeingReference {
  /** The ID. */
  document: string;
  /** ID of the application. */
  application: string;
  /** State at intake. */
  reference: string;
  /** State at documents; `missing` without a record. */
  record: string;
}

/** States that an event announces, so that intake must have them. */
const ANNOUNCED_STATES = ['ready', 'refused', 'erased'];

/** Skips documents with pending events, and those that are uploaded or checked again: their events are still to come. */
export function findDisagreeing(
  applications: Iterable<ReferringApplication>,
  records: ReadonlyMap<string, DocumentState>,
): DisagreeingReference[] {
  return [...applications].flatMap(({ _id: application, documents = [] }) =>
    documents.flatMap(({ name, state: reference }) => {
      const document = name.slice('documents/'.length);
      const found = records.get(document);
      const record = found?.state ?? 'missing';
      if ((found?.outbox?.length ?? 0) > 0 || record === reference) return [];
      // A refused or erased document has nothing to lose.
      const isLost = record === 'missing' && reference !== 'refused' && reference !== 'erased';
      return isLost || ANNOUNCED_STATES.includes(record) ? [{ document, application, reference, record }] : [];
    }),
  );
}

/** Returns the IDs of applications with documents of which the service documents lacks the facts. */
export function findWithoutFacts(
  applications: Iterable<ReferringApplication>,
  facts: { has(application: string): boolean },
): string[] {
  return [...applications]
    .filter(({ _id, documents = [] }) => documents.length > 0 && !facts.has(_id))
    .map(({ _id }) => _id);
}
