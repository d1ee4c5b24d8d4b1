import { KEYS } from '../texts/keys.ts';
import { useKeys } from './keys.tsx';

/** Has Esc close a question in a screen while it is open, before Esc leaves the screen. */
export function useCloseKey(isOpen: boolean, onClose: () => void): void {
  useKeys([isOpen && { code: 'Escape', label: KEYS.leave, run: onClose }]);
}
