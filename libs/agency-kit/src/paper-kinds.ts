import paperKinds from '@cups/agency-contract/reference/paper-kinds.json' with { type: 'json' };

/** Codes of the papers that an agency may ask for. */
export const PAPER_KINDS: ReadonlySet<string> = new Set(paperKinds.map(({ kind }) => kind));
