import { useCloseKey } from './use-close-key.ts';

/** Has Esc close a question while this is mounted, for questions of pages that also work without keys. */
export function CloseKey({ onClose }: { onClose: () => void }) {
  useCloseKey(true, onClose);
  return null;
}
