/** Elements that a click presses. A double click into a field still selects a word. */
const PRESSABLE_SELECTOR = 'button, a[href], summary, label, input[type=checkbox], input[type=radio]';

/**
 * Treats a double click as one press on the whole page. The second click could repeat a write, clear a checkbox, or
 * press a control that replaced the first.
 */
export function suppressDoubleClicks(): void {
  window.addEventListener('click', dropSecondClick, { capture: true });
}

function dropSecondClick(event: MouseEvent): void {
  if (event.detail < 2 || !(event.target instanceof Element) || !event.target.closest(PRESSABLE_SELECTOR)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
