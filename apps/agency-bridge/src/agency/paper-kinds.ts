import kinds from '@cups/agency-contract/reference/paper-kinds.json' with { type: 'json' };

const known = new Set(kinds.map(({ kind }) => kind));

/** Whether a kind of paper is one of the contract's list, for which the desk and the person have words. */
export const isPaperKind = (kind: string): boolean => known.has(kind);
