/**
 * What is typed between the key that opens a screen and the moment in which its field is there. On a slow line that takes seconds:
 * the letters are kept and put into the field, and are no keys of the page meanwhile.
 */

/** How long after the last letter the field is waited for, in ms. */
const TYPE_AHEAD_TIMEOUT_MS = 15_000;

let typed: string | undefined;
/** Enter was pressed after it: what comes later is meant for a screen that is not there yet, and is not put into this field. */
let entered = false;
let until = 0;

/** From now on letters are kept for the field that is about to come. */
export function beginTypeAhead(): void {
  typed = '';
  entered = false;
  until = Date.now() + TYPE_AHEAD_TIMEOUT_MS;
  // Whoever reaches for the mouse does something else.
  window.addEventListener('pointerdown', endTypeAhead, { once: true, capture: true });
}

/** @returns what was typed so far, for the first picture of the field */
export function readTypeAhead(): string {
  return Date.now() < until ? (typed ?? '') : '';
}

/** The field is there and has the keys itself from now on. @param onTaken is given all that was typed before, and whether Enter was */
export function takeTypeAhead(onTaken: (text: string, entered: boolean) => void): void {
  const text = readTypeAhead();
  endTypeAhead();
  onTaken(text, entered);
}

function endTypeAhead(): void {
  typed = undefined;
  window.removeEventListener('pointerdown', endTypeAhead, { capture: true });
}

/** @returns whether the key is kept, and so does nothing else */
export function captureTypeAhead({ key, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  if (typed === undefined || ctrlKey || altKey || metaKey) return false;
  if (Date.now() > until || key === 'Escape') {
    endTypeAhead();
    return false;
  }
  const isLetter = [...key].length === 1;
  if (key === 'Enter') entered = true;
  if (isLetter && !entered) typed += key;
  if (key === 'Backspace' && !entered) typed = typed.slice(0, -1);
  if (isLetter) until = Date.now() + TYPE_AHEAD_TIMEOUT_MS;
  return isLetter || key === 'Backspace' || key === 'Enter';
}
