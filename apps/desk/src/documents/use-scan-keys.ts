import { useKeys } from '../keys/keys.tsx';
import { KEYS } from '../texts/keys.ts';

/** Keys of a screen with scans: they concern the document with the focus, else the first one without a scan. */
export function useScanKeys(): void {
  useKeys([
    { code: 'KeyF', label: KEYS.photograph, run: () => press('photograph') },
    { code: 'KeyC', label: KEYS.chooseFile, run: () => press('choose') },
  ]);
}

function press(name: 'photograph' | 'choose'): void {
  const buttons = [...document.querySelectorAll<HTMLElement>(`[data-scan] [data-press=${name}] button`)];
  const isAtFocus = (button: HTMLElement) =>
    button.closest('[data-scan]')?.parentElement?.parentElement?.contains(document.activeElement) ?? false;
  (buttons.find(isAtFocus) ?? buttons[0])?.click();
}
