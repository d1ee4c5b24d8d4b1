import kinds from '@cups/agency-contract/reference/document-kinds.json' with { type: 'json' };

const documentKinds = new Set(kinds.map(({ kind }) => kind));

/** Returns whether a document kind is in the contract's list, which has its names for the desk and the applicant. */
export const isDocumentKind = (kind: string): boolean => documentKinds.has(kind);
