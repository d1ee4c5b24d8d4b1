import documentKinds from '@cups/agency-contract/reference/paper-kinds.json' with { type: 'json' };

/** Codes of the papers that an agency may ask for. */
export const DOCUMENT_KINDS: ReadonlySet<string> = new Set(documentKinds.map(({ kind }) => kind));
