/** What a click presses. A double click into a field still selects a word. */
const PRESSABLE_SELECTOR = 'button, a[href], summary, label, input[type=checkbox], input[type=radio]';

/**
 * Takes a double click for one press, on the whole page from now on. Many people double-click everything: the second click sends
 * nothing again, unticks nothing, and presses nothing that came in the place of what was pressed.
 */
export function suppressDoubleClicks(): void {
  window.addEventListener('click', dropSecondClick, { capture: true });
}

function dropSecondClick(event: MouseEvent): void {
  if (event.detail < 2 || !(event.target instanceof Element) || !event.target.closest(PRESSABLE_SELECTOR)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
