/** Kinds of records with half-typed input: nobody has made an act of it yet. */
export const INPUT_KINDS = [
  'visit',
  'hand-over',
  'invite',
  'note',
  'message',
  'complaint',
  'complaint-answer',
  'reply',
  'documents',
  'payment',
  'withdrawal',
  'supply-mandate',
  'correction',
] as const;
export type InputKind = (typeof INPUT_KINDS)[number];

export const isInputKind = (kind: string): kind is InputKind => (INPUT_KINDS as readonly string[]).includes(kind);

/** Visits whose applications are finished: their acts stay, and the input is no longer half-typed. */
export const FINISHED_INPUT_KIND = 'finished-visit';
