import documentKinds from '@cups/agency-contract/reference/document-kinds.json' with { type: 'json' };

/** Codes of the documents that an agency may request. */
export const DOCUMENT_KINDS: ReadonlySet<string> = new Set(documentKinds.map(({ kind }) => kind));
