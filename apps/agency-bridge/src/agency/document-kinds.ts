import kinds from '@cups/agency-contract/reference/paper-kinds.json' with { type: 'json' };

const documentKinds = new Set(kinds.map(({ kind }) => kind));

/** Whether a kind of paper is one of the contract's list, for which the desk and the person have words. */
export const isDocumentKind = (kind: string): boolean => documentKinds.has(kind);
