/**
 * Buffers what is typed after the key that opens a screen until its field exists. On a slow network that takes
 * seconds; buffered letters trigger no shortcuts.
 */

/** How long the buffer stays open after the last letter, in ms. */
const TYPE_AHEAD_TIMEOUT_MS = 15_000;

let typed: string | undefined;
/** Enter was pressed. Later keys are meant for the next screen and are dropped. */
let entered = false;
let until = 0;

/** Starts buffering letters for the field about to appear. */
export function beginTypeAhead(): void {
  typed = '';
  entered = false;
  until = Date.now() + TYPE_AHEAD_TIMEOUT_MS;
  // A click means that the user does something else.
  window.addEventListener('pointerdown', endTypeAhead, { once: true, capture: true });
}

/** Returns the buffered text, for the first render of the field. */
export function readTypeAhead(): string {
  return Date.now() < until ? (typed ?? '') : '';
}

/**
 * Ends buffering: the field handles keys from now on.
 * @param onTaken receives the buffered text, and whether Enter was pressed
 */
export function takeTypeAhead(onTaken: (text: string, entered: boolean) => void): void {
  const text = readTypeAhead();
  endTypeAhead();
  onTaken(text, entered);
}

function endTypeAhead(): void {
  typed = undefined;
  window.removeEventListener('pointerdown', endTypeAhead, { capture: true });
}

/** Returns whether the key was buffered and must do nothing else. */
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
