/** What this browser says to an operator whose half-typed input it has destroyed. Nothing of the input. */

/** Local storage: notes by operator. */
const NOTES_KEY = 'cups-ended-input';

export interface EndedInput {
  /** Number of records. */
  count: number;
  /** The last contact before, in ms by this computer's clock. */
  contactAt: number;
}

type Notes = Record<string, EndedInput>;

function readNotes(): Notes {
  try {
    return JSON.parse(localStorage.getItem(NOTES_KEY) ?? '{}') as Notes;
  } catch {
    return {};
  }
}

export const readEndedInput = (owner: string): EndedInput | undefined => readNotes()[owner];

export function noteEndedInput(owner: string, note: EndedInput): void {
  localStorage.setItem(NOTES_KEY, JSON.stringify(Object.assign(readNotes(), { [owner]: note })));
}

export function forgetEndedInput(owner: string): void {
  const { [owner]: _read, ...others } = readNotes();
  localStorage.setItem(NOTES_KEY, JSON.stringify(others));
}
